#include <stdexcept>

#include <torch/cuda.h>

#include "models/cuda/gpu.hpp"

namespace smdm {

int gpu_count() {
  return static_cast<int>(torch::cuda::device_count());
}

std::string gpu_name(int index) {
  if (index < 0 || index >= gpu_count())
    throw std::runtime_error("CUDA: there is no GPU " + std::to_string(index));
  return "CUDA GPU " + std::to_string(index);
}

std::optional<std::uint64_t> gpu_free_memory(int /*index*/) {
  return std::nullopt;
}

}  // namespace smdm
