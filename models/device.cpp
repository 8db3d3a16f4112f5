#include <charconv>
#include <stdexcept>

#include "models/checkpoint.hpp"
#include "models/cuda/gpu.hpp"

namespace smdm {
namespace {

constexpr const char* kWanted = "device: wanted auto, cpu, cuda or cuda:N, got \"";

int gpu_index(const std::string& name) {
  if (name == "cuda") return 0;
  const std::string prefix = "cuda:";
  int index = -1;
  const char* end = name.data() + name.size();
  if (name.starts_with(prefix)) {
    const auto parsed = std::from_chars(name.data() + prefix.size(), end, index);
    if (parsed.ptr != end || parsed.ec != std::errc()) index = -1;
  }
  if (index < 0) throw std::invalid_argument(kWanted + name + "\"");
  return index;
}

}  // namespace

c10::Device find_device(const std::string& name) {
  const int gpus = gpu_count();
  if (name == "auto") return gpus > 0 ? c10::Device(c10::kCUDA, 0) : c10::Device(c10::kCPU);
  if (name == "cpu") return c10::Device(c10::kCPU);
  const int index = gpu_index(name);
  if (index >= gpus) {
    throw std::invalid_argument("device: wanted \"" + name + "\", this build sees " +
                                std::to_string(gpus) + " GPUs");
  }
  return {c10::kCUDA, static_cast<c10::DeviceIndex>(index)};
}

std::string device_name(c10::Device device) {
  return device.is_cuda() ? gpu_name(device.index()) : "cpu";
}

std::optional<std::uint64_t> free_device_memory(c10::Device device) {
  return device.is_cuda() ? gpu_free_memory(device.index()) : std::nullopt;
}

}  // namespace smdm
