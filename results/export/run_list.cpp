// Results files found below a folder, a row of a table each.
#include "results/export/run_list.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "base/error.hpp"
#include "base/files/paths.hpp"
#include "results/run/facts.hpp"
#include "results/show/table.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;

std::string joined(const std::vector<TaskFacts>& tasks) {
  std::string names;
  for (const TaskFacts& task : tasks) names += (names.empty() ? "" : ", ") + task.record.name;
  return names;
}

std::string estimators(const std::vector<TaskFacts>& tasks) {
  std::string all;
  for (const TaskFacts& task : tasks) {
    const std::string name = task.estimator.value_or("");
    if (all.find(name) == std::string::npos) all += (all.empty() ? "" : ", ") + name;
  }
  return all;
}

/// @param run  one results file
std::vector<std::string> row_of(const Facts& run, const fs::path& folder) {
  const RunFacts& part = *run.parts.front();
  std::int64_t documents = 0;
  for (const TaskFacts& task : run.tasks) documents += task.documents;
  return {part.date,
          part.model.name,
          joined(run.tasks),
          std::to_string(documents),
          estimators(run.tasks),
          std::to_string(part.seed),
          part.embedded ? "embedded" : "",
          part.results_file.lexically_proximate(folder).string()};
}

/// The row of a run in the table, with what orders it.
struct ListedRun {
  ResultsFile file;  ///< without its content
  std::vector<std::string> row;
};

/// Adds the runs of a folder and of those below it. Behind a link is one folder, not a
/// tree: links may lead in circles.
class RunFinder {
 public:
  /// @param root        rows name files by their way from here
  /// @param unreadable  lines are added
  RunFinder(const fs::path& root, std::vector<std::string>& unreadable)
      : root_(root), unreadable_(unreadable) {}

  /// @throws Error(results)  if the folder cannot be read; for those below it a line is added
  void add(const fs::path& folder, bool with_below) {
    for (const auto& file : results_files(folder)) {
      or_name([&] { add_run(file); });
    }
    if (!with_below) return;
    for (const auto& below : folders_in(folder)) {
      or_name([&] { add(below, !is_link(below)); });
    }
  }

  /// What was found, the oldest first.
  [[nodiscard]] std::vector<ListedRun> runs() && {
    std::sort(runs_.begin(), runs_.end(),
              [](const ListedRun& a, const ListedRun& b) { return older(a.file, b.file); });
    return std::move(runs_);
  }

 private:
  /// Does it, or adds a line that says why it cannot be done.
  template <typename Action>
  void or_name(const Action& action) {
    try {
      action();
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::results) throw;
      unreadable_.emplace_back(error.what());
    }
  }

  void add_run(const fs::path& path) {
    auto file = read_results_file(path);
    if (!file) return;
    const ResultsFile place{.path = file->path, .date = file->date};
    WholeRun run{.name = path.string(), .parts = {}};
    run.parts.push_back(read_run(*std::move(file), Samples::leave));
    runs_.push_back({.file = place, .row = row_of(facts_of(std::move(run)), root_)});
  }

  const fs::path& root_;
  std::vector<std::string>& unreadable_;
  std::vector<ListedRun> runs_;
};

}  // namespace

RunList list_runs(const fs::path& folder) {
  RunList list;
  RunFinder finder(folder, list.unreadable);
  finder.add(folder, true);
  std::vector<std::vector<std::string>> rows;
  for (auto& run : std::move(finder).runs()) rows.push_back(std::move(run.row));
  const std::vector<Column> columns = {
      {.title = "Date"},      {.title = "Model"},
      {.title = "Tasks"},     {.title = "Docs", .align = Align::right},
      {.title = "Estimator"}, {.title = "Seed", .align = Align::right},
      {.title = "Data"},      {.title = "File"}};
  list.runs = rows.size();
  list.table = markdown_table(columns, rows);
  return list;
}

}  // namespace smdm
