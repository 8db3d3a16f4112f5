/// Writing the safetensors format that SafetensorsFile reads.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace at {
class Tensor;
}

namespace smdm {

/// Receives a file's bytes, piece by piece.
using ByteSink = std::function<void(std::string_view)>;

/// A safetensors file of float32 or bfloat16 tensors, in the order given; each begins at a multiple
/// of 8 bytes as far as those before it do.
/// @param tensors   on the CPU
/// @param metadata  strings for its __metadata__; none is written where it is empty
/// @throws std::invalid_argument  for another element type
void write_safetensors(const std::vector<std::pair<std::string, at::Tensor>>& tensors,
                       const std::map<std::string, std::string>& metadata,
                       const ByteSink& sink);

}  // namespace smdm
