// Results files found below a folder, a row of a table each.
#include "results/export/run_list.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "base/error.hpp"
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

/// Adds the results files of a folder and of those below it. Behind a link is one folder, not a
/// tree: links may lead in circles.
void add_results(const fs::path& folder,
                 bool with_below,
                 std::vector<fs::path>& files,
                 std::vector<std::string>& unreadable) {
  for (auto& file : results_files(folder)) files.push_back(std::move(file));
  if (!with_below) return;
  std::vector<fs::path> below;
  std::error_code failure;
  for (auto entry = fs::directory_iterator(folder, failure);
       !failure && entry != fs::directory_iterator(); entry.increment(failure)) {
    std::error_code ignored;
    if (entry->is_directory(ignored)) below.push_back(entry->path());
  }
  for (const auto& one : below) {
    std::error_code ignored;
    try {
      add_results(one, !fs::is_symlink(one, ignored), files, unreadable);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::results) throw;
      unreadable.emplace_back(error.what());
    }
  }
}

std::vector<fs::path> results_below(const fs::path& folder, std::vector<std::string>& unreadable) {
  std::vector<fs::path> files;
  add_results(folder, true, files, unreadable);
  std::sort(files.begin(), files.end(), [](const fs::path& a, const fs::path& b) {
    return std::pair(a.filename(), a) < std::pair(b.filename(), b);  // names hold the date
  });
  return files;
}

}  // namespace

RunList list_runs(const fs::path& folder) {
  RunList list;
  std::vector<std::vector<std::string>> rows;
  for (const auto& file : results_below(folder, list.unreadable)) {
    try {
      WholeRun run{.name = file.string(), .parts = {}};
      run.parts.push_back(read_run(file, Samples::leave));
      rows.push_back(row_of(facts_of(std::move(run)), folder));
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::results) throw;
      list.unreadable.emplace_back(error.what());
    }
  }
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
