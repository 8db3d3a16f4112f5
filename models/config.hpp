/// The architecture of a model as plain data, whatever format of checkpoint says so.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace smdm {

enum class ModelKind : std::uint8_t { mdm, arm };

/// "mdm" or "arm".
[[nodiscard]] std::string to_string(ModelKind kind);

/// How the cosine and sine tables of the rotary embedding are kept.
enum class RopeTables : std::uint8_t {
  bf16,  ///< rounded to bfloat16, as the reference always does
  f32,
};

/// Fields have the names of the reference's configuration.
struct ModelConfig {
  std::string name;
  std::int64_t block_size = 2048;   ///< longest sequence in tokens
  std::int64_t vocab_size = 32000;  ///< informational: every row of the head is a valid token
  std::int64_t padded_vocab_size = 32000;  ///< V
  std::int64_t n_layer = 0;
  std::int64_t n_head = 0;             ///< H
  std::int64_t n_embd = 0;             ///< E
  std::int64_t n_query_groups = 0;     ///< G: key/value heads
  std::int64_t intermediate_size = 0;  ///< I
  double rotary_percentage = 1.0;      ///< share of each head's dimensions that rotates
  double rotary_base = 10000.0;        ///< pair i of d rotating dimensions turns by base^(-2 i / d)
  double norm_eps = 1e-5;
  std::int64_t condense_ratio = 1;  ///< positions are divided by it
  bool parallel_residual = false;
  bool shared_attention_norm = false;
  std::optional<ModelKind> kind;  ///< where the configuration says it
  RopeTables rope_tables = RopeTables::bf16;

  /// The mask's id. Where it is absent, masks have id V and a row behind the vocabulary's in the
  /// embedding of a masked diffusion model.
  std::optional<std::int64_t> mask_id;

  /// Whether the logits at position i - 1 are those of the token at i in a masked diffusion model.
  /// The transformer does not compute that yet.
  bool shifted_logits = false;

  [[nodiscard]] std::int64_t head_size() const noexcept { return n_embd / n_head; }
  [[nodiscard]] std::int64_t rotary_elements() const noexcept;
  [[nodiscard]] std::int64_t mask() const noexcept { return mask_id.value_or(padded_vocab_size); }

  /// Rows of the embedding: V, and one more where the mask needs it.
  [[nodiscard]] std::int64_t embedding_rows(ModelKind of) const noexcept;
};

}  // namespace smdm
