// Complete runs come from their results files, the others from their progress files; one table has
// both, in the order in which they were begun or last worked on.
#include "harness/cli/runs.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <iostream>
#include <set>
#include <vector>

#include <CLI/CLI.hpp>

#include "base/error.hpp"
#include "base/text/dates.hpp"
#include "base/text/numbers.hpp"
#include "base/text/visible.hpp"
#include "harness/cli/print_json.hpp"
#include "harness/cli/values.hpp"
#include "harness/journal/incomplete_runs.hpp"
#include "results/export/run_list.hpp"
#include "results/show/table.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::system_clock;

/// Tasks of a run that a row shows; it says how many more there are.
constexpr std::size_t kShown = 3;

/// "a, b, c and 5 more"
std::string shortened(const std::vector<std::string>& parts) {
  std::string text;
  for (std::size_t i = 0; i < std::min(parts.size(), kShown); ++i)
    text.append(i == 0 ? "" : ", ").append(parts[i]);
  if (parts.size() > kShown)
    text.append(" and ").append(std::to_string(parts.size() - kShown)).append(" more");
  return text;
}

std::string date_of(double seconds) {
  const auto when = Clock::time_point(
      std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds)));
  return date_text(when, TimeZone::local);
}

struct Row {
  double when = 0.0;
  std::vector<std::string> cells;
};

/// The first metric of each task, which is what its publications report.
std::vector<std::string> values_of(const Facts& run) {
  std::vector<std::string> values;
  values.reserve(run.tasks.size());
  for (const TaskFacts& task : run.tasks) {
    if (task.scores.empty()) continue;
    const double value = task.scores.front().value;
    values.push_back(task.record.metrics.front().info.name + " " +
                     (std::isfinite(value) ? fixed_text(value, 4) : "not finite"));
  }
  return values;
}

Row row_of(const ListedRun& run) {
  const RunFacts& part = *run.facts.parts.front();
  std::vector<std::string> tasks;
  tasks.reserve(run.facts.tasks.size());
  for (const TaskFacts& task : run.facts.tasks) tasks.push_back(task.record.name);
  return {.when = run.date,
          .cells = {
              date_of(run.date), part.model.name, shortened(tasks), shortened(values_of(run.facts)),
              run.has_samples ? "complete" : "complete, without its samples", run.where.string()}};
}

/// "cut off, 40 of 100 documents"
std::string state_text(const IncompleteRun& run) {
  auto text = run.state;
  if (run.documents && run.done) {
    text.append(", ").append(std::to_string(*run.done)).append(" of ");
    text.append(std::to_string(*run.documents)).append(" documents");
  }
  return text;
}

Row row_of(const IncompleteRun& run, const fs::path& root) {
  std::vector<std::string> tasks;
  std::vector<std::string> models;
  std::set<std::string> seen;
  for (const IncompleteTask& task : run.tasks) {
    if (seen.insert("task " + task.name).second) tasks.push_back(task.name);
    if (!task.model.empty() && seen.insert("model " + task.model).second)
      models.push_back(task.model);
  }
  return {
      .when = run.updated_s.value_or(0.0),
      .cells = {run.updated_s ? date_of(*run.updated_s) : "", shortened(models), shortened(tasks),
                "", state_text(run), run.where.lexically_proximate(root).string()}};
}

std::string runs_table(const RunList& complete,
                       const std::vector<IncompleteRun>& incomplete,
                       const fs::path& root) {
  std::vector<Row> rows;
  rows.reserve(complete.runs.size() + incomplete.size());
  for (const ListedRun& run : complete.runs) rows.push_back(row_of(run));
  for (const IncompleteRun& run : incomplete) rows.push_back(row_of(run, root));
  std::ranges::stable_sort(rows, {}, &Row::when);
  std::vector<std::vector<std::string>> cells;
  cells.reserve(rows.size());
  for (Row& row : rows) cells.push_back(std::move(row.cells));
  const std::vector<Column> columns = {{.title = "Date"},   {.title = "Model"}, {.title = "Tasks"},
                                       {.title = "Values"}, {.title = "State"}, {.title = "Where"}};
  return markdown_table(columns, cells);
}

Json runs_json(const RunList& complete,
               const std::vector<IncompleteRun>& incomplete,
               const std::string& root) {
  Json runs = Json::array();
  for (const ListedRun& run : complete.runs) runs.push_back(to_json(run));
  Json others = Json::array();
  for (const IncompleteRun& run : incomplete) {
    others.push_back(to_json(run));
    others.back()["where"] = run.where.lexically_proximate(root).string();
  }
  return {{"folder", root},
          {"runs", runs},
          {"incomplete", others},
          {"unreadable", complete.unreadable}};
}

}  // namespace

CLI::App* add_runs(CLI::App& app, RunsSettings& settings) {
  auto* command = app.add_subcommand("runs", "Show the runs below a folder, complete or not");
  add_value(*command, "DIR", settings.folder, "Folder of run folders")->required();
  add_json_flag(*command, settings.json);
  return command;
}

void run_runs(const RunsSettings& settings) {
  const auto complete = list_runs(settings.folder);
  const std::chrono::duration<double> now = Clock::now().time_since_epoch();
  std::vector<IncompleteRun> incomplete;
  for (const auto& folder : complete.folders) {
    for (auto& run : incomplete_runs(folder, now.count())) incomplete.push_back(std::move(run));
  }
  for (const auto& line : complete.unreadable) std::cerr << "warning: " << visible(line) << "\n";
  if (complete.runs.empty() && incomplete.empty())
    throw Error(ErrorKind::results, "wanted runs (results_<date>.json or journal.sqlite) below " +
                                        settings.folder + ", found none");
  if (settings.json) return print_json(runs_json(complete, incomplete, settings.folder));
  std::cout << runs_table(complete, incomplete, settings.folder);
}

}  // namespace smdm
