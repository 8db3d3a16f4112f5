/// Two stored runs over the same documents: how they differ, task by task.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "results/compare/pairing.hpp"
#include "results/run/facts.hpp"
#include "results/statistics/paired_difference.hpp"

namespace smdm {

/// A metric that both runs have, or by which both can be compared: the any-order likelihood of a
/// masked diffusion model and the exact one of an autoregressive model are likelihoods alike.
struct MetricComparison {
  Metric info;
  /// The documents that both runs have it of: all pairs of the task but for the filter any_order.
  std::vector<DocumentPair> pairs = {};
  std::vector<double> a = {};  ///< [pairs, info.width], row-major
  std::vector<double> b = {};
  /// Empty where a run has a value that is not finite, of a document or of the metric.
  std::optional<PairedDifference> difference = {};
  /// p_value corrected by Holm over every metric of every task of the comparison.
  std::optional<double> corrected = {};
  /// The Monte Carlo part alone, a standard error: sqrt(a^2 + b^2) of the two runs' own, as if
  /// their draws were independent: a warning says where one seed made them common. 0 where both are
  /// exact, empty where a run does not say.
  std::optional<double> monte_carlo_error = {};
  bool drawn_in_both = false;  ///< both runs have such an error, above 0
};

/// A task that both runs have. REQUIRES: the runs outlive it.
struct TaskComparison {
  const TaskFacts* a = nullptr;
  const TaskFacts* b = nullptr;
  std::vector<DocumentPair> pairs;
  std::size_t unjudged = 0;  ///< pairs that are left out: see is_unjudged()
  PairedClusters clusters;
  std::vector<MetricComparison> metrics;
};

struct RunComparison {
  std::string a;  ///< the runs' names
  std::string b;
  std::vector<TaskComparison> tasks;  ///< by name
  std::vector<std::string> only_a;    ///< tasks that the other run has not
  std::vector<std::string> only_b;
  std::int64_t permutations = kPermutations;  ///< draws of each permutation test
  /// What makes the runs differ besides what is compared: estimator, guidance, budget, kind of
  /// bound; and what makes their Monte Carlo errors depend on each other. One line each.
  std::vector<std::string> warnings;
};

/// Level at which a difference is called one, after correction.
inline constexpr double kComparisonLevel = 0.05;

/// One task of two runs, its documents put together; no metric is tested yet.
/// @return what refers to the tasks: they must outlive it
/// @throws Error(results)  if they have other documents, prompts, metrics or another version, or
/// one
///   has ranking scores where the other has none or those of another name
[[nodiscard]] TaskComparison pair_tasks(const TaskFacts& a, const TaskFacts& b);

/// Tests every metric of what pair_tasks() gave. All of them are one family of Holm's correction,
/// of whichever runs they are.
/// @return draws of each permutation test
std::int64_t test_family(std::span<TaskComparison> tasks);

/// @return what refers to the runs: they must outlive it
/// @throws Error(results)  if it is one run twice, no task is in both, or a task of both has other
///   documents, prompts, metrics or another version, or ranking scores where the other has none or
///   those of another name
[[nodiscard]] RunComparison compare_runs(const Facts& a, const Facts& b);

/// A JSON object for every document that changed side under a metric of verdicts: task, metric,
/// `a` and `b`, the document, and both runs' answers.
[[nodiscard]] std::vector<Json> changed_documents(const RunComparison& comparison);

/// What differs in how two tasks were computed, as "estimator: mc against exact"; the kind of bound
/// included.
[[nodiscard]] std::vector<std::string> differing_settings(const TaskFacts& a, const TaskFacts& b);

}  // namespace smdm
