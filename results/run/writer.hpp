/// Puts a run on the disk: all of its files, or none.
#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <vector>

#include "results/run/record.hpp"
#include "results/statistics/statistics.hpp"

namespace smdm {

/// The files of one run.
struct RunFiles {
  std::filesystem::path results;  ///< results_<date>.json
  std::vector<std::filesystem::path>
      samples;  ///< samples_<task>_<date>.jsonl, in the order of the tasks
  std::vector<std::filesystem::path> others = {};  ///< of TaskRecord::files, likewise
};

/// "2024-09-01T12-34-56.123456": local time, as lm-eval names its files.
[[nodiscard]] std::string date_id(std::chrono::system_clock::time_point when);

/// Whether no file of a run in the folder has this date.
/// @param date  as date_id() gives it
[[nodiscard]] bool is_date_free(const std::filesystem::path& folder, const std::string& date);

/// Writes results_<date>.json, one samples_<task>_<date>.jsonl per task, and the tasks' own further
/// files, directly in the folder, which is made where it is missing. Every file is complete on the
/// disk before the first one gets its name, and the results file gets its name last. Files of other
/// runs stay: where the date is taken, the next free microsecond is used.
/// @param summaries  what `summarize` gives for the run
/// @throws Error(results)  with the path and the system's reason; none of the run's files is left
/// then
/// @throws std::invalid_argument  if the record contradicts itself
RunFiles write_run(const std::filesystem::path& folder,
                   const RunRecord& run,
                   const std::vector<TaskSummary>& summaries,
                   std::chrono::system_clock::time_point now = std::chrono::system_clock::now());

/// The same under a date that is this run's own: samples that an earlier try left are written
/// again, and where the results are there, nothing is.
/// @param date  as date_id() gives it
RunFiles write_run_as(const std::string& date,
                      const std::filesystem::path& folder,
                      const RunRecord& run,
                      const std::vector<TaskSummary>& summaries);

}  // namespace smdm
