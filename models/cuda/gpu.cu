#include <stdexcept>

#include <cuda_runtime_api.h>

#include "models/cuda/gpu.hpp"

namespace smdm {

int gpu_count() {
  int count = 0;
  return cudaGetDeviceCount(&count) == cudaSuccess ? count : 0;
}

std::string gpu_name(int index) {
  cudaDeviceProp properties{};
  const auto status = cudaGetDeviceProperties(&properties, index);
  if (status != cudaSuccess)
    throw std::runtime_error(std::string("CUDA: ") + cudaGetErrorString(status));
  return properties.name;
}

std::optional<std::uint64_t> gpu_free_memory(int index) {
  int before = 0;
  if (cudaGetDevice(&before) != cudaSuccess || cudaSetDevice(index) != cudaSuccess)
    return std::nullopt;
  std::size_t free = 0;
  std::size_t total = 0;
  const auto status = cudaMemGetInfo(&free, &total);
  cudaSetDevice(before);
  if (status != cudaSuccess) return std::nullopt;
  return free;
}

}  // namespace smdm
