/// How far every estimator is from exact values, and what racing spends: measured on tables of
/// losses, so that a model is read once.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "evaluators/racing/race.hpp"
#include "harness/bench/loss_tables.hpp"

namespace smdm {

struct StudyConfig {
  std::vector<std::int64_t> budgets = {8, 16, 32, 64, 128, 256, 512, 1024};
  std::int64_t repeats = 20;  ///< seeds per target and question
  double racing_error = 0.01;
};

/// Root mean squared error in nats over targets and seeds, at each budget.
struct ErrorCurve {
  std::string estimator;
  std::vector<double> errors;  ///< [budgets]
  /// [budgets]: root mean square of the errors of the runs that report one; empty where none does
  std::vector<std::optional<double>> reported;
};

/// @param tables  at least one
[[nodiscard]] std::vector<ErrorCurve> error_curves(std::span<const TargetTable> tables,
                                                   const StudyConfig& config);

/// Races of a task's questions against exact verdicts.
struct RaceStudy {
  std::string task;
  std::string metric;
  PromptReuse reuse = PromptReuse::off;
  std::int64_t questions = 0;  ///< over all seeds
  std::int64_t agree = 0;      ///< same verdict as the exact values
  std::int64_t near = 0;       ///< another one, but within 0.02 nats (of the verdict's scale)
  std::int64_t lost = 0;       ///< the exact winner was eliminated from this metric's verdict
  std::int64_t undecided = 0;
  double rows_per_choice = 0.0;       ///< as RaceOutcome::rows
  double full_rows_per_choice = 0.0;  ///< of these, how many read the prompt
};

/// A question of a study.
struct StudiedQuestion {
  std::size_t first = 0;  ///< its first table
  std::size_t count = 0;
  std::vector<std::vector<double>> divisors;  ///< see RaceQuestion
};

/// @param questions  with indices into `tables`
/// @param reuse      off or automatic: what the tables have
[[nodiscard]] std::vector<RaceStudy> race_studies(const std::string& task,
                                                  std::span<const std::string> metrics,
                                                  std::span<const TargetTable> tables,
                                                  std::span<const StudiedQuestion> questions,
                                                  PromptReuse reuse,
                                                  const StudyConfig& config);

[[nodiscard]] Json to_json(const ErrorCurve& curve, const StudyConfig& config);
[[nodiscard]] Json to_json(const RaceStudy& study);

}  // namespace smdm
