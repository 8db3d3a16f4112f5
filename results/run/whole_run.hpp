/// Stored runs before they become facts: read with their samples, checked, and with all parts of a
/// run over several checkpoints together.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "results/run/reader.hpp"

namespace smdm {

struct WholeRun {
  std::string name;  ///< the path as it was given
  std::vector<StoredRun> parts;
};

/// Reads a run and checks that its summaries are those of its samples.
/// @param path  a results file; a folder with results files, whose latest is meant; or a folder of
///              such folders (as a run of tasks with different embedded checkpoints leaves it):
///              the latest of each are parts of one run
/// @throws Error(results)  as read_run() does, and if a summary is another one than the samples
///                         give or two parts have a task of the same name
[[nodiscard]] WholeRun read_whole_run(const std::filesystem::path& path);

}  // namespace smdm
