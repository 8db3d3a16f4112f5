/// What the CUDA Toolkit says about the machine's GPUs. Builds without it link without_toolkit.cpp,
/// which sees those that LibTorch can use, and does not know their names.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace smdm {

/// GPUs that this build can use.
[[nodiscard]] int gpu_count();

/// Product name of a GPU, or its number in a build without the toolkit. @throws std::runtime_error
/// if there is no such GPU
[[nodiscard]] std::string gpu_name(int index);

/// Bytes of a GPU's memory that are free; nothing where they are not known, as in a build without
/// the toolkit.
[[nodiscard]] std::optional<std::uint64_t> gpu_free_memory(int index);

}  // namespace smdm
