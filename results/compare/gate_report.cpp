#include "results/compare/gate_report.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include "base/text/numbers.hpp"
#include "base/text/xml.hpp"
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

std::string test_case(const GateMetric& metric) {
  const std::string text = "    <testcase classname=\"" + xml_text(metric.task) + "\" name=\"" +
                           xml_text(metric_key(metric.info)) + "\"";
  if (metric.passed) {
    return text + ">\n      <system-out>" + xml_text(metric.reason) +
           "</system-out>\n    </testcase>\n";
  }
  return text + ">\n      <failure type=\"" + to_string(metric.rule) + "\" message=\"" +
         xml_text(metric.reason) + "\"/>\n    </testcase>\n";
}

struct Counts {
  std::size_t tests = 0;
  std::size_t failures = 0;
  std::size_t errors = 0;
};

std::string attribute(const char* name, std::size_t count) {
  std::string text(" ");
  return text.append(name).append("=\"").append(std::to_string(count)).append("\"");
}

/// A file of one suite.
std::string junit(const std::string& suite,
                  const Counts& counts,
                  double seconds,
                  const std::string& cases) {
  const std::string about = attribute("tests", counts.tests) +
                            attribute("failures", counts.failures) +
                            attribute("errors", counts.errors) + attribute("skipped", 0) +
                            " time=\"" + fixed_text(seconds, 3) + "\"";
  std::string xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"smdm-eval\"";
  xml += about + ">\n  <testsuite name=\"" + xml_text(suite) + "\"" + about + ">\n";
  return xml + cases + "  </testsuite>\n</testsuites>\n";
}

std::size_t failures(const GateReport& report) {
  return static_cast<std::size_t>(
      std::count_if(report.metrics.begin(), report.metrics.end(),
                    [](const GateMetric& metric) { return !metric.passed; }));
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
    sentences.append("FAIL ").append(metric.task).append(" ").append(metric_key(metric.info));
    sentences.append(": ").append(metric.reason).append("\n");
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

std::string gate_junit(const GateReport& report, const std::string& suite, double seconds) {
  std::string cases;
  for (const GateMetric& metric : report.metrics) cases += test_case(metric);
  return junit(suite, {.tests = report.metrics.size(), .failures = failures(report), .errors = 0},
               seconds, cases);
}

std::string gate_error_junit(const std::string& reason, const std::string& suite) {
  const auto message = xml_text(reason);
  return junit(suite, {.tests = 1, .failures = 0, .errors = 1}, 0.0,
               "    <testcase classname=\"gate\" name=\"verdict\">\n      <error type=\"results\" "
               "message=\"" +
                   message + "\"/>\n    </testcase>\n");
}

}  // namespace smdm
