// A gate's verdict as JUnit XML, for the viewers of continuous integration.
#include <algorithm>

#include "base/text/numbers.hpp"
#include "base/text/xml.hpp"
#include "results/compare/gate_report.hpp"
#include "results/export/list.hpp"
#include "results/run/lm_eval_json.hpp"

namespace smdm {
namespace {

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

std::string text_of(const GateReport& report, const GateVerdict& verdict) {
  std::string cases;
  for (const GateMetric& metric : report.metrics) cases += test_case(metric);
  const Counts counts{.tests = report.metrics.size(), .failures = failures(report), .errors = 0};
  return junit(verdict.suite, counts, verdict.seconds, cases);
}

/// @param reason  why there is no report
std::string text_of(const std::string& reason, const GateVerdict& verdict) {
  return junit(verdict.suite, {.tests = 1, .failures = 0, .errors = 1}, verdict.seconds,
               "    <testcase classname=\"gate\" name=\"verdict\">\n      <error type=\"results\" "
               "message=\"" +
                   xml_text(reason) + "\"/>\n    </testcase>\n");
}

}  // namespace

std::string gate_junit(const GateVerdict& verdict) {
  return std::visit([&](const auto& outcome) { return text_of(outcome, verdict); },
                    verdict.outcome);
}

}  // namespace smdm
