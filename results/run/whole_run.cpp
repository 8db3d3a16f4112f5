#include "results/run/whole_run.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "base/error.hpp"
#include "results/run/lm_eval_json.hpp"
#include "results/run/sample_reader.hpp"
#include "results/statistics/statistics.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;

/// Sums and exp have other last bits on another machine.
bool agree(double stored, double computed) {
  constexpr double kRelative = 1e-9;
  if (!std::isfinite(stored) || !std::isfinite(computed))
    return !std::isfinite(stored) && !std::isfinite(computed);
  return std::fabs(stored - computed) <= kRelative * std::max(1.0, std::fabs(computed));
}

bool agree(const Json& stored, const std::optional<double>& computed) {
  if (stored.is_number()) return computed && agree(stored.get<double>(), *computed);
  return !computed || !std::isfinite(*computed);  // null or "N/A"
}

void check_metric(const StoredRun& stored,
                  const TaskRecord& task,
                  const Metric& info,
                  const Json& own,
                  const Summary& summary) {
  const auto& row = stored.results.at("results").at(task.name);
  const auto refuse = [&](const std::string& what, const Json& got) {
    throw Error(ErrorKind::results, stored.results_file.string() + ": " + task.name + ": wanted " +
                                        what + " of " + metric_key(info) +
                                        " as its samples give it, got " + got.dump() +
                                        ": a file was changed since it was written");
  };
  for (const Json& value : {row.at(metric_key(info)), own.at("value")}) {
    if (!agree(number_or_nan(value), summary.value)) refuse("the value", value);
  }
  const auto in_row = row.find(mc_stderr_key(info));
  for (const Json& error :
       {in_row == row.end() ? Json(nullptr) : *in_row, own.value("mc_stderr", Json(nullptr))}) {
    if (!agree(error, summary.monte_carlo_error)) refuse("the Monte Carlo error", error);
  }
  // Standard errors of a corpus metric depend on how many resamples an older version drew.
  const bool same_resamples =
      stored.results.at("config").at("bootstrap_iters") == kBootstrapResamples;
  if (!info.is_mean && !same_resamples) return;
  for (const Json& error : {row.at(stderr_key(info)), own.at("stderr")}) {
    if (!agree(error, summary.standard_error)) refuse("the standard error", error);
  }
}

void check_summaries(const StoredRun& stored) {
  try {
    const auto summaries = summarize(stored.run);
    const auto& tasks = stored.results.at("smdm_eval").at("tasks");
    for (std::size_t t = 0; t < summaries.size(); ++t) {
      const TaskRecord& task = stored.run.tasks[t];
      static_cast<void>(depends_on_seed(task));  // throws where settings of a text are mistyped
      for (std::size_t m = 0; m < task.metrics.size(); ++m) {
        check_metric(stored, task, task.metrics[m].info, tasks.at(task.name).at("metrics").at(m),
                     summaries[t][m]);
      }
    }
  } catch (const Json::exception& error) {
    throw Error(ErrorKind::results,
                stored.results_file.string() + ": not a results file of ours: " + error.what());
  } catch (const std::invalid_argument& error) {
    throw Error(ErrorKind::results, stored.results_file.string() + ": " + error.what());
  }
}

/// The paths of a run's parts.
std::vector<fs::path> part_paths(const fs::path& path) {
  std::error_code ignored;
  if (!fs::is_directory(path, ignored) || !results_files(path).empty()) return {path};
  std::vector<fs::path> parts;
  for (const auto& entry : fs::directory_iterator(path, ignored)) {
    if (entry.is_directory(ignored) && !results_files(entry.path()).empty())
      parts.push_back(entry.path());
  }
  std::sort(parts.begin(), parts.end());
  if (parts.empty()) return {path};  // whose error says what is missing
  return parts;
}

void refuse_repeated_tasks(const WholeRun& run) {
  const auto tasks = tasks_of(run);
  for (std::size_t i = 1; i < tasks.size(); ++i) {
    if (tasks[i].task->name != tasks[i - 1].task->name) continue;
    throw Error(ErrorKind::results,
                run.name + ": wanted one run, got two with task " + tasks[i].task->name + ": " +
                    tasks[i - 1].part->results_file.string() + " and " +
                    tasks[i].part->results_file.string() + "; name one of them");
  }
}

