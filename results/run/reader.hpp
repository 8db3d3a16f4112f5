/// Gives back runs that `writer` has stored.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
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

/// A file of a folder that is a run's, though its fields are not checked yet.
struct ResultsFile {
  std::filesystem::path path;
  double date = 0.0;  ///< its field of this name: seconds since 1970, whatever the time zone
  Json results = Json::object();
};

/// The files of a folder whose names a results file can have, by name.
/// @throws Error(results)  if there is no such folder
[[nodiscard]] std::vector<std::filesystem::path> results_files(const std::filesystem::path& folder);

/// The folders directly in a folder, by name; none where it cannot be read.
[[nodiscard]] std::vector<std::filesystem::path> folders_in(const std::filesystem::path& folder);

/// A file of results_files(), if it is a run's: JSON with a block "smdm_eval". Others may lie
/// beside runs: results of lm-eval, notes.
/// @throws Error(results)  with the path, if it is a run without a date, or if it is not JSON
/// though
///                         it has the name of a run: one that was cut off
[[nodiscard]] std::optional<ResultsFile> read_results_file(const std::filesystem::path& file);

/// Whether a run is older than another: by their dates, then by their names.
[[nodiscard]] bool older(const ResultsFile& a, const ResultsFile& b);

/// The latest run directly in a folder; nothing where there is none. Names do not say which that
/// is: they hold local time.
/// @throws Error(results)  as the two functions above do
[[nodiscard]] std::optional<ResultsFile> latest_run(const std::filesystem::path& folder);

/// @throws Error(results)  always: there is no run in a folder, but perhaps a file of another
/// program,
///                         which is named
[[noreturn]] void refuse_without_run(const std::filesystem::path& folder);

/// Reads a run back. A value that was stored as null comes back as NaN.
/// @throws Error(results)  with the path (and line), if the files are truncated, were changed since
///                         they were written or come from a newer version of this program
[[nodiscard]] StoredRun read_run(ResultsFile found, Samples samples = Samples::read);

/// The same of a path.
/// @param path  a results file, or a folder, whose latest run is meant
/// @throws Error(results)  as above, and if there is none or it comes from another program
[[nodiscard]] StoredRun read_run(const std::filesystem::path& path,
                                 Samples samples = Samples::read);

}  // namespace smdm
