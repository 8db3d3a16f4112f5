// The gate's verdict as texts, and what may stand in JUnit files.
#include "results/compare/gate_report.hpp"

#include <string>
#include <string_view>

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

TEST_CASE("text in XML") {
  CHECK(xml_text("<a b=\"c\">'&'</a>") == "&lt;a b=&quot;c&quot;&gt;&apos;&amp;&apos;&lt;/a&gt;");
  CHECK(xml_text("é 漢 😀") == "é 漢 😀");
  CHECK(xml_text(std::string_view("\0\x1b", 2)) == "\xEF\xBF\xBD\xEF\xBF\xBD");
  CHECK(xml_text("\xff\xc3") == "\xEF\xBF\xBD\xEF\xBF\xBD");
  CHECK(xml_text("\xED\xA0\x80").find("\xED") == std::string::npos);  // half a surrogate pair
  CHECK(xml_text("\xEF\xBF\xBF").find("\xBF\xBF") == std::string::npos);
  CHECK(xml_text("a\nb\tc") == "a&#10;b&#9;c");
}

TEST_CASE("bytes of XML that are no character are replaced one by one") {
  const auto replaced = [](std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) text += "\xEF\xBF\xBD";
    return text;
  };
  for (const std::string bytes : {"\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xF0\x8F\xBF\xBF",
                                  "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xE6\xBC", "\x80"}) {
    CAPTURE(bytes);
    CHECK(xml_text(bytes) == replaced(bytes.size()));
  }
  // The least and the greatest of each length, and those beside the gap of the surrogates.
  for (const std::string bytes :
       {"\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80", "\xEF\xBF\xBD",
        "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
    CAPTURE(bytes);
    CHECK(xml_text(bytes) == bytes);
  }
}

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

}  // namespace smdm
