/// `smdm-eval compare`: two stored runs against each other, or one against a baseline
/// (docs/compare.md, docs/ci.md).
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace smdm {

struct CompareSettings {
  std::vector<std::string> runs;  ///< results files or run folders
  bool json = false;
  std::optional<std::string> changed;        ///< file for the documents that changed side
  std::optional<std::string> gate;           ///< a baseline file
  std::optional<std::string> junit;          ///< file for the gate's verdict as JUnit XML
  std::optional<std::string> make_baseline;  ///< file for a baseline of the runs
  bool replace = false;                      ///< the baseline file may exist
};

/// Adds the subcommand. @return it, to ask whether it was chosen
CLI::App* add_compare(CLI::App& app, CompareSettings& settings);

/// Prints a comparison or a gate's verdict, or writes a baseline.
/// @throws Error(usage)    if the options contradict each other
/// @throws Error(results)  if a file cannot be read, compared or written
/// @throws Error(gate)   naming the metrics that failed
void run_compare(const CompareSettings& settings);

}  // namespace smdm
