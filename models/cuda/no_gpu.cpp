#include <stdexcept>

#include "models/cuda/gpu.hpp"

namespace smdm {

int gpu_count() {
  return 0;
}

std::string gpu_name(int) {
  throw std::runtime_error("this build has no CUDA");
}

}  // namespace smdm
