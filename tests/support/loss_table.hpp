/// All losses of a target by subset, under a fake masked diffusion model or recorded from a real
/// one: the oracle of estimators that see subsets alone.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "evaluators/rows/score_source.hpp"
#include "evaluators/subsets/estimators.hpp"
#include "evaluators/subsets/question.hpp"
#include "tests/support/fake_model.hpp"

namespace smdm::test {

class LossTable {
 public:
  /// @param frozen_model  what rows over a frozen prompt see instead; may be the same
  LossTable(const FakeModel& model, const TokenRequest& request, const FakeModel& frozen_model);
  LossTable(const FakeModel& model, const TokenRequest& request)
      : LossTable(model, request, model) {}
  /// @param full    losses by the bits of the hidden subset, 2^length of them; the first is empty
  /// @param frozen  the same over a frozen prompt
  LossTable(std::vector<RowLosses> full, std::vector<RowLosses> frozen);

  [[nodiscard]] const RowLosses& losses(const WantedRow& row) const;

  /// The negative bound, from the table.
  [[nodiscard]] double exact() const;
  [[nodiscard]] std::size_t length() const { return length_; }

  /// Runs an estimator to its end.
  /// @param rows  counts those that it asks for, equal ones each time
  [[nodiscard]] FoldEstimate run(SubsetEstimator& estimator, std::size_t* rows = nullptr) const;

 private:
  [[nodiscard]] std::vector<RowLosses> tabulate(const FakeModel& model,
                                                const TokenRequest& request) const;

  std::size_t length_;
  std::vector<RowLosses> full_;    ///< by the bits of the subset
  std::vector<RowLosses> frozen_;  ///< likewise
};

/// Runs a source of plain, full rows of one request (`mc`) to its end.
/// @param context  tokens of its prompt
void run(const LossTable& table, ScoreSource& source, std::size_t context);

/// Runs the plan of one question to its end, on one table a request.
[[nodiscard]] std::vector<Estimate> run(std::span<const LossTable> tables, SubsetPlan& plan);

/// Fakes for oracles: one whose tokens hardly interact, one whose tokens interact strongly.
[[nodiscard]] FakeModel::Logits mild_logits();
[[nodiscard]] FakeModel::Logits strong_logits();

/// A question of `prompt` ids and a target of `length`, from a generator fixed by the standard.
[[nodiscard]] TokenRequest made_request(std::size_t prompt, std::size_t length);

}  // namespace smdm::test
