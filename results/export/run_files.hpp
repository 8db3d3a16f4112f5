/// Stored runs written for other programs: the formats of list.hpp that are files of a run.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "results/export/list.hpp"
#include "results/run/facts.hpp"

namespace smdm {

/// The names of the formats that runs are exported in.
[[nodiscard]] std::vector<std::string> run_format_names();

struct RunExport {
  std::size_t written = 0;  ///< files
  std::size_t known = 0;    ///< files that were there, with the same content
};

/// Writes a run's files below a folder, which is made where it is missing: all of them or none, in
/// the order that the format gives them. A file that is there with the same content stays.
/// @param format  one of run_format_names()
/// @throws Error(results)  if a file of another content is there, or with the system's reason
RunExport export_run(const Facts& run,
                     const std::string& format,
                     const RunExportSettings& settings,
                     const std::filesystem::path& folder);

}  // namespace smdm
