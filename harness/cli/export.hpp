/// `smdm-eval export`: stored runs as the files of other programs (docs/exports.md).
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "results/export/list.hpp"

namespace CLI {
class App;
}

namespace smdm {

struct ExportSettings {
  std::vector<std::string> runs;  ///< results files or run folders
  std::string format;
  std::string output;                ///< folder
  std::optional<std::string> texts;  ///< "on", "off"
  RunExportSettings files;           ///< all but the texts
};

/// Adds the subcommand. @return it, to ask whether it was chosen
CLI::App* add_export(CLI::App& app, ExportSettings& settings);

/// Writes the files of every run, one run after another.
/// @throws Error(results)  if a run cannot be read or is given twice, if another file is in the
/// way,
///                         or one cannot be written
void run_export(const ExportSettings& settings);

}  // namespace smdm
