/// `smdm-eval report`: stored runs as one page of HTML (docs/report.md).
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace smdm {

struct ReportSettings {
  std::vector<std::string> runs;     ///< results files or run folders
  std::string output;                ///< new file
  bool replace = false;              ///< the file may exist
  std::string documents = "all";     ///< "all", "wrong", "none" or a number
  std::optional<std::string> texts;  ///< "on" or "off"
  std::optional<std::string> scaling;
  std::optional<std::string> tradeoff;
  std::optional<std::string> title;
};

/// Adds the subcommand. @return it, to ask whether it was chosen
CLI::App* add_report(CLI::App& app, ReportSettings& settings);

/// Reads the runs and writes the page.
/// @throws Error(usage)    for options that make no sense
/// @throws Error(results)  if a run cannot be read or the file cannot be written
void run_report(const ReportSettings& settings);

}  // namespace smdm
