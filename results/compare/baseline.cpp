// Baselines made from runs, and how their repeats spread.
#include "results/compare/baseline.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "base/error.hpp"
#include "base/files/digest.hpp"
#include "base/numbers/finite.hpp"
#include "base/numbers/mean.hpp"
#include "base/text/python.hpp"
#include "results/run/lm_eval_json.hpp"
#include "results/run/lm_eval_parts.hpp"
#include "results/run/lm_eval_samples.hpp"
#include "results/statistics/clusters.hpp"
#include "results/statistics/paired_difference.hpp"
#include "results/statistics/statistics.hpp"

namespace smdm {
namespace {

void refuse_unequal(const std::string& task,
                    const char* what,
                    const Json& first,
                    const Json& other) {
  if (first == other) return;
  throw Error(ErrorKind::results, "baseline: " + task + ": wanted repeats with the same " + what +
                                      ", got " + first.dump() + " and " + other.dump());
}

void check_repeat(const BaselineTask& baseline, const TaskFacts& repeat) {
  const auto& name = baseline.name;
  const auto origin = origin_of(*repeat.run);
  refuse_unequal(name, "model", baseline.origin.model, origin.model);
  refuse_unequal(name, "build", baseline.origin.build, origin.build);
  refuse_unequal(name, "machine", baseline.origin.machine, origin.machine);
  if (!same_settings(baseline.settings, repeat.settings)) {
    const auto [first, other] = comparable(baseline.settings, repeat.settings);
    refuse_unequal(name, "settings", first, other);
  }
  const bool taken = std::ranges::find(baseline.seeds, repeat.seed) != baseline.seeds.end();
  if (taken && baseline.depends_on_seed) {
    throw Error(ErrorKind::results, "baseline: " + name +
                                        ": wanted repeats over different seeds, got seed " +
                                        std::to_string(repeat.seed) + " twice");
  }
}

void add_metric(const TaskFacts& repeat,
                const MetricRecord& record,
                std::span<const std::size_t> order,
                BaselineMetric& metric) {
  if (!all_finite(record.values)) {
    throw Error(ErrorKind::results, "baseline: " + repeat.record.name +
                                        ": wanted finite values of " + metric_key(record.info) +
                                        " in " + repeat.run->results_file.string());
  }
  metric.documents.push_back(reordered(record.values, record.info.width, order));
  metric.values.push_back(metric_value(record.info, metric.documents.back()));
  if (!std::isfinite(metric.values.back())) {
    throw Error(ErrorKind::results, "baseline: " + repeat.record.name + ": wanted a finite " +
                                        metric_key(record.info) + " in " +
                                        repeat.run->results_file.string());
  }
}

/// What is enumerated under one seed need not be under another, and has its metrics then alone.
bool all_have(const Metric& metric, std::span<const TaskFacts* const> repeats) {
  return std::ranges::all_of(repeats, [&](const TaskFacts* repeat) {
    return place_of(metric, repeat->record).has_value();
  });
}

/// Root mean square of the repeats' own errors.
std::optional<double> error_over_repeats(std::span<const TaskFacts* const> repeats,
                                         const Metric& metric) {
  double squares = 0.0;
  for (const TaskFacts* repeat : repeats) {
    const auto place = place_of(metric, repeat->record).value();
    const auto& error = repeat->scores[place].monte_carlo_error;
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

BaselineTask task_over(std::span<const TaskFacts* const> repeats) {
  const TaskRecord& first = repeats.front()->record;
  BaselineTask task{.name = first.name,
                    .version = first.version,
                    .output_type = to_string(first.output_type),
                    .settings = repeats.front()->settings,
                    .depends_on_seed = repeats.front()->depends_on_seed,
                    .seeds = {},
                    .answers = {},
                    .origin = origin_of(*repeats.front()->run),
                    .documents = {},
                    .clusters = {},
                    .metrics = {}};
  for (const TaskFacts* repeat : repeats)
    check_same_shape(shape_of(first), shape_of(repeat->record));
  for (const MetricRecord& metric : first.metrics) {
    if (!all_have(metric.info, repeats)) continue;
    task.metrics.push_back({.info = metric.info,
                            .values = {},
                            .documents = {},
                            .monte_carlo_error = error_over_repeats(repeats, metric.info)});
  }
  const auto keys = baseline_keys(first);
  const auto places = document_order(keys);
  task.documents.reserve(places.size());
  for (const std::size_t place : places) task.documents.push_back(keys[place]);
  task.clusters = reordered(cluster_keys(first), places);
  for (const TaskFacts* repeat : repeats) {
    check_repeat(task, *repeat);
    std::vector<std::size_t> order;
    for (const auto& pair :
         pair_documents(task.documents, baseline_keys(repeat->record), task.name))
      order.push_back(pair.b);
    for (BaselineMetric& metric : task.metrics) {
      const auto place = place_of(metric.info, repeat->record).value();
      add_metric(*repeat, repeat->record.metrics[place], order, metric);
    }
    task.seeds.push_back(repeat->seed);
    task.answers.push_back(answers_digest(repeat->record, order));
  }
  refuse_unsteady(task);
  return task;
}

/// How a model of another family than SMDM's is read: options say it. SMDM's have one mask, and
/// baselines of older versions do not name it.
void add_mask(const ModelFacts& facts, Json& model) {
  if (!facts.family || *facts.family == "smdm") return;
  if (facts.mask_id) model["mask_id"] = *facts.mask_id;
  if (facts.shifted) model["shifted"] = *facts.shifted;
}

}  // namespace

Origin origin_of(const RunFacts& run) {
  using layout::or_null;
  const auto environment = sha256(run.environment).substr(0, kBaselineDigits);
  Origin origin{.model = {{"kind", or_null(run.model.kind)},
                          {"dtype", or_null(run.model.arithmetic)},
                          {"rope_tables", or_null(run.model.rope_tables)},
                          {"weights_sha256", or_null(run.model.weights_sha256)},
                          {"config_sha256", or_null(run.model.config_sha256)},
                          {"tokenizer_sha256", or_null(run.model.tokenizer_sha256)}},
                .build = {{"version", or_null(run.version)},
                          {"libtorch", or_null(run.libtorch)},
                          {"git_hash", or_null(run.git_revision)},
                          {"environment", environment}},
                .machine = {{"device", or_null(run.device)}, {"processor", or_null(run.processor)}},
                .bit_reproducible = run.bit_reproducible};
  add_mask(run.model, origin.model);
  return origin;
}

double mean_of(const BaselineMetric& metric) {
  return mean(metric.values);
}

std::optional<double> repeatability_of(const BaselineMetric& metric) {
  const auto error = mean_standard_error(metric.values);
  if (!error) return std::nullopt;
  // The standard error is that of the mean of n; the spread is that of one.
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
  for (const std::size_t document : order) all += response_lines(task.samples.at(document));
  return sha256(all);
}

TaskShape shape_of(const BaselineTask& task) {
  TaskShape shape{
      .name = task.name, .version = task.version, .output_type = task.output_type, .metrics = {}};
  for (const BaselineMetric& metric : task.metrics) shape.metrics.push_back(metric.info);
  return shape;
}

Baseline make_baseline(std::span<const Facts> runs) {
  refuse_repeated_runs(runs, "baseline");
  Baseline baseline;
  std::map<std::string, std::vector<const TaskFacts*>> repeats;
  for (const Facts& run : runs) {
    baseline.repeats.push_back(run.name);
    for (const TaskFacts& task : run.tasks) repeats[task.record.name].push_back(&task);
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
