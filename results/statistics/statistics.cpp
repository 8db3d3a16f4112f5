// Sums over documents, closed forms and the bootstrap: what a metric's numbers become.
#include "results/statistics/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <compare>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <string>

#include "base/numbers/mean.hpp"
#include "base/numbers/splitmix.hpp"
#include "results/run/lm_eval_samples.hpp"
#include "results/statistics/clusters.hpp"

namespace smdm {
namespace {

/// Rows of `width` values, the smallest first.
std::vector<double> sorted_rows(std::span<const double> values, std::size_t width) {
  std::vector<double> sorted;
  sorted.reserve(values.size());
  for (const std::size_t index : order_of_rows(values, width)) {
    const auto row = values.subspan(index * width, width);
    sorted.insert(sorted.end(), row.begin(), row.end());
  }
  return sorted;
}

void check_resamples(std::int64_t resamples) {
  if (resamples >= 2) return;
  throw std::invalid_argument("bootstrap: wanted at least 2 resamples, got " +
                              std::to_string(resamples));
}

/// Sums over documents in the order given: [width].
std::vector<double> sums_of(std::span<const double> values, std::size_t width) {
  std::vector<double> sums(width);
  for (std::size_t at = 0; at < values.size(); ++at) sums[at % width] += values[at];
  return sums;
}

void check_width(const Metric& metric, std::span<const double> values) {
  if (!values.empty() && metric.width > 0 && values.size() % metric.width == 0) return;
  throw std::invalid_argument("summarize: wanted " + std::to_string(metric.width) +
                              " value(s) of " + metric.name + " for each document, got " +
                              std::to_string(values.size()));
}

void check_documents(const TaskRecord& task, const MetricRecord& metric) {
  const std::size_t width = metric.info.width;
  if (!metric.values.empty() && metric.values.size() == task.samples.size() * width) return;
  throw std::invalid_argument("summarize: " + task.name + ": wanted " + std::to_string(width) +
                              " value(s) of " + metric.info.name + "," + metric.info.filter +
                              " for each of " + std::to_string(task.samples.size()) +
                              " documents (at least 1), got " +
                              std::to_string(metric.values.size()));
}

/// What the documents that were judged give to a metric, where some were not.
struct JudgedPart {
  std::vector<double> values;
  std::vector<double> mc_errors;
  std::vector<std::string> clusters;
};

JudgedPart judged_part(const TaskRecord& task, const MetricRecord& metric) {
  JudgedPart part;
  const auto keys = cluster_keys(task);
  const std::size_t width = metric.info.width;
  for (std::size_t i = 0; i < task.samples.size(); ++i) {
    if (is_unjudged(task.samples[i])) continue;
    const auto row = std::span(metric.values).subspan(i * width, width);
    part.values.insert(part.values.end(), row.begin(), row.end());
    if (!metric.mc_errors.empty()) part.mc_errors.push_back(metric.mc_errors.at(i));
    if (!keys.empty()) part.clusters.push_back(keys[i]);
  }
  return part;
}

Summary summary_of(const TaskRecord& task, const MetricRecord& metric) {
  if (std::ranges::none_of(task.samples, is_unjudged)) {
    auto summary = summarize(metric.info, metric.values, clusters_of(task));
    summary.monte_carlo_error = monte_carlo_error(metric.info, metric.values, metric.mc_errors);
    return summary;
  }
  const auto part = judged_part(task, metric);
  if (part.values.empty())
    return {.value = std::numeric_limits<double>::quiet_NaN(), .standard_error = {}};
  auto summary = summarize(metric.info, part.values, dense_clusters(part.clusters));
  summary.monte_carlo_error = monte_carlo_error(metric.info, part.values, part.mc_errors);
  return summary;
}

}  // namespace

std::vector<double> bootstrap_replicates(
    std::size_t count,
    const std::function<double(std::span<const std::size_t> drawn)>& statistic,
    std::int64_t resamples,
    std::uint64_t seed) {
  check_resamples(resamples);
  if (count < 1 || count > UINT32_MAX) {
    throw std::invalid_argument("bootstrap: wanted 1 to 2^32 - 1 documents, got " +
                                std::to_string(count));
  }
  const DrawBelow draw(static_cast<std::uint32_t>(count));
  SplitMix64 draws(seed);
  std::vector<std::size_t> drawn(count);
  std::vector<double> replicates(static_cast<std::size_t>(resamples));
  for (double& replicate : replicates) {
    for (std::size_t& document : drawn) document = draw(draws);
    replicate = statistic(drawn);
  }
  return replicates;
}

std::optional<double> bootstrap_standard_error(
    std::size_t count,
    const std::function<double(std::span<const std::size_t> drawn)>& statistic,
    std::int64_t resamples,
    std::uint64_t seed) {
  check_resamples(resamples);
  if (count < 2) return std::nullopt;
  return sample_deviation(bootstrap_replicates(count, statistic, resamples, seed));
}

std::vector<std::size_t> order_of_rows(std::span<const double> values, std::size_t width) {
  const auto row = [&](std::size_t index) { return values.subspan(index * width, width); };
  std::vector<std::size_t> order(values.size() / width);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
    return std::lexicographical_compare(
        row(a).begin(), row(a).end(), row(b).begin(), row(b).end(),
        [](double left, double right) { return std::strong_order(left, right) < 0; });
  });
  return order;
}