/// Whether texts were drawn: noise of a temperature, or a random order of unmasking.
bool is_random_generation(const Json& settings) {
  return settings.value("temperature", 0.0) != 0.0 ||
         settings.value("sampler", std::string()) == "ancestral";
}

template <typename Visit>
void for_each_estimate(const SampleRecord& sample, const Visit& visit) {
  if (const auto* choices = std::get_if<std::vector<ChoiceRecord>>(&sample.outcome)) {
    for (const ChoiceRecord& choice : *choices) visit(choice.estimate);
  } else if (const auto* text = std::get_if<TextRecord>(&sample.outcome)) {
    visit(text->estimate);
  }
}

}  // namespace

WholeRun read_whole_run(const fs::path& path) {
  WholeRun run{.name = path.string(), .parts = {}};
  for (const auto& part : part_paths(path)) {
    run.parts.push_back(read_run(part));
    check_summaries(run.parts.back());
  }
  refuse_repeated_tasks(run);
  return run;
}

std::vector<RunTask> tasks_of(const WholeRun& run) {
  std::vector<RunTask> tasks;
  for (const StoredRun& part : run.parts) {
    for (const TaskRecord& task : part.run.tasks) tasks.push_back({.part = &part, .task = &task});
  }
  std::stable_sort(tasks.begin(), tasks.end(),
                   [](const RunTask& a, const RunTask& b) { return a.task->name < b.task->name; });
  return tasks;
}

void refuse_same_run(const WholeRun& a, const WholeRun& b, const std::string& what) {
  for (const StoredRun& one : a.parts) {
    for (const StoredRun& other : b.parts) {
      if (one.results != other.results) continue;
      throw Error(ErrorKind::results, what + ": wanted different runs, got the same one twice: " +
                                          one.results_file.string() + " and " +
                                          other.results_file.string());
    }
  }
}

fs::path samples_file(const RunTask& task) {
  return task.part->results_file.parent_path() /
         ("samples_" + task.task->name + "_" + task.part->date + ".jsonl");
}

Json task_settings(const TaskRecord& task) {
  Json settings = Json::object();
  for (const char* key :
       {"estimator", "estimator_rule", "mc_samples", "mc_strata", "max_rows", "target_error",
        "racing_error", "racing_rows", "prompt_reuse", "packing", "sampler", "steps", "stages",
        "total_length", "temperature", "cfg", "cfg_second"}) {
    const auto found = task.extra.find(key);
    if (found != task.extra.end()) settings[key] = *found;
  }
  return settings;
}

std::optional<double> monte_carlo_error(const RunTask& task, const Metric& info) {
  const Json& row = task.part->results.at("results").at(task.task->name);
  const auto found = row.find(info.name + "_mc_stderr," + info.filter);
  if (found == row.end() || !found->is_number()) return std::nullopt;
  return found->get<double>();
}

bool depends_on_seed(const TaskRecord& task) {
  bool random = false;
  for (const SampleRecord& sample : task.samples) {
    if (const auto* generation = std::get_if<GenerationRecord>(&sample.outcome))
      random = random || is_random_generation(generation->settings);
    for_each_estimate(sample, [&](const Estimate& estimate) {
      // A bound without an error is one over every subset of the target.
      random = random || (estimate.bound == Bound::lower && estimate.standard_error != 0.0);
    });
  }
  return random;
}

std::uint64_t seed_of(const RunTask& task) {
  return task.task->extra.value("seed", task.part->run.config.seed);
}

std::vector<Bound> bounds_of(const TaskRecord& task) {
  std::set<Bound> bounds;
  for (const SampleRecord& sample : task.samples) {
    for_each_estimate(sample, [&](const Estimate& estimate) { bounds.insert(estimate.bound); });
  }
  return {bounds.begin(), bounds.end()};
}

}  // namespace smdm
