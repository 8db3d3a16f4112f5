// A gate's verdict as a table and as JSON.
#include "results/compare/gate_report.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include "base/text/numbers.hpp"
#include "base/text/visible.hpp"
#include "results/run/lm_eval_json.hpp"
#include "results/run/lm_eval_parts.hpp"
#include "results/show/table.hpp"

namespace smdm {
namespace {

constexpr int kDigits = 4;

std::string optional_text(const std::optional<double>& value) {
  return value ? fixed_text(*value, kDigits) : "";
}

std::vector<std::string> row_of(const GateMetric& metric) {
  return {metric.task,
          metric_key(metric.info),
          to_string(metric.rule),
          fixed_text(metric.baseline, kDigits),
          fixed_text(metric.value, kDigits),
          signed_text(metric.value - metric.baseline, kDigits),
          fixed_text(metric.limit, kDigits),
          optional_text(metric.p_value),
          optional_text(metric.corrected),
          metric.passed ? "pass" : "FAIL"};
}

}  // namespace

std::string failed_metrics(const GateReport& report) {
  std::string names;
  for (const GateMetric& metric : report.metrics) {
    if (metric.passed) continue;
    if (!names.empty()) names += "; ";
    names.append(metric.task).append(" ").append(metric_key(metric.info));
  }
  return names;
}

std::string gate_text(const GateReport& report) {
  using enum Align;
  const std::vector<Column> columns = {{.title = "Task"},
                                       {.title = "Metric"},
                                       {.title = "Rule"},
                                       {.title = "Baseline", .align = right},
                                       {.title = "Run", .align = right},
                                       {.title = "Change", .align = right},
                                       {.title = "Limit", .align = right},
                                       {.title = "p", .align = right},
                                       {.title = "p (Holm)", .align = right},
                                       {.title = ""}};
  std::vector<std::vector<std::string>> rows;
  std::string sentences;
  for (const GateMetric& metric : report.metrics) {
    rows.push_back(row_of(metric));
    if (metric.passed) continue;
    std::string sentence = "FAIL " + metric.task + " " + metric_key(metric.info);
    sentence.append(": ").append(metric.reason);
    sentences.append(visible(sentence)).append("\n");
  }
  return markdown_table(columns, rows) + (sentences.empty() ? "" : "\n" + sentences);
}

Json gate_json(const GateReport& report) {
  using layout::finite_or_null;
  using layout::or_null;
  Json metrics = Json::array();
  for (const GateMetric& metric : report.metrics) {
    metrics.push_back({{"task", metric.task},
                       {"metric", metric_key(metric.info)},
                       {"rule", to_string(metric.rule)},
                       {"baseline", finite_or_null(metric.baseline)},
                       {"value", finite_or_null(metric.value)},
                       {"drop", finite_or_null(metric.drop)},
                       {"limit", finite_or_null(metric.limit)},
                       {"p", or_null(metric.p_value)},
                       {"p_holm", or_null(metric.corrected)},
                       {"passed", metric.passed},
                       {"reason", metric.reason}});
  }
  return {{"schema", 1},
          {"passed", passed(report)},
          {"level", kGateLevel},
          {"metrics", metrics},
          {"warnings", report.warnings}};
}

}  // namespace smdm
