// Runs read, named, and put together: what tasks there are, which results belong to which, and how
// each two of them compare. All comparisons of a report are one family of Holm's correction.
#include "results/report/content.hpp"

#include <algorithm>
#include <set>

#include "base/error.hpp"
#include "base/files/paths.hpp"
#include "base/files/read.hpp"
#include "results/run/checked_json.hpp"
#include "results/run/lm_eval_json.hpp"

namespace smdm::report {
namespace {

namespace fs = std::filesystem;

/// Whether a folder holds a run that is complete, itself or in one of its folders.
bool has_run(const fs::path& path) {
  if (!is_folder(path)) return true;  // a results file, or an error that reading it tells
  if (latest_run(path)) return true;
  return std::ranges::any_of(folders_in(path),
                             [](const fs::path& below) { return latest_run(below).has_value(); });
}

/// "micro-base-mdm + micro-gsm8k-mdm"
std::string models_of(const Facts& facts) {
  std::vector<std::string> names;
  for (const auto& part : facts.parts) {
    if (std::ranges::find(names, part->model.name) == names.end())
      names.push_back(part->model.name);
  }
  std::string text;
  for (const auto& name : names) text.append(text.empty() ? "" : " + ").append(name);
  return text;
}

std::optional<std::string> kind_of(const Facts& facts) {
  const auto& kind = facts.parts.front()->model.kind;
  const bool same =
      std::ranges::all_of(facts.parts, [&](const auto& part) { return part->model.kind == kind; });
  return same ? kind : std::nullopt;
}

Run read_one(const fs::path& path) {
  Run run{.name = path.string()};
  if (is_folder(path)) run.progress = read_progress(path);
  if (run.progress && !has_run(path)) return run;
  auto facts = read_facts(path);
  run.model = models_of(facts);
  run.kind = kind_of(facts);
  for (const auto& part : facts.parts) run.date = std::max(run.date, part->date);
  run.traces = read_traces(facts, run.no_traces);
  run.facts = std::make_shared<const Facts>(std::move(facts));
  return run;
}

/// The last part of a path that says something: of a results file its folder's.
std::string last_of(const std::string& name) {
  fs::path path = fs::path(name).lexically_normal();
  if (path.extension() == ".json" && path.has_parent_path()) path = path.parent_path();
  if (path.filename().empty()) path = path.parent_path();
  return path.filename().string();
}

bool are_distinct(const std::vector<std::string>& names) {
  return std::set<std::string>(names.begin(), names.end()).size() == names.size() &&
         std::ranges::none_of(names, &std::string::empty);
}

/// Runs are called by their models where these differ, else by their folders, else by their paths.
void name_runs(std::vector<Run>& runs) {
  std::vector<std::string> models;
  std::vector<std::string> folders;
  std::vector<std::string> paths;
  for (std::size_t r = 0; r < runs.size(); ++r) {
    models.push_back(runs[r].model);
    folders.push_back(last_of(runs[r].name));
    paths.push_back(runs[r].name);
  }
  const auto& labels = are_distinct(models) ? models : are_distinct(folders) ? folders : paths;
  const bool numbered = !are_distinct(labels);
  for (std::size_t r = 0; r < runs.size(); ++r) {
    runs[r].id = "r" + std::to_string(r);
    runs[r].label = labels[r] + (numbered ? " (" + std::to_string(r + 1) + ")" : "");
  }
}

std::vector<Run> read_runs(const std::vector<fs::path>& paths) {
  std::vector<Run> runs;
  runs.reserve(paths.size());
  for (const auto& path : paths) runs.push_back(read_one(path));
  for (std::size_t b = 0; b < runs.size(); ++b) {
    for (std::size_t a = 0; a < b; ++a) {
      if (runs[a].facts && runs[b].facts) refuse_same_run(*runs[a].facts, *runs[b].facts, "report");
    }
  }
  name_runs(runs);
  return runs;
}

/// What results must share to stand in one row: what was asked, and in which way.
std::string kind_of_task(const TaskFacts& facts) {
  return facts.record.name + " (" + to_string(facts.record.output_type) + ")";
}

Task& task_of(const TaskFacts& facts, std::vector<Task>& tasks) {
  const auto kind = kind_of_task(facts);
  const auto found = std::ranges::find(
      tasks, kind, [](const Task& task) { return kind_of_task(*task.results.front().facts); });
  if (found != tasks.end()) return *found;
  tasks.push_back({.id = "t" + std::to_string(tasks.size()), .name = kind});
  return tasks.back();
}

/// A task is called by its name alone where no other one has it.
void name_tasks(std::vector<Task>& tasks) {
  std::map<std::string, std::size_t> times;
  for (const auto& task : tasks) ++times[task.results.front().facts->record.name];
  for (auto& task : tasks) {
    const auto& name = task.results.front().facts->record.name;
    if (times[name] == 1) task.name = name;
  }
}

std::vector<Task> tasks_of(const std::vector<Run>& runs) {
  std::vector<Task> tasks;
  for (std::size_t r = 0; r < runs.size(); ++r) {
    if (!runs[r].facts) continue;
    for (const auto* facts : tasks_by_name(*runs[r].facts))
      task_of(*facts, tasks).results.push_back({.run = r, .facts = facts});
  }
  name_tasks(tasks);
  for (auto& task : tasks) match_documents(task);
  return tasks;
}

/// Two results of a task. What is refused is a line of the report, not its end.
void add_pair(Report& report, std::size_t t, const Result& a, const Result& b) {
  Pair pair{.task = t, .a = a.run, .b = b.run};
  pair.differences = differing_settings(*a.facts, *b.facts);
  try {
    report.comparisons.push_back(pair_tasks(*a.facts, *b.facts));
    pair.comparison = report.comparisons.size() - 1;
    const auto& note = report.comparisons.back().clusters.note;
    if (!note.empty()) pair.differences.push_back(note);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::results) throw;
    pair.refusal = error.what();
  }
  report.pairs.push_back(std::move(pair));
}

void compare_all(Report& report) {
  for (std::size_t t = 0; t < report.tasks.size(); ++t) {
    const auto& results = report.tasks[t].results;
    for (std::size_t b = 0; b < results.size(); ++b) {
      for (std::size_t a = 0; a < b; ++a) add_pair(report, t, results[a], results[b]);
    }
  }
  test_family(report.comparisons);
}

/// Whether every run is over invented texts, which nobody minds to have passed on.
bool is_invented(const std::vector<Run>& runs) {
  const bool any = std::ranges::any_of(runs, [](const Run& run) { return run.facts != nullptr; });
  return any && std::ranges::all_of(runs, [](const Run& run) {
           return !run.facts || std::ranges::all_of(run.facts->parts, [](const auto& part) {
             return part->embedded;
           });
         });
}

/// A JSON file of another subcommand, known by two of its members.
Json read_other(const fs::path& path, const char* first, const char* second, const char* what) {
  auto json = stored_json(read_file(path, ErrorKind::results), path.string());
  if (json.is_object() && json.contains(first) && json.contains(second)) return json;
  throw Error(ErrorKind::results, path.string() + ": wanted " + what +
                                      ", got a file without its fields " + first + " and " +
                                      second);
}

std::string title_of(const std::vector<Run>& runs) {
  std::string names;
  for (const auto& run : runs) names.append(names.empty() ? "" : ", ").append(run.label);
  return "Evaluation of " + names;
}

}  // namespace

