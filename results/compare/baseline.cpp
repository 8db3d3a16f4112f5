#include "results/compare/baseline.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "base/error.hpp"
#include "base/files/digest.hpp"
#include "base/numbers/mean.hpp"
#include "base/text/python.hpp"
#include "results/run/lm_eval_json.hpp"
#include "results/statistics/paired_difference.hpp"
#include "results/statistics/statistics.hpp"

namespace smdm {
namespace {

/// The fields of an object that it has, in the order asked for.
Json fields_of(const Json& object, std::span<const char* const> keys) {
  Json fields = Json::object();
  for (const char* key : keys) {
    const auto found = object.find(key);
    fields[key] = found == object.end() ? Json(nullptr) : *found;
  }
  return fields;
}

void refuse_unequal(const std::string& task,
                    const char* what,
                    const Json& first,
                    const Json& other) {
  if (first == other) return;
  throw Error(ErrorKind::results, "baseline: " + task + ": wanted repeats with the same " + what +
                                      ", got " + first.dump() + " and " + other.dump());
}

void check_repeat(const BaselineTask& baseline, const RunTask& repeat) {
  const auto& name = baseline.name;
  const auto origin = origin_of(repeat);
  refuse_unequal(name, "model", baseline.origin.model, origin.model);
  refuse_unequal(name, "build", baseline.origin.build, origin.build);
  refuse_unequal(name, "machine", baseline.origin.machine, origin.machine);
  refuse_unequal(name, "settings", baseline.settings, task_settings(*repeat.task));
  const bool taken = std::ranges::find(baseline.seeds, seed_of(repeat)) != baseline.seeds.end();
  if (taken && baseline.depends_on_seed) {
    throw Error(ErrorKind::results, "baseline: " + name +
                                        ": wanted repeats over different seeds, got seed " +
                                        std::to_string(seed_of(repeat)) + " twice");
  }
}

void add_metric(const RunTask& repeat,
                const MetricRecord& record,
                std::span<const std::size_t> order,
                BaselineMetric& metric) {
  const auto finite = [](double value) { return std::isfinite(value); };
  if (!std::all_of(record.values.begin(), record.values.end(), finite)) {
    throw Error(ErrorKind::results, "baseline: " + repeat.task->name +
                                        ": wanted finite values of " + metric_key(record.info) +
                                        " in " + repeat.part->results_file.string());
  }
  metric.documents.push_back(reordered(record.values, record.info.width, order));
  metric.values.push_back(metric_value(record.info, metric.documents.back()));
  if (!std::isfinite(metric.values.back())) {
    throw Error(ErrorKind::results, "baseline: " + repeat.task->name + ": wanted a finite " +
                                        metric_key(record.info) + " in " +
                                        repeat.part->results_file.string());
  }
}

/// Root mean square of the repeats' own errors.
std::optional<double> error_over_repeats(std::span<const RunTask> repeats, const Metric& info) {
  double squares = 0.0;
  for (const RunTask& repeat : repeats) {
    const auto error = monte_carlo_error(repeat, info);
    if (!error) return std::nullopt;
    squares += *error * *error;
  }
  return std::sqrt(squares / static_cast<double>(repeats.size()));
}

void refuse_unsteady(const BaselineTask& task) {
  if (task.depends_on_seed || !task.origin.bit_reproducible) return;
  for (const BaselineMetric& metric : task.metrics) {
    for (const auto& documents : metric.documents) {
      if (documents == metric.documents.front()) continue;
      throw Error(ErrorKind::results, "baseline: " + task.name +
                                          ": wanted equal repeats, since nothing in it is "
                                          "drawn at random, got several values of " +
                                          metric_key(metric.info));
    }
  }
}

BaselineTask task_over(std::span<const RunTask> repeats) {
  const TaskRecord& first = *repeats.front().task;
  BaselineTask task{.name = first.name,
                    .version = first.version,
                    .output_type = to_string(first.output_type),
                    .settings = task_settings(first),
                    .depends_on_seed = depends_on_seed(first),
                    .seeds = {},
                    .answers = {},
                    .origin = origin_of(repeats.front()),
                    .documents = {},
                    .metrics = {}};
  for (const MetricRecord& metric : first.metrics) {
    task.metrics.push_back({.info = metric.info,
                            .values = {},
                            .documents = {},
                            .monte_carlo_error = error_over_repeats(repeats, metric.info)});
  }
  const auto keys = baseline_keys(first);
  for (const std::size_t place : document_order(keys)) task.documents.push_back(keys[place]);
  for (const RunTask& repeat : repeats) {
    check_same_shape(shape_of(first), shape_of(*repeat.task));
    check_repeat(task, repeat);
    std::vector<std::size_t> order;
    for (const auto& pair : pair_documents(task.documents, baseline_keys(*repeat.task), task.name))
      order.push_back(pair.b);
    for (std::size_t i = 0; i < task.metrics.size(); ++i)
      add_metric(repeat, repeat.task->metrics[i], order, task.metrics[i]);
    task.seeds.push_back(seed_of(repeat));
    task.answers.push_back(answers_digest(*repeat.task, order));
  }
  refuse_unsteady(task);
  return task;
}

void refuse_repeated_runs(std::span<const WholeRun> runs) {
  for (std::size_t i = 0; i < runs.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) refuse_same_run(runs[j], runs[i], "baseline");
  }
}

}  // namespace

