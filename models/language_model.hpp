/// The one interface between checkpoints and evaluators: packed rows of token ids in,
/// log-probabilities or logits at wanted positions out. Never text, never tasks.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include "models/config.hpp"
#include "models/packed_rows.hpp"

namespace at {
class Tensor;
}

namespace smdm {

/// The logits at position t score token t + 1, from tokens 0..t.
struct Autoregressive {};

/// The logits at position t score token t, from every token that is not masked.
struct MaskedDiffusion {
  std::int64_t mask_id = 0;

  /// Whether the network gives the logits of position t at t - 1, those of 0 at 0 (Dream). Wanted
  /// positions are those of tokens all the same: the model looks one to the left by itself. What it
  /// cannot do is to score the first token of a row over a prefix, whose logits belong to the
  /// prefix's last token: such a row has to begin with that token.
  bool shifted = false;

  /// Whether the mask's own logit is -infinity (MDLM's SUBS rule).
  bool excludes_mask = false;
};

/// How a model computes. bf16 of SMDM's checkpoints is the mixed precision of the published runs:
/// linear layers, attention and logits in bfloat16, residual stream and norms in float32; of other
/// families see Arithmetic::transformers.
enum class ComputeType : std::uint8_t { f32, bf16 };

struct ModelInfo {
  std::variant<Autoregressive, MaskedDiffusion> objective;
  std::int64_t vocab_tokens = 0;  ///< V = padded_vocab_size: every row of lm_head is a valid token
  std::int64_t max_tokens = 0;    ///< longest sequence, prompt included
  std::int64_t parameters = 0;
  ComputeType compute = ComputeType::f32;
  Arithmetic arithmetic = Arithmetic::smdm;
};

/// The keys and values of one growing sequence (autoregressive models). Made by the model that
/// reads it; must not outlive that model.
class KvCache {
 public:
  KvCache() = default;
  KvCache(const KvCache&) = delete;
  KvCache& operator=(const KvCache&) = delete;
  virtual ~KvCache() = default;
  [[nodiscard]] virtual std::int64_t tokens() const = 0;  ///< how many it holds
};

/// What a sampler may rank positions by, in float64: the larger, the earlier. They follow from a
/// position's distribution alone, never from the token that is scored there.
struct PositionRanks {
  std::vector<double> confidence;  ///< log-probability of the best token, nats
  std::vector<double> margin;      ///< its probability less that of the second best
  std::vector<double> entropy;     ///< -H, nats
};

/// Log-probabilities of given tokens, and which token was likeliest.
struct TokenScores {
  /// [W], nats. Every value is a number of the type that the model's logits have (float32,
  /// bfloat16), unless its family computes log-probabilities in float64.
  std::vector<double> log_p;
  std::vector<std::int64_t>
      argmax;           ///< [W], the lowest id where several are equal; empty if not asked for
  PositionRanks ranks;  ///< [W] each; empty if not asked for
  Prefixes prefixes;    ///< [R] for the rows that keep tokens, else null; empty if none does
};

enum class WithArgmax : bool { no, yes };
enum class WithRanks : bool { no, yes };

/// Receives logits [n, V] of the wanted positions first .. first + n - 1, on the model's device and
/// in its compute type. Blocks arrive in order; the tensor is only valid during the call.
using LogitsVisitor = std::function<void(std::int64_t first, const at::Tensor& logits)>;

/// A loaded checkpoint on one device.
///
/// Const calls may come from several threads at once; the object owns its weights. What comes
/// back for a position depends on its own row alone (and on the rows that it continues or is
/// guided by, and on its prefix), bit for bit: not on other rows, their number or order, nor on the
/// thread count.
///
/// Every call throws std::invalid_argument if a limit of PackedRows is broken: an id that is
/// neither below vocab_tokens nor the mask id, an empty row or one longer than max_tokens,
/// positions out of range, a prefix of another kind of model, or the first token of a row behind a
/// prefix's tokens wanted of a model whose logits are shifted.
class LanguageModel {
 public:
  explicit LanguageModel(ModelInfo info) : info_(info) {}
  LanguageModel(const LanguageModel&) = delete;
  LanguageModel& operator=(const LanguageModel&) = delete;
  virtual ~LanguageModel() = default;

  [[nodiscard]] const ModelInfo& info() const noexcept { return info_; }

  /// Calls a function before every forward from now on; what it throws reaches the caller. Empty:
  /// none. Not while another thread computes.
  void before_each_forward(std::function<void()> hook) { hook_ = std::move(hook); }

  /// @param tokens  [W], the token to score at each wanted position
  [[nodiscard]] TokenScores scores(const PackedRows& rows,
                                   std::span<const std::int64_t> tokens,
                                   WithArgmax with_argmax = WithArgmax::no,
                                   WithRanks with_ranks = WithRanks::no) const;

  /// Shows the logits at the wanted positions, block by block: [W, V] never exists as a whole.
  /// @return  as TokenScores::prefixes
  Prefixes visit_logits(const PackedRows& rows, const LogitsVisitor& visit) const;

  /// All logits at the wanted positions, float32 [W, V] on the CPU. Convenience for small inputs.
  [[nodiscard]] at::Tensor logits(const PackedRows& rows) const;

  /// Dense form: logits float32 [B, T, V] on the CPU of B rows of equal length. Convenience for
  /// tests.
  /// @param ids  int64 [B, T] on the CPU
  [[nodiscard]] at::Tensor dense_logits(const at::Tensor& ids) const;

  /// An empty cache for sequences of up to `capacity` tokens.
  /// @throws std::invalid_argument  if the model is not autoregressive
  [[nodiscard]] std::unique_ptr<KvCache> make_cache(std::int64_t capacity) const;

  /// Row r continues the sequence in *caches[r] and is added to it.
  /// @param caches  [R], all different, each with room for its row
  void extend(std::span<KvCache* const> caches,
              const PackedRows& rows,
              const LogitsVisitor& visit) const;

 private:
  /// The work behind every call; rows are already checked. `caches` is empty or has one per row.
  /// @return  as TokenScores::prefixes
  virtual Prefixes run(const PackedRows& rows,
                       std::span<KvCache* const> caches,
                       const LogitsVisitor& visit) const = 0;
  [[nodiscard]] virtual std::unique_ptr<KvCache> new_cache(std::int64_t capacity) const = 0;
  void call_hook() const;

  ModelInfo info_;
  std::function<void()> hook_;
};

}  // namespace smdm
