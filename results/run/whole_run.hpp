/// Stored runs as they are compared, gated and exported: read with their samples, checked, and with
/// all parts of a run over several checkpoints together.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "results/run/reader.hpp"
#include "results/run/record.hpp"

namespace smdm {

struct WholeRun {
  std::string name;  ///< the path as it was given
  std::vector<StoredRun> parts;
};

/// One task of a run. REQUIRES: the run outlives it.
struct RunTask {
  const StoredRun* part = nullptr;
  const TaskRecord* task = nullptr;
};

/// Reads a run and checks that its summaries are those of its samples.
/// @param path  a results file; a folder with results files, whose latest is meant; or a folder of
///              such folders (as a run of tasks with different embedded checkpoints leaves it):
///              the latest of each are parts of one run
/// @throws Error(results)  as read_run() does, and if a summary is another one than the samples
/// give or
///   two parts have a task of the same name
[[nodiscard]] WholeRun read_whole_run(const std::filesystem::path& path);

/// The tasks of a run, by name.
[[nodiscard]] std::vector<RunTask> tasks_of(const WholeRun& run);

/// @throws Error(results)  if two results files are the same run: one file, or copies of it
/// @param what  begins the error's text: "compare"
void refuse_same_run(const WholeRun& a, const WholeRun& b, const std::string& what);

/// The file with the samples of a task.
[[nodiscard]] std::filesystem::path samples_file(const RunTask& task);

/// What was used for a task and changes its numbers, as its block of the results file has it:
/// estimator or sampler, budget, guidance; fields that the task has not are left out.
[[nodiscard]] Json task_settings(const TaskRecord& task);

/// The Monte Carlo standard error of a metric as the results file has it: 0 where the value is
/// exact, empty where it is not known.
[[nodiscard]] std::optional<double> monte_carlo_error(const RunTask& task, const Metric& info);

/// Whether other seeds could give other values: some likelihood is a Monte Carlo estimate, or texts
/// were drawn at random.
[[nodiscard]] bool depends_on_seed(const TaskRecord& task);

/// The seed of a task's draws.
[[nodiscard]] std::uint64_t seed_of(const RunTask& task);

/// The kinds of number that the likelihoods of a task are, in a fixed order; empty for generations.
[[nodiscard]] std::vector<Bound> bounds_of(const TaskRecord& task);

}  // namespace smdm