double metric_value(const Metric& metric, std::span<const double> values) {
  const auto documents = values.size() / metric.width;
  return metric.of_sums(sums_of(values, metric.width), static_cast<double>(documents));
}

double metric_value(const Metric& metric,
                    std::span<const double> values,
                    std::span<const std::size_t> drawn) {
  std::vector<double> sums(metric.width);
  for (const std::size_t document : drawn) {
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += values[document * sums.size() + i];
  }
  return metric.of_sums(sums, static_cast<double>(drawn.size()));
}

Summary bootstrap_summary(const Metric& metric,
                          std::span<const double> values,
                          std::int64_t resamples,
                          std::uint64_t seed) {
  check_width(metric, values);
  const auto of_drawn = [&](std::span<const std::size_t> drawn) {
    return metric_value(metric, values, drawn);
  };
  return {.value = metric_value(metric, values),
          .standard_error =
              bootstrap_standard_error(values.size() / metric.width, of_drawn, resamples, seed)};
}

Summary summarize(const Metric& metric,
                  std::span<const double> values,
                  std::span<const std::size_t> clusters) {
  check_width(metric, values);
  const auto sorted = sorted_rows(values, metric.width);
  Summary summary = metric.is_mean ? Summary{.value = metric_value(metric, sorted),
                                             .standard_error = mean_standard_error(sorted)}
                                   : bootstrap_summary(metric, sorted);
  summary.clustered_error = clusters.empty() ? summary.standard_error
                                             : clustered_standard_error(metric, values, clusters);
  summary.clusters = count_clusters(clusters, values.size() / metric.width);
  return summary;
}

std::optional<double> monte_carlo_error(const Metric& metric,
                                        std::span<const double> values,
                                        std::span<const double> errors) {
  if (errors.empty()) return std::nullopt;
  if (errors.size() * metric.width != values.size()) {
    throw std::invalid_argument("monte_carlo_error: wanted one error for each of " +
                                std::to_string(values.size() / metric.width) + " documents, got " +
                                std::to_string(errors.size()));
  }
  if (metric.error_of_sums == nullptr) return std::nullopt;
  std::vector<double> sorted(errors.begin(), errors.end());
  std::ranges::sort(sorted);  // no order of documents changes a bit
  double squares = 0.0;
  for (const double error : sorted) squares += error * error;
  const auto sums = sums_of(sorted_rows(values, metric.width), metric.width);
  return metric.error_of_sums(sums, static_cast<double>(errors.size()), std::sqrt(squares));
}

std::vector<TaskSummary> summarize(const RunRecord& run) {
  std::vector<TaskSummary> tasks;
  for (const TaskRecord& task : run.tasks) {
    TaskSummary metrics;
    for (const MetricRecord& metric : task.metrics) {
      check_documents(task, metric);
      metrics.push_back(summary_of(task, metric));
    }
    tasks.push_back(std::move(metrics));
  }
  return tasks;
}

}  // namespace smdm
