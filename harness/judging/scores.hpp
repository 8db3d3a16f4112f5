/// What the judgments of one model come to: means by category and turn.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "harness/judging/judgment.hpp"
#include "harness/judging/plan.hpp"

namespace smdm::judging {

/// The mean of some judgments.
struct Score {
  std::optional<std::string> category;  ///< empty: of all
  std::optional<int> turn;              ///< empty: of both
  std::size_t judged = 0;               ///< judgments with a score
  std::size_t failed = 0;               ///< without one; in no mean
  std::size_t questions = 0;            ///< that those with a score are about
  std::optional<double> mean = {};      ///< empty where none has a score
  /// Over questions, whose two turns depend on each other; empty for a single one.
  std::optional<double> standard_error = {};
};

/// By category in the order of the questions, each with its turns and both; then all.
/// @param judgments  of the plan; those that are not there are in no count
[[nodiscard]] std::vector<Score> scores_of(const Plan& plan,
                                           std::span<const std::optional<Judgment>> judgments);

/// A row for each category and one for all, a column for each turn.
[[nodiscard]] std::string scores_table(std::span<const Score> scores);

[[nodiscard]] Json scores_json(std::span<const Score> scores);

}  // namespace smdm::judging
