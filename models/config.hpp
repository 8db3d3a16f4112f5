/// The architecture of a checkpoint, in the field names of the reference's configuration.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace smdm {

enum class ModelKind : std::uint8_t { mdm, arm };

/// "mdm" or "arm".
[[nodiscard]] std::string to_string(ModelKind kind);

/// How the cosine and sine tables of the rotary embedding are kept.
enum class RopeTables : std::uint8_t {
  bf16,  ///< rounded to bfloat16, as the reference always does
  f32,
};

struct ModelConfig {
  std::string name;
  std::int64_t block_size = 2048;          ///< longest sequence in tokens
  std::int64_t vocab_size = 32000;         ///< informational: every row of lm_head is a valid token
  std::int64_t padded_vocab_size = 32000;  ///< V
  std::int64_t n_layer = 0;
  std::int64_t n_head = 0;             ///< H
  std::int64_t n_embd = 0;             ///< E
  std::int64_t n_query_groups = 0;     ///< G: key/value heads
  std::int64_t intermediate_size = 0;  ///< I
  double rotary_percentage = 1.0;      ///< share of each head's dimensions that rotates
  double norm_eps = 1e-5;
  std::int64_t condense_ratio = 1;  ///< positions are divided by it
  bool parallel_residual = false;
  bool shared_attention_norm = false;
  std::optional<ModelKind> kind;  ///< x_model_type
  RopeTables rope_tables = RopeTables::bf16;

  [[nodiscard]] std::int64_t head_size() const noexcept { return n_embd / n_head; }
  [[nodiscard]] std::int64_t rotary_elements() const noexcept;
};

/// Reads a configuration file.
/// @throws Error(checkpoint)  naming the file and the field: what was wanted and what came
[[nodiscard]] ModelConfig read_config(const std::filesystem::path& path);

/// The sizes of the published family in millions of parameters, 6 to 2121.
[[nodiscard]] std::vector<std::int64_t> family_sizes();

/// The published configuration of a size.
/// @throws Error(checkpoint)  if the family has no such size; the text lists those it has
[[nodiscard]] ModelConfig family_config(std::int64_t millions);

}  // namespace smdm
