/// The tensors of the transformer by what they are for, and the tables that say under which name a
/// format of checkpoints stores each.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace smdm {

/// What a stored tensor is for; its shape follows from the configuration (models/weights.hpp).
enum class TensorRole : std::uint8_t {
  embedding,
  norm_1,  ///< before attention
  qkv,     ///< queries, keys and values in one: per group its query heads, its key, its value
  proj,    ///< attention's output
  norm_2,  ///< before the feed-forward layer
  gate,    ///< SwiGLU's two inputs: silu(gate) * up
  up,
  down,  ///< the feed-forward layer's output
  norm_f,
  head,
};

/// One line of a table.
struct TensorName {
  TensorRole role;
  std::string_view name;  ///< "{layer}" stands for the layer's number
};

/// A format's table: each role once.
using TensorNames = std::span<const TensorName>;

/// The name of a tensor. @param layer  of no meaning where the name has no place for it
/// @throws std::invalid_argument  if the table has no such role
[[nodiscard]] std::string tensor_name(TensorNames names, TensorRole role, std::int64_t layer = 0);

}  // namespace smdm
