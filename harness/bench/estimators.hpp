/// `smdm-eval bench --estimators`: what every likelihood estimator costs and how wrong it is.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace smdm {

struct BenchEstimatorSettings {
  std::vector<std::string> tasks;  ///< of likelihood; empty: those of multiple choice
  std::string model;               ///< empty: the embedded ones
  std::string data;
  double cfg = 0.0;
  /// Questions per task; empty: 20, or of stored tables all.
  std::optional<std::int64_t> limit = {};
  std::int64_t longest = 12;  ///< tokens of the longest target that is enumerated, 1..20
  std::int64_t repeats = 20;  ///< seeds, at least one
  double racing_error = 0.01;
  std::string figure;  ///< SVG file of error against rows
  std::string json;    ///< file of all figures
  bool rank = false;   ///< how values rank answers, instead of errors and races
  /// Stored tables in the place of a model: either of their two files, or what both begin with.
  std::string tables;
  // Times of whole tasks instead.
  bool task_time = false;
  std::string tokenizer;
  std::int64_t model_size = 113;
  std::int64_t timed_questions = 2;
  int threads = 0;
  std::string device = "auto";
  std::string dtype = "f32";
};

/// Errors of every estimator against exact values, and races against exact verdicts; or how ranking
/// scores and estimators rank answers beside the likelihood. Questions with a longer target than
/// can be enumerated are left out, and how many is told.
/// @throws Error(usage)  if a setting is out of range, or nothing is left
/// @throws Error(data)   if stored tables cannot be used
void run_bench_estimators(const BenchEstimatorSettings& settings);

/// Rows and tokens of whole tasks from the lengths of their tokens, and how long they would take a
/// model of a published size with random weights, at the rate of a few questions.
void run_bench_task_time(const BenchEstimatorSettings& settings);

}  // namespace smdm
