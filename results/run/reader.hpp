/// Gives back runs that `writer` has stored.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "results/run/record.hpp"

namespace smdm {

/// How much of a run is wanted.
enum class Samples : std::uint8_t {
  read,   ///< documents and per-document values too; their digests are checked
  leave,  ///< the results file alone: tasks come without samples, metrics without values
};

/// A run as it was stored.
struct StoredRun {
  std::filesystem::path results_file;
  std::string date;  ///< "2024-09-01T12-34-56.123456"
  RunRecord run;
  Json results = Json::object();  ///< the results file itself
};

/// The metric that {"name", "filter", "aggregation", "higher_is_better"} in our files mean.
/// @throws Error(results)  if there is no such metric, or it points the other way
[[nodiscard]] Metric metric_from(const Json& json);

/// All files results_<date>.json of a folder, the oldest first.
/// @throws Error(results)  if there is no such folder
[[nodiscard]] std::vector<std::filesystem::path> results_files(const std::filesystem::path& folder);

/// Reads a run back. A value that was stored as null comes back as NaN.
/// @param path  a results file, or a folder, whose latest run is meant
/// @throws Error(results)  with the path (and line), if there is none, the files are truncated,
/// were changed
///   since they were written, come from another program or from a newer version of this one
[[nodiscard]] StoredRun read_run(const std::filesystem::path& path,
                                 Samples samples = Samples::read);

}  // namespace smdm
