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
  positions,  ///< the embedding of positions, where they are learned
  norm_1,     ///< before attention
  norm_1_bias,
  qkv,  ///< queries, keys and values in one, in the order that the format says (QkvOrder)
  qkv_bias,
  q,  ///< or each in one of its own
  q_bias,
  k,
  k_bias,
  v,
  v_bias,
  q_norm,  ///< of each head, before it rotates
  k_norm,
  proj,  ///< attention's output
  proj_bias,
  norm_2,  ///< before the feed-forward layer
  norm_2_bias,
  gate,  ///< SwiGLU's two inputs: silu(gate) * up
  gate_bias,
  up,  ///< also the only input of a feed-forward layer without a gate
  up_bias,
  down,  ///< the feed-forward layer's output
  down_bias,
  norm_f,
  norm_f_bias,
  head,
  head_bias,

  // The conditioning on time of a diffusion transformer (DiT, as MDLM's), which is constant where
  // the time is not looked at, and then is folded into the other tensors as they are loaded.
  time_in,  ///< [cond_dim, 256]
  time_in_bias,
  time_out,  ///< [cond_dim, cond_dim]
  time_out_bias,
  modulation,  ///< [6 E, cond_dim] of a block: shift, scale, gate of attention, then of the rest
  modulation_bias,
  final_modulation,  ///< [2 E, cond_dim]: shift, scale of the last norm
  final_modulation_bias,
};

/// How a matrix is stored.
enum class Stored : std::uint8_t {
  as_used,     ///< [out, in], as torch's Linear
  transposed,  ///< [in, out], as GPT-2's Conv1D
};

/// The rows of a joint matrix of queries, keys and values.
enum class QkvOrder : std::uint8_t {
  by_group,  ///< per group its query heads, its key, its value
  in_turn,   ///< all queries, all keys, all values
};

/// One line of a table.
struct TensorName {
  TensorRole role;
  std::string_view name;  ///< "{layer}" stands for the layer's number
  Stored stored = Stored::as_used;
};

/// A format's table: each role at most once. A role that the configuration asks for must be there
/// (biases of a family that may have them, for example, always stand in its table).
using TensorNames = std::span<const TensorName>;

/// The name of a tensor. @param layer  of no meaning where the name has no place for it
/// @throws std::invalid_argument  if the table has no such role
[[nodiscard]] std::string tensor_name(TensorNames names, TensorRole role, std::int64_t layer = 0);

/// Whether a table has a role.
[[nodiscard]] bool has_role(TensorNames names, TensorRole role);

/// The line of a table. @throws std::invalid_argument  if the table has no such role
[[nodiscard]] const TensorName& line_of(TensorNames names, TensorRole role);

/// Whether a tensor's name is that of a pattern in which "{layer}" stands for a layer's number.
[[nodiscard]] bool matches_name(std::string_view pattern, std::string_view name);

}  // namespace smdm
