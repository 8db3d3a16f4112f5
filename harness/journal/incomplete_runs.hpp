/// Runs that were begun and are not complete, as their files say it: none is opened, so that one
/// that runs is not disturbed.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"

namespace smdm {

/// A task of such a run.
struct IncompleteTask {
  std::string name;
  std::string model;  ///< empty: not known
  std::int64_t documents = 0;
  std::int64_t done = 0;
};

struct IncompleteRun {
  std::filesystem::path where;  ///< its folder, or its output file
  /// "running"; "stopped" by a signal; "failed" by an error; "cut off": killed, or of a machine
  /// that went away.
  std::string state;
  // What progress.json says, where it is there.
  std::vector<IncompleteTask> tasks;
  std::optional<std::int64_t> documents;
  std::optional<std::int64_t> done;
  std::optional<double> seconds_left;
  std::optional<double> updated_s;  ///< seconds since 1970
};

/// The runs whose journals lie directly in a folder.
/// @param now_s  seconds since 1970
/// @throws Error(results)  if the folder or a file in it cannot be read
[[nodiscard]] std::vector<IncompleteRun> incomplete_runs(const std::filesystem::path& folder,
                                                         double now_s);

[[nodiscard]] Json to_json(const IncompleteRun& run);

}  // namespace smdm
