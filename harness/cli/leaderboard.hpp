/// `smdm-eval leaderboard export|list`: the results of many runs in one place
/// (docs/leaderboard.md).
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace smdm {

struct LeaderboardSettings {
  CLI::App* export_command = nullptr;  ///< which of the two jobs was asked for
  CLI::App* list_command = nullptr;
  std::vector<std::string> runs;  ///< to export: results files or run folders
  std::string output;             ///< folder of the leaderboard
  std::string folder;             ///< whose runs are listed
  bool json = false;              ///< of the list
};

/// Adds the subcommand. @return it, to ask whether it was chosen
CLI::App* add_leaderboard(CLI::App& app, LeaderboardSettings& settings);

/// Merges runs into a leaderboard, or prints the runs below a folder.
/// @throws Error(results)  if a file cannot be read, merged or written, or there are no runs
void run_leaderboard(const LeaderboardSettings& settings);

}  // namespace smdm
