/// Puts a run on the disk: all of its files, or none.
#pragma once

#include <chrono>
#include <cstdint>
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
};

/// "2024-09-01T12-34-56.123456": local time, as lm-eval names its files.
[[nodiscard]] std::string date_id(std::chrono::system_clock::time_point when);

/// Whether no file of a run in the folder has this date.
[[nodiscard]] bool is_date_free(const std::filesystem::path& folder,
                                std::chrono::system_clock::time_point when);

/// Whose files of the wanted date are.
enum class DateOf : std::uint8_t {
  others,  ///< they stay, and the next free microsecond is used
  this_run,  ///< an earlier try of the same run left them: samples are written again, and where the
             ///< results are there, nothing is
};

/// Writes results_<date>.json and one samples_<task>_<date>.jsonl per task directly in the folder,
/// which is made where it is missing. Every file is complete on the disk before the first one gets
/// its name, and the results file gets its name last. Files of other runs stay.
/// @param summaries  what `summarize` gives for the run
/// @throws Error(results)  with the path and the system's reason; none of the run's files is left
/// then
/// @throws std::invalid_argument  if the record contradicts itself
RunFiles write_run(const std::filesystem::path& folder,
                   const RunRecord& run,
                   const std::vector<TaskSummary>& summaries,
                   std::chrono::system_clock::time_point now = std::chrono::system_clock::now(),
                   DateOf date = DateOf::others);

}  // namespace smdm
