/// The losses of targets under every subset, computed once: estimators can then be run on them any
/// number of times without the model.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <vector>

#include "evaluators/rows/packing.hpp"
#include "evaluators/rows/score_source.hpp"
#include "evaluators/subsets/question.hpp"
#include "models/language_model.hpp"

namespace smdm {

/// One target's losses, by the bits of the hidden subset; entry 0 is empty.
struct TargetTable {
  const TokenRequest* request = nullptr;
  std::vector<RowLosses> full;
  std::vector<RowLosses> frozen;  ///< over the frozen prompt; empty where it is not reused
  std::vector<RowRanks> ranks;    ///< of the full rows; empty where nobody asked for them
  double exact = 0.0;             ///< the negative bound in nats

  [[nodiscard]] const RowLosses& losses(const WantedRow& row) const;
};

/// A table of losses that were computed elsewhere.
/// @param full  by the bits of the hidden subset, 2^L of them; the first is empty
[[nodiscard]] TargetTable table_of(const TokenRequest& request, std::vector<RowLosses> full);

struct TableConfig {
  double cfg = 0.0;
  WithRanks ranks = WithRanks::no;
  PackingLimits packing = {};
};

/// @param requests  neighbours with one context belong together; outlive the tables; targets of at
///                  most kMaxEnumerated tokens
[[nodiscard]] std::vector<TargetTable> loss_tables(const LanguageModel& model,
                                                   std::span<const TokenRequest> requests,
                                                   const TableConfig& config);

/// Runs an estimator, or the plan of one question, on tables instead of a model.
/// @param rows  receives how many different rows were asked for, unless null
[[nodiscard]] FoldEstimate run_on(const TargetTable& table,
                                  SubsetEstimator& estimator,
                                  std::size_t* rows = nullptr);
[[nodiscard]] std::vector<Estimate> run_on(std::span<const TargetTable> tables, SubsetPlan& plan);

/// What a source of one request's plain, full rows needs to know to run on its table: guidance and
/// all else that is the model's is in the losses.
/// @param done  called once
[[nodiscard]] Scoring scoring_on(const TargetTable& table,
                                 std::function<void(const Estimate&)> done);

/// Runs a source that was made with scoring_on() to its end: `mc`, `chain-rule`, or a ranking score
/// of tokens that are hidden.
void run_on(const TargetTable& table, ScoreSource& source);

}  // namespace smdm