Origin origin_of(const RunTask& task) {
  const Json& own = task.part->run.smdm_eval;
  constexpr const char* kModel[] = {"kind",           "dtype",         "rope_tables",
                                    "weights_sha256", "config_sha256", "tokenizer_sha256"};
  constexpr const char* kBuild[] = {"version", "libtorch"};
  constexpr const char* kMachine[] = {"device", "processor"};
  Origin origin{.model = fields_of(own.value("model", Json::object()), kModel),
                .build = fields_of(own, kBuild),
                .machine = fields_of(own, kMachine),
                .bit_reproducible = own.value("bit_reproducible", false)};
  const auto& revision = task.part->run.git_hash;
  origin.build["git_hash"] = revision ? Json(*revision) : Json(nullptr);
  origin.build["environment"] = sha256(task.part->run.environment).substr(0, kBaselineDigits);
  return origin;
}

double mean_of(const BaselineMetric& metric) {
  return mean(metric.values);
}

std::optional<double> repeatability_of(const BaselineMetric& metric) {
  const auto error = mean_standard_error(metric.values);
  if (!error) return std::nullopt;
  return *error * std::sqrt(static_cast<double>(metric.values.size()));
}

std::vector<DocumentKey> baseline_keys(const TaskRecord& task) {
  auto keys = document_keys(task);
  for (DocumentKey& key : keys) {
    key.doc.resize(kBaselineDigits);
    key.asked.resize(kBaselineDigits);
  }
  return keys;
}

std::string answers_digest(const TaskRecord& task, std::span<const std::size_t> order) {
  std::string all;
  for (const std::size_t document : order) {
    const Json sample = sample_json(task, document);
    all += json_line(sample.at("resps")) + json_line(sample.at("filtered_resps"));
  }
  return sha256(all);
}

TaskShape shape_of(const BaselineTask& task) {
  TaskShape shape{
      .name = task.name, .version = task.version, .output_type = task.output_type, .metrics = {}};
  for (const BaselineMetric& metric : task.metrics) shape.metrics.push_back(metric.info);
  return shape;
}

Baseline make_baseline(std::span<const WholeRun> runs) {
  refuse_repeated_runs(runs);
  Baseline baseline;
  std::map<std::string, std::vector<RunTask>> repeats;
  for (const WholeRun& run : runs) {
    baseline.repeats.push_back(run.name);
    for (const RunTask& task : tasks_of(run)) repeats[task.task->name].push_back(task);
  }
  for (const auto& [name, tasks] : repeats) {
    if (tasks.size() != runs.size()) {
      throw Error(ErrorKind::results, "baseline: wanted the same tasks in all " +
                                          std::to_string(runs.size()) + " repeats, got " + name +
                                          " in " + std::to_string(tasks.size()));
    }
    baseline.tasks.push_back(task_over(tasks));
  }
  return baseline;
}

}  // namespace smdm
