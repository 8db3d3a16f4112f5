/// Losses of real questions under a real model, in every subset: tests/golden/real_losses.*.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "evaluators/rows/score_source.hpp"
#include "tests/support/loss_table.hpp"

namespace smdm::test {

/// A multiple-choice question, of which the losses are real and the ids made up: no estimator sees
/// more of a request than its lengths, and draws belong to the prompt, another one each.
struct RealQuestion {
  std::size_t number = 0;  ///< in the recording
  std::string task;
  std::vector<TokenRequest> requests;         ///< one a choice
  std::vector<LossTable> tables;              ///< likewise
  std::vector<std::vector<double>> divisors;  ///< of acc and acc_norm: 1, and characters
  std::vector<double> exact;                  ///< the bound in nats, from the table
  std::vector<double> recorded;               ///< likewise, as it was recorded beside it
};

/// How many tokens the made-up prompts have: enough to be reused with every target.
inline constexpr std::size_t kRealPrompt = 40;

/// All questions in the tree. Their rows over a frozen prompt are made up too: a twentieth of each
/// loss comes from the row in which the whole target is hidden, as a frozen prompt saw it.
[[nodiscard]] std::vector<RealQuestion> real_questions();

/// A target of the shared tables, with what was recorded of it in double precision.
struct RecordedTarget {
  std::string name;
  std::vector<RowLosses> losses;  ///< of all_subsets()
  OrderValues values;             ///< as far as it is recorded: no policies
};

/// Those of shared/tables; nothing where they are not there.
[[nodiscard]] std::vector<RecordedTarget> recorded_targets();

}  // namespace smdm::test
