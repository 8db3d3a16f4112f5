/// The losses of targets under every subset, computed once: estimators can then be run on them any
/// number of times without the model.
#pragma once

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
  double exact = 0.0;             ///< the negative bound in nats

  [[nodiscard]] const RowLosses& losses(const WantedRow& row) const;
};

struct TableConfig {
  double cfg = 0.0;
  PackingLimits packing = {};
};

/// @param requests  neighbours with one context belong together; outlive the tables; targets of at
///                  most kMaxEnumerated tokens
[[nodiscard]] std::vector<TargetTable> loss_tables(const LanguageModel& model,
                                                   std::span<const TokenRequest> requests,
                                                   const TableConfig& config);

/// Runs an estimator, or the plan of one question, on tables instead of a model.
[[nodiscard]] FoldEstimate run_on(const TargetTable& table, SubsetEstimator& estimator);
[[nodiscard]] std::vector<Estimate> run_on(std::span<const TargetTable> tables, SubsetPlan& plan);

/// Runs a source of plain, full rows of one request (the Monte Carlo estimator) on its table.
void run_on(const TargetTable& table, ScoreSource& source);

}  // namespace smdm
