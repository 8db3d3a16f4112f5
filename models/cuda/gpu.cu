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

}  // namespace smdm
