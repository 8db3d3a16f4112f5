/// The architecture of a model as plain data, whatever format of checkpoint says so.
#pragma once

#include <cstdint>
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

/// How the layers normalise.
enum class NormKind : std::uint8_t {
  rms,    ///< x / sqrt(mean(x^2) + eps), times a weight
  layer,  ///< LayerNorm: (x - mean) / sqrt(variance + eps), times a weight, plus a shift
};

/// What stands between the two linear layers of the feed-forward part.
enum class FeedForward : std::uint8_t {
  swiglu,     ///< silu(gate x) * (up x)
  gelu,       ///< x/2 (1 + erf(x / sqrt(2))) of up x
  gelu_tanh,  ///< its tanh form ("gelu_new"): x/2 (1 + tanh(sqrt(2/pi) (x + 0.044715 x^3)))
};

/// Where a model rounds under --dtype bf16, and in what log-probabilities are summed.
enum class Arithmetic : std::uint8_t {
  smdm,          ///< autocast of the published SMDM runs: residual stream and norms in float32
  transformers,  ///< a model that is bfloat16 as a whole, as the transformers library computes it
};

/// Llama-3's scaling of the rotary frequencies f with wavelength w = 2 pi / f: f where
/// w < original_positions / high_freq_factor, f / factor where w > original_positions /
/// low_freq_factor, and s f + (1 - s) f / factor between them, with
/// s = (original_positions / w - low_freq_factor) / (high_freq_factor - low_freq_factor).
struct RopeScaling {
  double factor = 1.0;
  double low_freq_factor = 1.0;
  double high_freq_factor = 4.0;
  std::int64_t original_positions = 8192;
};

/// Fields have the names of the reference's configuration where it has them.
struct ModelConfig {
  std::string name;
  std::string family = "smdm";      ///< ModelFormat::family of the format that it was read by
  std::int64_t block_size = 2048;   ///< longest sequence in tokens
  std::int64_t vocab_size = 32000;  ///< informational: every row of the head is a valid token
  std::int64_t padded_vocab_size = 32000;  ///< V
  std::int64_t n_layer = 0;
  std::int64_t n_head = 0;               ///< H
  std::int64_t n_embd = 0;               ///< E
  std::int64_t n_query_groups = 0;       ///< G: key/value heads
  std::optional<std::int64_t> head_dim;  ///< hs, where it is not E / H
  std::int64_t intermediate_size = 0;    ///< I
  double rotary_percentage = 1.0;        ///< share of each head's dimensions that rotates
  double rotary_base = 10000.0;  ///< pair i of d rotating dimensions turns by base^(-2 i / d)
  double norm_eps = 1e-5;
  std::int64_t condense_ratio = 1;  ///< positions are divided by it
  std::optional<RopeScaling> rope_scaling;

  /// Whether an embedding of the position is added to that of the token (GPT-2). Such models do not
  /// rotate: rotary_percentage is 0.
  bool learned_positions = false;

  NormKind norm = NormKind::rms;
  bool norm_bias = false;  ///< whether LayerNorm's shifts are stored
  bool qk_norm = false;    ///< RMSNorm over each head of queries and keys, before they rotate
  FeedForward feed_forward = FeedForward::swiglu;
  bool qkv_bias = false;
  bool proj_bias = false;  ///< of attention's output
  bool feed_forward_bias = false;
  bool head_bias = false;
  bool tied_head = false;     ///< the head is the embedding
  std::int64_t cond_dim = 0;  ///< width of a DiT's conditioning on time, constant here; 0: none
  bool parallel_residual = false;
  bool shared_attention_norm = false;
  std::optional<ModelKind> kind;  ///< where the configuration says it
  RopeTables rope_tables = RopeTables::bf16;
  Arithmetic arithmetic = Arithmetic::smdm;

  /// Under Arithmetic::transformers with bf16: whether queries and keys rotate in float32 and are
  /// rounded once (LLaDA's rope_full_precision), instead of with tables and products in bfloat16.
  bool rope_full_precision = false;

  /// The mask's id. Where it is absent, masks have id V and a row behind the vocabulary's in the
  /// embedding of a masked diffusion model.
  std::optional<std::int64_t> mask_id;

  /// Whether the logits at position i - 1 are those of the token at i in a masked diffusion model,
  /// and those at position 0 also of the token at 0 (Dream).
  bool shifted_logits = false;

  /// Whether the family leaves open what shifted_logits is, so that --shift may say it (A2D, whose
  /// shift is an argument of its samplers).
  bool shift_is_open = false;

  /// Whether the mask's own logit is -infinity before the softmax: MDLM's SUBS rule.
  bool excludes_mask = false;

  /// Mistral's and Qwen's sliding window, where one is in use; block_size is no longer than it, so
  /// that no row sees it.
  std::optional<std::int64_t> window;

  /// Whether BOS stands in front of every text in the family's published evaluations, whatever its
  /// tokenizer does by itself.
  bool bos_in_front = false;
  std::optional<std::int64_t> bos_id;  ///< as the configuration says
  std::vector<std::int64_t> eos_ids;   ///< all that end a text; empty where no file says one
  std::optional<std::int64_t> pad_id;

  [[nodiscard]] std::int64_t head_size() const noexcept {
    return head_dim.value_or(n_embd / n_head);
  }
  [[nodiscard]] std::int64_t rotary_elements() const noexcept;
  [[nodiscard]] std::int64_t mask() const noexcept { return mask_id.value_or(padded_vocab_size); }

  /// Rows of the embedding: V, and one more where the mask needs it.
  [[nodiscard]] std::int64_t embedding_rows(ModelKind of) const noexcept;
};

}  // namespace smdm
