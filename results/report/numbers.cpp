// Values, errors and intervals as the stored runs and the statistics of leaderboards have them.
#include "results/report/numbers.hpp"

#include <algorithm>
#include <cmath>

#include "base/numbers/finite.hpp"
#include "base/text/numbers.hpp"
#include "results/run/order_totals.hpp"
#include "results/statistics/clusters.hpp"
#include "results/statistics/paired_difference.hpp"

namespace smdm::report {
namespace {

constexpr const char* kNone = "–";

std::optional<std::string> bound_of(const TaskFacts& facts, const Metric& metric) {
  if (metric.filter == kAnyOrderFilter) return kAnyOrderFilter;
  std::string names;
  for (const Bound bound : facts.bounds)
    names.append(names.empty() ? "" : "+").append(to_string(bound));
  if (names.empty()) return std::nullopt;
  return names;
}

std::optional<double> any_order_of(const TaskFacts& facts, const Metric& metric) {
  if (metric.filter != "none") return std::nullopt;
  for (std::size_t m = 0; m < facts.record.metrics.size(); ++m) {
    const auto& other = facts.record.metrics[m].info;
    if (other.name == metric.name && other.filter == kAnyOrderFilter) return facts.scores[m].value;
  }
  return std::nullopt;
}

std::optional<Interval> interval_of(const TaskFacts& facts, const MetricRecord& metric) {
  if (metric.values.empty() || !all_finite(metric.values)) return std::nullopt;
  return metric_interval(metric.info, metric.values, clusters_of(facts.record));
}

MetricResult result_of(const Report& report, std::size_t t, std::size_t r, std::size_t m) {
  const auto& result = report.tasks[t].results[r];
  const auto& facts = *result.facts;
  const auto& metric = facts.record.metrics[m];
  const auto& score = facts.scores[m];
  return {.task = t,
          .result = r,
          .run = result.run,
          .info = metric.info,
          .metric = metric_label(metric.info),
          .value = score.value,
          .standard_error = score.clustered_error,
          .mc_standard_error = score.monte_carlo_error,
          .interval = interval_of(facts, metric),
          .bound = bound_of(facts, metric.info),
          .any_order = any_order_of(facts, metric.info),
          .documents = facts.record.samples.size(),
          .clusters = score.clusters};
}

/// The metrics of all results of a task, each once, those by the any-order likelihood behind those
/// that rest on its bound.
std::vector<std::string> labels_of(const Task& task) {
  std::vector<Metric> metrics;
  for (const auto& result : task.results) {
    for (const auto& metric : result.facts->record.metrics) {
      const auto label = metric_label(metric.info);
      if (std::ranges::find(metrics, label, metric_label) == metrics.end())
        metrics.push_back(metric.info);
    }
  }
  std::vector<std::string> labels;
  for (const auto& metric : metrics) {
    if (metric.filter == kAnyOrderFilter) continue;
    labels.push_back(metric_label(metric));
    for (const auto& other : metrics) {
      if (other.name == metric.name && other.filter == kAnyOrderFilter && metric.filter == "none")
        labels.push_back(metric_label(other));
    }
  }
  return labels;
}

}  // namespace

std::vector<MetricResult> metric_results(const Report& report) {
  std::vector<MetricResult> all;
  for (std::size_t t = 0; t < report.tasks.size(); ++t) {
    const auto& results = report.tasks[t].results;
    for (const auto& label : labels_of(report.tasks[t])) {
      for (std::size_t r = 0; r < results.size(); ++r) {
        if (const auto m = place_of_metric(*results[r].facts, label))
          all.push_back(result_of(report, t, r, *m));
      }
    }
  }
  return all;
}

bool is_first_metric(const Report& report, const MetricResult& result) {
  const auto& metrics = report.tasks[result.task].results.front().facts->record.metrics;
  return !metrics.empty() && metric_label(metrics.front().info) == result.metric;
}

std::string interval_text(const std::optional<Interval>& interval, int digits) {
  if (!interval) return kNone;
  return "[" + fixed_text(interval->low, digits) + ", " + fixed_text(interval->high, digits) + "]";
}

std::string number_text(const std::optional<double>& value, int digits) {
  return value && std::isfinite(*value) ? fixed_text(*value, digits) : kNone;
}

std::string p_text(double p) {
  constexpr double kSmall = 0.0001;
  return p < kSmall ? "<0.0001" : fixed_text(p, 4);
}

}  // namespace smdm::report
