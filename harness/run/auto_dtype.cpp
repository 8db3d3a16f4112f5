#include "harness/run/auto_dtype.hpp"

#include "base/files/free_memory.hpp"
#include "base/text/numbers.hpp"

namespace smdm {
namespace {

/// What a model would be computed in if memory were no matter.
ComputeType preferred(const StoredWeights& weights, bool on_cpu) {
  if (on_cpu) return ComputeType::f32;
  return weights.storage() == "bfloat16" ? ComputeType::bf16 : ComputeType::f32;
}

}  // namespace

DtypeChoice chosen_dtype(const ModelConfig& config,
                         const StoredWeights& weights,
                         bool on_cpu,
                         std::optional<std::uint64_t> free) {
  if (config.family == "smdm") return {.compute = ComputeType::f32, .line = {}};
  auto compute = preferred(weights, on_cpu);
  const auto wanted = weights.bytes(compute);
  const bool fits = !free || wanted <= *free;
  if (!fits) compute = ComputeType::bf16;
  const auto room = free ? size_text(*free) + " free" : std::string("free memory unknown");
  const std::string name = compute == ComputeType::bf16 ? "bfloat16" : "float32";
  const auto of = fits ? "" : " in float32";
  return {.compute = compute,
          .line = "auto: " + name + ", " + size_text(wanted) + " of weights" + of + ", " + room};
}

DtypeChoice chosen_dtype(const ModelConfig& config,
                         const StoredWeights& weights,
                         c10::Device device,
                         int sharers) {
  if (config.family == "smdm") return chosen_dtype(config, weights, device.is_cpu(), std::nullopt);
  auto free = free_memory_of(device);
  // A GPU is a rank's own.
  if (free && device.is_cpu()) *free /= static_cast<std::uint64_t>(sharers);
  return chosen_dtype(config, weights, device.is_cpu(), free);
}

std::optional<std::uint64_t> free_memory_of(c10::Device device) {
  return device.is_cpu() ? free_memory() : free_device_memory(device);
}

std::string size_text(std::uint64_t bytes) {
  constexpr std::uint64_t kGiga = 1'000'000'000;
  constexpr std::uint64_t kMega = 1'000'000;
  // From where one digit of the larger unit says as much.
  constexpr std::uint64_t kFromGiga = 950'000'000;
  const bool giga = bytes >= kFromGiga;
  return fixed_text(static_cast<double>(bytes) / static_cast<double>(giga ? kGiga : kMega), 1) +
         (giga ? " GB" : " MB");
}

}  // namespace smdm
