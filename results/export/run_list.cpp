// Results files found below a folder, and what is said of each.
#include "results/export/run_list.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "base/error.hpp"
#include "base/files/paths.hpp"
#include "results/run/lm_eval_parts.hpp"
#include "results/run/reader.hpp"
#include "results/show/table.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;
using layout::finite_or_null;
using layout::or_null;

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

std::int64_t documents(const Facts& run) {
  std::int64_t sum = 0;
  for (const TaskFacts& task : run.tasks) sum += task.documents;
  return sum;
}

std::vector<std::string> row_of(const ListedRun& run) {
  const RunFacts& part = *run.facts.parts.front();
  return {part.date,
          part.model.name,
          joined(run.facts.tasks),
          std::to_string(documents(run.facts)),
          estimators(run.facts.tasks),
          std::to_string(part.seed),
          part.embedded ? "embedded" : "",
          run.where.string()};
}

Json to_json(const TaskFacts& task) {
  Json metrics = Json::array();
  for (std::size_t i = 0; i < task.record.metrics.size(); ++i) {
    const Metric& metric = task.record.metrics[i].info;
    const Summary& score = task.scores[i];
    metrics.push_back({{"name", metric.name},
                       {"filter", metric.filter},
                       {"higher_is_better", metric.higher_is_better},
                       {"value", finite_or_null(score.value)},
                       {"stderr", or_null(score.standard_error)},
                       {"stderr_clustered", or_null(score.clustered_error)},
                       {"mc_stderr", or_null(score.monte_carlo_error)}});
  }
  return {{"name", task.record.name},
          {"documents", task.documents},
          {"estimator", or_null(task.estimator)},
          {"metrics", metrics}};
}

ListedRun listed(ResultsFile file) {
  ListedRun run{.facts = {}, .date = file.date, .where = file.path};
  WholeRun whole{.name = file.path.string(), .parts = {}};
  whole.parts.push_back(read_run(std::move(file), Samples::leave));
  run.facts = facts_of(std::move(whole));
  run.has_samples = std::ranges::all_of(
      run.facts.tasks, [](const TaskFacts& task) { return is_file(task.samples_file); });
  return run;
}

/// Adds the runs of a folder and of those below it. Behind a link is one folder, not a
/// tree: links may lead in circles.
class RunFinder {
 public:
  /// @param root  rows name files by their way from here
  RunFinder(const fs::path& root, RunList& list) : root_(root), list_(list) {}

  /// @throws Error(results)  if the folder cannot be read; for those below it a line is added
  void add(const fs::path& folder, bool with_below) {
    for (const auto& file : results_files(folder)) {
      or_name([&] { add_run(file); });
    }
    list_.folders.push_back(folder);
    if (!with_below) return;
    for (const auto& below : folders_in(folder)) {
      or_name([&] { add(below, !is_link(below)); });
    }
  }

 private:
  /// Does it, or adds a line that says why it cannot be done.
  template <typename Action>
  void or_name(const Action& action) {
    try {
      action();
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::results) throw;
      list_.unreadable.emplace_back(error.what());
    }
  }

  void add_run(const fs::path& path) {
    auto file = read_results_file(path);
    if (!file) return;
    list_.runs.push_back(listed(*std::move(file)));
    list_.runs.back().where = path.lexically_proximate(root_);
  }

  const fs::path& root_;
  RunList& list_;
};

bool is_older(const ListedRun& a, const ListedRun& b) {
  if (a.date != b.date) return a.date < b.date;
  return std::pair(a.where.filename(), a.where) < std::pair(b.where.filename(), b.where);
}

}  // namespace

RunList list_runs(const fs::path& folder) {
  RunList list;
  RunFinder(folder, list).add(folder, true);
  std::ranges::sort(list.runs, is_older);
  return list;
}

ListedRun listed_run(const fs::path& results_file) {
  auto file = read_results_file(results_file);
  if (!file)
    throw Error(ErrorKind::results,
                "wanted a results file of smdm-eval, got " + results_file.string());
  return listed(*std::move(file));
}

std::string run_list_table(const RunList& list) {
  std::vector<std::vector<std::string>> rows;
  rows.reserve(list.runs.size());
  for (const ListedRun& run : list.runs) rows.push_back(row_of(run));
  const std::vector<Column> columns = {
      {.title = "Date"},      {.title = "Model"},
      {.title = "Tasks"},     {.title = "Docs", .align = Align::right},
      {.title = "Estimator"}, {.title = "Seed", .align = Align::right},
      {.title = "Data"},      {.title = "File"}};
  return markdown_table(columns, rows);
}

Json to_json(const ListedRun& run) {
  const RunFacts& part = *run.facts.parts.front();
  Json tasks = Json::array();
  for (const TaskFacts& task : run.facts.tasks) tasks.push_back(to_json(task));
  return {{"file", run.where.string()},
          {"date", part.date},
          {"date_s", run.date},
          {"model", part.model.name},
          {"kind", or_null(part.model.kind)},
          {"weights_sha256", or_null(part.model.weights_sha256)},
          {"embedded", part.embedded},
          {"seed", part.seed},
          {"documents", documents(run.facts)},
          {"samples", run.has_samples},
          {"tasks", tasks}};
}

}  // namespace smdm
