/// `smdm-eval runs DIR`: what lies below a folder, complete or not (docs/cli.md).
#pragma once

#include <string>

namespace CLI {
class App;
}

namespace smdm {

struct RunsSettings {
  std::string folder;
  bool json = false;
};

/// Adds the subcommand. @return it, to ask whether it was chosen
CLI::App* add_runs(CLI::App& app, RunsSettings& settings);

/// Prints complete runs, the oldest first, and those that are not complete.
/// @throws Error(results)  if there is no such folder, or no run below it
void run_runs(const RunsSettings& settings);

}  // namespace smdm