Report read_report(const Settings& settings, std::string program, std::string made) {
  Report report{.title = {},
                .program = std::move(program),
                .made = std::move(made),
                .documents = settings.documents};
  if (settings.scaling)
    report.scaling = read_other(*settings.scaling, "fits", "unit", "fit.json of scaling fit");
  if (settings.tradeoff)
    report.tradeoff =
        read_other(*settings.tradeoff, "tradeoff_version", "points", "a study of tradeoff");
  report.runs = read_runs(settings.runs);
  report.title = settings.title.value_or(title_of(report.runs));
  report.texts = settings.texts.value_or(is_invented(report.runs));
  report.tasks = tasks_of(report.runs);
  compare_all(report);
  return report;
}

const std::string& label_of(const Report& report, std::size_t run) {
  return report.runs.at(run).label;
}

std::string metric_label(const Metric& metric) {
  return display_name(metric);
}

std::optional<std::size_t> place_of_metric(const TaskFacts& facts, const std::string& label) {
  const auto& metrics = facts.record.metrics;
  const auto found = std::ranges::find(
      metrics, label, [](const MetricRecord& metric) { return metric_label(metric.info); });
  if (found == metrics.end()) return std::nullopt;
  return static_cast<std::size_t>(found - metrics.begin());
}

}  // namespace smdm::report
