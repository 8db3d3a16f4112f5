/// Which runs lie below a folder: what `leaderboard list` shows.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace smdm {

/// The runs below a folder.
struct RunList {
  std::string table;     ///< one row per results file, the oldest first
  std::size_t runs = 0;  ///< rows
  /// One line for each run that is damaged and each folder that cannot be read.
  std::vector<std::string> unreadable;
};

/// Reads no samples.
/// @throws Error(results)  if there is no such folder
[[nodiscard]] RunList list_runs(const std::filesystem::path& folder);

}  // namespace smdm
