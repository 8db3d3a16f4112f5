// The gate's verdict as texts, JSON and JUnit XML.
#include "results/compare/gate_report.hpp"

#include "results/export/list.hpp"
#include "tests/results/gate_runs.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"

namespace smdm {

using test::as_stored;
using test::contains;
using test::made_run;
using test::quiz;
using test::spread_baseline;

TEST_CASE("a verdict as text, JSON and JUnit XML") {
  const auto baseline = spread_baseline();
  const auto report = judge(baseline, as_stored(made_run(quiz(40, 9))));
  CHECK_FALSE(passed(report));
  CHECK(failed_metrics(report) == "quiz acc,none");
  CHECK(contains(gate_text(report), "FAIL quiz acc,none: "));
  CHECK(gate_json(report).at("passed") == false);
  CHECK(gate_json(report).at("metrics").at(0).at("rule") == "repeatability");
  const auto xml = gate_junit({.suite = "runs/a & b", .outcome = report, .seconds = 1.5});
  CHECK(contains(xml, "<testsuite name=\"runs/a &amp; b\" tests=\"1\" failures=\"1\""));
  CHECK(contains(xml, "<testcase classname=\"quiz\" name=\"acc,none\""));
  CHECK(contains(xml, "<failure type=\"repeatability\" message=\""));
  const auto good = judge(baseline, as_stored(made_run(quiz(12, 9))));
  CHECK(contains(gate_junit({.suite = "run", .outcome = good}), "failures=\"0\""));
  CHECK(gate_junit({.suite = "run", .outcome = good}).find("<failure") == std::string::npos);
  CHECK(failed_metrics(good).empty());
  const auto none = gate_junit({.suite = "runs/a", .outcome = "no <run>"});
  CHECK(contains(none, "<testsuite name=\"runs/a\" tests=\"1\" failures=\"0\" errors=\"1\""));
  CHECK(contains(none, "<error type=\"results\" message=\"no &lt;run&gt;\"/>"));
}

TEST_CASE("a task's name is shown as it is written, whatever is in it") {
  auto report = judge(spread_baseline(), as_stored(made_run(quiz(40, 9))));
  report.metrics.at(0).task = "quiz\x1b[2J\n|";
  CHECK(contains(gate_text(report), "|quiz\\x1b[2J \\||"));
  CHECK(contains(gate_text(report), "FAIL quiz\\x1b[2J\\n| acc,none: "));
}

}  // namespace smdm
