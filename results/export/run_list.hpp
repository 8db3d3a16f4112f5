/// Which complete runs lie below a folder: what `runs` and `leaderboard list` show.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "results/run/facts.hpp"

namespace smdm {

/// One results file, without its samples.
struct ListedRun {
  Facts facts;                  ///< of one part
  double date = 0.0;            ///< when it began, seconds since 1970
  bool has_samples = true;      ///< whether all of its samples files are there
  std::filesystem::path where;  ///< of the results file, from the folder that was asked for
};

/// The runs below a folder.
struct RunList {
  std::vector<ListedRun> runs;  ///< the oldest first
  /// One line for each run that is damaged and each folder that cannot be read.
  std::vector<std::string> unreadable;
  std::vector<std::filesystem::path> folders;  ///< that were looked into, itself included
};

/// Reads no samples.
/// @throws Error(results)  if there is no such folder
[[nodiscard]] RunList list_runs(const std::filesystem::path& folder);

/// The table of `leaderboard list`: one row per results file.
[[nodiscard]] std::string run_list_table(const RunList& list);

/// A run that is there, as a list would have it. `where` is its path as it was given.
/// @throws Error(results)  as read_run()
[[nodiscard]] ListedRun listed_run(const std::filesystem::path& results_file);

/// A run of a list with all tasks and values, for other programs (docs/cli.md).
[[nodiscard]] Json to_json(const ListedRun& run);

}  // namespace smdm
