/// Families whose layers are LLaMA's: RMSNorm, rotary positions, grouped keys and values, SwiGLU.
/// They differ in a few words, which are the fields of LlamaBlock.
#pragma once

#include <cstdint>

#include "models/formats/hugging_face.hpp"

namespace smdm {

/// Whether files of a family say that attention looks no further than a window.
enum class Windows : std::uint8_t {
  none,
  always,    ///< sliding_window, unless it is null (Mistral)
  switched,  ///< sliding_window where use_sliding_window or layer_types say so (Qwen)
};

/// Biases of attention's matrices.
enum class AttentionBias : std::uint8_t {
  none,
  as_said,  ///< on all four where attention_bias is true
  qkv,      ///< on queries, keys and values, whatever the file says
};

struct LlamaBlock {
  FamilyKeys keys;
  RopeKeys rope = {};
  Windows windows = Windows::none;
  AttentionBias attention_bias = AttentionBias::none;
  bool mlp_bias_as_said = false;
  bool qk_norm = false;

  /// Whether files must say num_key_value_heads and head_dim: where the library's own defaults are
  /// fixed numbers, no file that is silent can be trusted.
  bool key_heads_required = false;
  bool head_dim_required = false;
};

/// Reads a configuration of such a family; refuse_unread() is left to the caller, which may have
/// more to read.
/// @throws Error(checkpoint)  naming the file and the field
[[nodiscard]] ModelConfig read_llama_block(const ConfigFields& fields, const LlamaBlock& block);

/// read_llama_block() and refuse_unread().
/// @throws Error(checkpoint)  naming the file and the field
[[nodiscard]] ModelConfig read_llama_family(const ConfigFields& fields, const LlamaBlock& block);

/// The names of their tensors, with those that some families lack.
[[nodiscard]] TensorNames llama_block_tensors();

/// What Qwen2's files, and those of models converted from it, say besides their keys.
[[nodiscard]] LlamaBlock qwen2_block(const FamilyKeys& keys);

/// The same of Qwen3.
[[nodiscard]] LlamaBlock qwen3_block(const FamilyKeys& keys);

/// A format of such a family. The arguments are fields of ModelFormat.
[[nodiscard]] ModelFormat llama_block_format(std::string_view name,
                                             std::string_view family,
                                             std::string_view model_type,
                                             ModelConfig (*read)(const ConfigFields& fields));

}  // namespace smdm
