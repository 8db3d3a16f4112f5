/// From subsets to rows: questions whose requests are estimated by subsets of their targets.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "evaluators/rows/score_source.hpp"
#include "evaluators/subsets/estimators.hpp"
#include "evaluators/subsets/shared_rows.hpp"

namespace smdm {

/// A row wanted for one of a question's requests.
struct AskedRow {
  std::size_t request = 0;
  WantedRow row;
};

/// Decides which rows a question needs, round by round.
class SubsetPlan {
 public:
  SubsetPlan() = default;
  SubsetPlan(const SubsetPlan&) = delete;
  SubsetPlan& operator=(const SubsetPlan&) = delete;
  virtual ~SubsetPlan() = default;

  /// The rows of the next round; none: all is known.
  virtual std::vector<AskedRow> next() = 0;
  /// The ranks of the same rows, where they are known: called just before take().
  virtual void see(std::span<const RowRanks> /*ranks*/) {}
  /// The losses of the rows that next() gave last, in their order.
  virtual void take(std::span<const RowLosses> losses) = 0;
  /// One estimate per request, without their cost. Called once.
  [[nodiscard]] virtual std::vector<Estimate> estimates() = 0;
};

/// Each request by itself.
[[nodiscard]] std::unique_ptr<SubsetPlan> independent_plan(
    std::vector<std::unique_ptr<SubsetEstimator>> estimators);

/// @param done  called once per request with its index in the question
[[nodiscard]] std::unique_ptr<ScoreSource> subset_source(
    QuestionRows question,
    std::unique_ptr<SubsetPlan> plan,
    std::function<void(std::size_t, const Estimate&)> done);

/// nats = -loss, with errors, folds and record. Above 0 where the loss is below: never clipped.
[[nodiscard]] Estimate estimate_of(const FoldEstimate& folds);

}  // namespace smdm
