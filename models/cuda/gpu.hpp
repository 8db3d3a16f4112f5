/// What the CUDA Toolkit says about the machine's GPUs. Builds without it link no_gpu.cpp, which
/// sees none.
#pragma once

#include <string>

namespace smdm {

/// GPUs that this build can use.
[[nodiscard]] int gpu_count();

/// Product name of a GPU. @throws std::runtime_error  if there is no such GPU
[[nodiscard]] std::string gpu_name(int index);

}  // namespace smdm
