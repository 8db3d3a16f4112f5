/// A results file as JSON in the layout of lm-evaluation-harness 0.4.4 (lm_eval/evaluator_utils.py
/// and lm_eval/loggers/evaluation_tracker.py), with a block of our own. docs/results-format.md
/// describes every field; samples files are those of lm_eval_samples.hpp.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "results/run/record.hpp"
#include "results/statistics/statistics.hpp"

namespace smdm {

/// Version of the "smdm_eval" block, raised when a field changes its meaning.
inline constexpr int kResultsSchema = 1;

/// The field of a task's block that has the SHA-256 of its samples file.
inline constexpr const char* kSamplesDigest = "samples_sha256";

/// The field of a task's block that has the standard errors over clusters of documents.
inline constexpr const char* kClusteredErrors = "stderr_clustered";

/// "acc,none": how results name a metric.
[[nodiscard]] std::string metric_key(const Metric& info);

/// "acc_stderr,none": how results name its standard error.
[[nodiscard]] std::string stderr_key(const Metric& info);

/// "acc_mc_stderr,none": how results name its Monte Carlo error. Tables of lm-eval pass over it.
[[nodiscard]] std::string mc_stderr_key(const Metric& info);

/// One row of results: a group, a task of a group, or a task on its own.
struct DisplayRow {
  const GroupRecord* group = nullptr;  ///< set for a group's row
  std::size_t task = 0;                ///< index in the run's tasks, for a task's row
  std::string name;
  std::string alias;  ///< what tables show, indented below a group
};

/// The rows in lm-eval's order: groups and tasks of their own by name, a group's tasks by name
/// below it.
/// @throws std::invalid_argument  if a group names a task that the run has not, or two things share
/// a name
[[nodiscard]] std::vector<DisplayRow> display_rows(const RunRecord& run);

/// The content of results_<date>.json.
/// @param summaries  what `summarize` gives for the run
/// @throws std::invalid_argument  if the record contradicts itself; the text says where
[[nodiscard]] Json results_json(const RunRecord& run, const std::vector<TaskSummary>& summaries);

}  // namespace smdm
