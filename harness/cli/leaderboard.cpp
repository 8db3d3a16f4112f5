#include "harness/cli/leaderboard.hpp"

#include <iostream>
#include <vector>

#include <CLI/CLI.hpp>

#include "base/error.hpp"
#include "base/text/visible.hpp"
#include "harness/cli/print_json.hpp"
#include "harness/cli/values.hpp"
#include "results/export/leaderboard.hpp"
#include "results/export/run_list.hpp"
#include "results/statistics/clusters.hpp"

namespace smdm {
namespace {

/// An interval of theirs is over documents.
void warn_of_older_runs(const std::vector<Facts>& runs) {
  for (const auto& run : runs) {
    for (const auto& task : run.tasks) {
      if (says_clusters(task.record)) continue;
      const auto what = task.record.name + ": " + task.run->results_file.string();
      std::cerr << "warning: " << visible(older_clusters_warning(what)) << "\n";
    }
  }
}

void export_leaderboard(const LeaderboardSettings& settings) {
  std::vector<Facts> runs;
  runs.reserve(settings.runs.size());
  for (const auto& run : settings.runs) runs.push_back(read_facts(run));
  warn_of_older_runs(runs);
  const auto summary = export_runs(runs, settings.output);
  for (const auto& line : summary.not_compared)
    std::cerr << "warning: not compared: " << visible(line) << "\n";
  std::cerr << "leaderboard in " << visible(settings.output) << ": " << summary.entries
            << " entries, " << summary.added << " of them new\n";
}

void list(const LeaderboardSettings& settings) {
  const auto runs = list_runs(settings.folder);
  for (const auto& line : runs.unreadable) std::cerr << "warning: " << visible(line) << "\n";
  if (runs.runs.empty())
    throw Error(ErrorKind::results,
                "wanted runs (results_<date>.json) below " + settings.folder + ", found none");
  if (settings.json) {
    Json all = Json::array();
    for (const auto& run : runs.runs) all.push_back(to_json(run));
    print_json({{"folder", settings.folder}, {"runs", all}, {"unreadable", runs.unreadable}});
    return;
  }
  std::cout << run_list_table(runs);
}

}  // namespace

CLI::App* add_leaderboard(CLI::App& app, LeaderboardSettings& settings) {
  auto* command = app.add_subcommand("leaderboard", "Collect the results of many runs");
  command->require_subcommand(1);
  settings.export_command = command->add_subcommand(
      "export", "Merge runs into leaderboard.json, leaderboard.md and leaderboard.csv");
  add_value(*settings.export_command, "RUN", settings.runs, "Results files or run folders")
      ->required();
  add_value(*settings.export_command, "--output,-o", settings.output, "Folder of the leaderboard")
      ->required();
  settings.list_command = command->add_subcommand("list", "Show the runs below a folder");
  add_value(*settings.list_command, "DIR", settings.folder, "Folder of run folders")->required();
  add_json_flag(*settings.list_command, settings.json);
  return command;
}

void run_leaderboard(const LeaderboardSettings& settings) {
  if (settings.export_command->parsed()) return export_leaderboard(settings);
  list(settings);
}

}  // namespace smdm
