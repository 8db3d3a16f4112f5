// A comparison as a table with its legend, and as JSON.
#include "results/compare/comparison_report.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "base/text/numbers.hpp"
#include "base/text/visible.hpp"
#include "results/run/lm_eval_json.hpp"
#include "results/run/lm_eval_parts.hpp"
#include "results/show/table.hpp"
#include "results/statistics/clusters.hpp"
#include "results/statistics/paired_tests.hpp"

namespace smdm {
namespace {

constexpr int kDigits = 4;

std::string p_text(double p) {
  constexpr double kSmall = 0.0001;
  return p < kSmall ? "<0.0001" : fixed_text(p, kDigits);
}

std::string interval_text(const PairedDifference& difference) {
  const auto& interval = difference.interval;
  if (!interval) return "N/A: " + difference.no_interval;
  std::string text = "[";
  text += signed_text(interval->low, kDigits);
  text += ", ";
  text += signed_text(interval->high, kDigits);
  return text += ']';
}

/// Documents that changed: those better and worse in the second run, where a document can be that.
std::string changed_text(const MetricComparison& metric) {
  const auto& difference = metric.difference.value();
  if (metric.info.width > 1) return std::to_string(difference.changed);
  // A perplexity falls where the log-likelihood of a document rises.
  const bool up_is_better =
      metric.info.document == DocumentValue::log_likelihood || metric.info.higher_is_better;
  const auto better = up_is_better ? difference.risen : difference.fallen;
  const auto worse = up_is_better ? difference.fallen : difference.risen;
  std::string text = "+";
  text += std::to_string(better);
  text += " -";
  return text += std::to_string(worse);
}

std::string optional_text(const std::optional<double>& value, const char* absent) {
  return value ? fixed_text(*value, kDigits) : absent;
}

std::vector<std::string> row_of(const std::string& task, const MetricComparison& metric) {
  const std::string shown =
      display_name(metric.info) + (metric.info.higher_is_better ? " ↑" : " ↓");
  if (!metric.difference)
    return {task, shown, "", "", "", "", "not finite", "", "N/A", "N/A", "", "", "unclear"};
  const auto& difference = *metric.difference;
  return {task,
          shown,
          std::to_string(difference.documents),
          fixed_text(difference.a, kDigits),
          fixed_text(difference.b, kDigits),
          signed_text(difference.difference, kDigits),
          interval_text(difference),
          optional_text(metric.monte_carlo_error, "N/A"),
          p_text(difference.p_value),
          p_text(metric.corrected.value()),
          optional_text(difference.detectable, "not estimable"),
          changed_text(metric),
          verdict(metric)};
}

std::string table_of(const RunComparison& comparison) {
  using enum Align;
  const std::vector<Column> columns = {{.title = "Task"},
                                       {.title = "Metric"},
                                       {.title = "Docs", .align = right},
                                       {.title = "A", .align = right},
                                       {.title = "B", .align = right},
                                       {.title = "B - A", .align = right},
                                       {.title = "95 % interval", .align = right},
                                       {.title = "MC s.e.", .align = right},
                                       {.title = "p", .align = right},
                                       {.title = "p (Holm)", .align = right},
                                       {.title = "Detectable", .align = right},
                                       {.title = "Changed", .align = right},
                                       {.title = "B is"}};
  std::vector<std::vector<std::string>> rows;
  for (const TaskComparison& task : comparison.tasks) {
    std::string name = task.a->record.name;
    for (const MetricComparison& metric : task.metrics) {
      rows.push_back(row_of(name, metric));
      name.clear();
    }
  }
  return markdown_table(columns, rows);
}

/// "micro-base-mdm, seed 0": what computed a run.
std::string computed_by(const std::vector<TaskComparison>& tasks,
                        const TaskFacts* TaskComparison::* side) {
  std::vector<std::string> models;
  for (const TaskComparison& task : tasks) {
    const TaskFacts& one = *(task.*side);
    const std::string text = one.run->model.name + ", seed " + std::to_string(one.seed);
    if (models.empty() || models.back() != text) models.push_back(text);
  }
  std::string all;
  for (const auto& model : models) all += (all.empty() ? "" : "; ") + model;
  return all;
}

Json names_json(const std::vector<TaskComparison>& tasks, const TaskFacts* TaskComparison::* side) {
  std::vector<std::string> files;
  for (const TaskComparison& task : tasks) {
    const auto file = (task.*side)->run->results_file.string();
    if (files.empty() || files.back() != file) files.push_back(file);
  }
  return files;
}

Json metric_json(const MetricComparison& metric) {
  using layout::finite_or_null;
  using layout::or_null;
  Json json = {{"name", metric.info.name},
               {"filter", metric.info.filter},
               {"aggregation", metric.info.aggregation},
               {"higher_is_better", metric.info.higher_is_better},
               {"verdict", verdict(metric)},
               {"mc_stderr", or_null(metric.monte_carlo_error)}};
  if (!metric.difference) {
    json["a"] = nullptr;
    json["b"] = nullptr;
    return json;
  }
  const auto& difference = *metric.difference;
  json["documents"] = difference.documents;
  json["a"] = finite_or_null(difference.a);
  json["b"] = finite_or_null(difference.b);
  json["difference"] = finite_or_null(difference.difference);
  json["stderr"] = or_null(difference.standard_error);
  json["interval"] = layout::interval_json(difference.interval);
  json["no_interval"] =
      difference.no_interval.empty() ? Json(nullptr) : Json(difference.no_interval);
  json["detectable"] = or_null(difference.detectable);
  json["test"] = to_string(difference.test);
  json["p"] = difference.p_value;
  json["p_holm"] = metric.corrected.value();
  json["documents_changed"] = difference.changed;
  json["documents_risen"] = difference.risen;
  json["documents_fallen"] = difference.fallen;
  return json;
}

Json task_json(const TaskComparison& task) {
  Json metrics = Json::array();
  for (const MetricComparison& metric : task.metrics) metrics.push_back(metric_json(metric));
  return {{"task", task.a->record.name},
          {"version", task.a->record.version},
          {"clusters", count_clusters(task.clusters.clusters, task.pairs.size())},
          {"settings_a", task.a->settings.known()},
          {"settings_b", task.b->settings.known()},
          {"metrics", metrics}};
}

/// "Documents of reverse_curse_d2n stand in 30 clusters: ..."
std::string clusters_text(const RunComparison& comparison) {
  std::string tasks;
  for (const TaskComparison& task : comparison.tasks) {
    if (task.clusters.clusters.empty()) continue;
    const auto count = count_clusters(task.clusters.clusters, task.pairs.size());
    tasks.append(tasks.empty() ? "" : ", ").append(visible(task.a->record.name));
    tasks.append(" (").append(std::to_string(count)).append(")");
  }
  if (tasks.empty()) return "";
  return "Documents about one thing are taken together (clusters): " + tasks +
         ". There intervals and detectable differences\nare over clusters, and p is of a "
         "permutation of whole clusters, for verdicts too.\n";
}

/// What the rows of the any-order likelihood are.
std::string any_order_text(const RunComparison& comparison) {
  const auto is_by_it = [](const MetricComparison& metric) {
    return metric.info.filter == kAnyOrderFilter;
  };
  const bool any = std::ranges::any_of(comparison.tasks, [&](const TaskComparison& task) {
    return std::ranges::any_of(task.metrics, is_by_it);
  });
  if (!any) return "";
  return "Rows any_order compare likelihoods and no bounds: the any-order likelihood of a masked "
         "diffusion model, the exact one\nof an autoregressive model, on the documents where both "
         "runs have one (docs/likelihood.md).\n";
}

}  // namespace

std::string verdict(const MetricComparison& metric) {
  if (!metric.corrected || *metric.corrected > kComparisonLevel) return "unclear";
  return (metric.difference.value().difference > 0.0) == metric.info.higher_is_better ? "better"
                                                                                      : "worse";
}

std::string comparison_text(const RunComparison& comparison) {
  return "A: " + visible(comparison.a) + " (" +
         visible(computed_by(comparison.tasks, &TaskComparison::a)) +
         ")\nB: " + visible(comparison.b) + " (" +
         visible(computed_by(comparison.tasks, &TaskComparison::b)) + ")\n\n" +
         table_of(comparison) +
         "\nThe interval is over documents and contains the Monte Carlo error; MC s.e. is that "
         "part "
         "alone. p: exact McNemar\ntest of verdicts, else a permutation test; p (Holm) is "
         "corrected "
         "for all rows, and B is better or worse where it is\nat most 0.05. Detectable: the "
         "smallest difference that would have been seen with 80 % power. Changed: documents\non "
         "which B is better (+) and worse (-).\n" +
         clusters_text(comparison) + any_order_text(comparison);
}

Json comparison_json(const RunComparison& comparison) {
  Json tasks = Json::array();
  for (const TaskComparison& task : comparison.tasks) tasks.push_back(task_json(task));
  return {
      {"schema", kComparisonSchema},
      {"a", {{"run", comparison.a}, {"results", names_json(comparison.tasks, &TaskComparison::a)}}},
      {"b", {{"run", comparison.b}, {"results", names_json(comparison.tasks, &TaskComparison::b)}}},
      {"interval_level", kIntervalLevel},
      {"permutations", comparison.permutations},
      {"tasks", tasks},
      {"only_in_a", comparison.only_a},
      {"only_in_b", comparison.only_b},
      {"warnings", comparison.warnings}};
}

}  // namespace smdm
