/// What every likelihood estimator is made of: a source of rows that turns the log-probabilities
/// of its rows into an Estimate.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stdexcept>
#include <vector>

#include "base/request.hpp"
#include "evaluators/rows/guidance.hpp"
#include "evaluators/rows/packing.hpp"
#include "models/language_model.hpp"

namespace smdm {

/// Score `continuation` given `context` and, under a masked diffusion model, what stands behind it,
/// in ids.
struct TokenRequest {
  std::vector<std::int64_t> context;       ///< may be empty for a masked diffusion model
  std::vector<std::int64_t> continuation;  ///< at least one
  /// Shown behind the continuation and never scored; empty for an autoregressive model.
  std::vector<std::int64_t> suffix = {};

  /// Of all three.
  [[nodiscard]] std::size_t tokens() const {
    return context.size() + continuation.size() + suffix.size();
  }
};

/// What a request shows whatever is hidden, as places in its row.
[[nodiscard]] std::array<PositionRange, 2> given_of(const TokenRequest& request);

/// Whether two requests show the same, so that they may be choices of one question.
[[nodiscard]] bool show_the_same(const TokenRequest& a, const TokenRequest& b);

/// What was computed for a request, or a question.
struct RowCost {
  std::int64_t rows = 0;    ///< the CFG branch included
  std::int64_t tokens = 0;  ///< likewise
};

/// The results of one group, in the order of its wanted positions.
struct Scores {
  std::span<const double> log_p;         ///< nats
  std::span<const std::int64_t> argmax;  ///< empty if not asked for
  /// One per row of the group, null for rows that keep no tokens; empty if none of the forward
  /// does.
  std::span<const std::shared_ptr<const Prefix>> prefixes = {};
  PositionRanks ranks = {};  ///< empty if not asked for
};

/// One request, or a few that are computed together, on the way to their estimates. An estimator
/// is one class of this kind; Packer says when the calls happen.
class ScoreSource {
 public:
  ScoreSource() = default;
  ScoreSource(const ScoreSource&) = delete;
  ScoreSource& operator=(const ScoreSource&) = delete;
  virtual ~ScoreSource() = default;

  /// The next group to score, or nothing: none left, or none before results are known.
  virtual std::optional<RowGroup> next() = 0;
  /// The results of the oldest group not yet answered.
  virtual void take(const Scores& scores) = 0;
  /// All results are in: report the estimates.
  virtual void finish() = 0;
};

using OpenScoreSource = std::function<std::unique_ptr<ScoreSource>()>;

/// Runs sources to their end on the model, many at once.
/// @param open_next  the next source, or null when there is none any more
/// @throws Error(checkpoint)  if the model gives a log-probability that is not finite
void run_sources(const LanguageModel& model,
                 const OpenScoreSource& open_next,
                 const PackingLimits& limits,
                 WithArgmax with_argmax = WithArgmax::no,
                 WithRanks with_ranks = WithRanks::no);

/// What a model, or something in its place, gives for a forward's rows.
using ScoreRows = std::function<TokenScores(const RowGroup& forward)>;

/// The same with something in the model's place.
void run_sources(const ScoreRows& score_rows,
                 const OpenScoreSource& open_next,
                 const PackingLimits& limits);

/// What the log-probabilities of a request are summed into.
enum class SumType : std::uint8_t {
  f64,
  bf16,  ///< one bfloat16 in the end
};

/// bf16 for SMDM's checkpoints under --dtype bf16, whose published runs sum cross entropies into a
/// single bfloat16; everybody else sums in float64.
[[nodiscard]] SumType sum_type(const ModelInfo& info);

/// What an estimator of one request on a masked diffusion model needs to know.
struct Scoring {
  const TokenRequest* request = nullptr;  ///< outlives the source
  std::int64_t mask_id = 0;
  double cfg = 0.0;  ///< see guidance.hpp
  SumType sum = SumType::f64;
  std::function<void(const Estimate&)> done;  ///< called once
};

/// The row in which the target tokens `hidden` are masked, scored at the target tokens `scored`.
/// @param hidden  indices into the continuation
/// @param scored  likewise, increasing
[[nodiscard]] RowGroup masked_row(const Scoring& scoring,
                                  std::span<const std::size_t> hidden,
                                  std::span<const std::size_t> scored);

/// Adds the rows and tokens of a group to the cost of an estimate.
void add_cost(Estimate& estimate, const RowGroup& group);

/// A sum of log-probabilities as a number of the type that they are summed into.
[[nodiscard]] double round_sum(double nats, SumType type);

}  // namespace smdm
