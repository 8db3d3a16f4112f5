// Baselines: how repeats spread, what is no repeat, and files read back.
#include "results/compare/baseline.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <limits>

#include "base/error.hpp"
#include "base/files/output.hpp"
#include "results/compare/gate.hpp"
#include "tests/results/gate_runs.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;
using test::as_stored;
using test::baseline_of;
using test::contains;
using test::exact_quiz;
using test::kQuizDocuments;
using test::made_run;
using test::MadeRun;
using test::quiz;
using test::spread_baseline;

std::string baseline_error(const std::vector<MadeRun>& repeats) {
  return test::error_text<ErrorKind::results>([&] { return baseline_of(repeats); });
}

std::string file_error(const fs::path& file) {
  return test::error_text<ErrorKind::results>([&] { return read_baseline(file); });
}

}  // namespace

TEST_CASE("the limit is t(0.975, n - 1) s_r sqrt(1 + 1/n)") {
  const auto baseline = spread_baseline();
  const auto& metric = baseline.tasks.at(0).metrics.at(0);
  CHECK(mean_of(metric) == Approx(48.0 / 60));
  CHECK(*repeatability_of(metric) == Approx(std::sqrt(2.5) / 60));
  // scipy 1.17.1: t.ppf(0.975, 4) * sqrt(1.2) = 3.0414432275832706.
  CHECK(repeatability_limit(metric, {}) ==
        Approx(3.0414432275832706 * std::sqrt(2.5) / 60).epsilon(1e-10));
  const auto two = baseline_of({quiz(10, 0), quiz(12, 1)});
  // t.ppf(0.975, 1) * sqrt(1.5) = 15.561859085481474.
  CHECK(repeatability_limit(two.tasks[0].metrics[0], {}) ==
        Approx(15.561859085481474 * std::sqrt(2.0) / 60).epsilon(1e-10));
}

TEST_CASE("where the Monte Carlo error of the repeats is known, it bounds the limit") {
  auto baseline = baseline_of({quiz(10, 0), quiz(12, 1)});
  auto& metric = baseline.tasks[0].metrics[0];
  const double by_spread = repeatability_limit(metric, {});
  metric.monte_carlo_error = 0.02;  // 1.2 documents, where the t of two repeats is 12.7
  CHECK(repeatability_limit(metric, {}) ==
        Approx(1.959963984540054 * 1.2 * 0.02 * std::sqrt(1.5)).epsilon(1e-12));
  CHECK(repeatability_limit(metric, {}) < 0.2 * by_spread);
  metric.monte_carlo_error = 1.0;  // the repeats spread less
  CHECK(repeatability_limit(metric, {}) == by_spread);
  metric.monte_carlo_error = 0.0;  // nothing is drawn: it does not say why the repeats differ
  CHECK(repeatability_limit(metric, {}) == by_spread);
  // Repeats that agree by chance: the paired test alone decides.
  auto agreeing = baseline_of({quiz(10, 0), quiz(10, 1)});
  agreeing.tasks[0].metrics[0].monte_carlo_error = 0.02;
  CHECK(repeatability_limit(agreeing.tasks[0].metrics[0], {}) == 0.0);
}

TEST_CASE("a baseline comes back from its file, to the last bit") {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "baseline.json";
  auto made = quiz(10, 0);
  made.tasks[0].scores = std::vector<double>(kQuizDocuments, 0.1);
  made.tasks[0].scores[5] = 1.0 / 3.0;
  auto other = made;
  other.seed = 1;
  const auto baseline = baseline_of({made, other});
  write_output(file, baseline_text(baseline));
  const auto back = read_baseline(file);
  CHECK(baseline_text(back) == baseline_text(baseline));
  CHECK(back.tasks[0].metrics[1].documents == baseline.tasks[0].metrics[1].documents);
  CHECK(back.tasks[0].seeds == std::vector<std::uint64_t>{0, 1});
  CHECK(back.tasks[0].origin == baseline.tasks[0].origin);
  CHECK(back.tasks[0].answers == baseline.tasks[0].answers);
  CHECK(contains(baseline_text(baseline), "\"documents\":[\"1111011111"));  // compact
  made.seed = 7;
  CHECK(passed(judge(back, as_stored(made_run(made)))));
}

TEST_CASE("a baseline of a metric that is less than its error comes back too") {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "baseline.json";
  auto made = quiz(10, 0);
  for (std::size_t i = 0; i < kQuizDocuments; ++i)
    made.tasks[0].nats.insert(made.tasks[0].nats.end(), {-2.0, 2.0});
  auto run = made_run(made);
  for (auto& metric : run.tasks[0].metrics) {
    if (metric.info.name == "perplexity") metric.mc_errors.assign(kQuizDocuments, 100.0);
  }
  const std::vector<Facts> runs = {as_stored(run)};
  const auto baseline = make_baseline(runs);
  const auto& metric = baseline.tasks[0].metrics.back();
  REQUIRE(metric.monte_carlo_error.value() > metric.values.front());
  write_output(file, baseline_text(baseline));
  CHECK(baseline_text(read_baseline(file)) == baseline_text(baseline));
  const auto error = "\"mc_stderr\":" + Json(metric.monte_carlo_error.value()).dump();
  test::replace_in(file, error, "\"mc_stderr\":-1.0");
  CHECK(contains(file_error(file), "wanted an mc_stderr of 0 or more, got -1.0"));
}

TEST_CASE("repeats that are none are refused") {
  CHECK(contains(baseline_error({quiz(10, 0), quiz(10, 0)}), "the same one twice"));
  CHECK(contains(baseline_error({quiz(10, 1), quiz(12, 1)}), "got seed 1 twice"));
  CHECK(contains(baseline_error({exact_quiz(10, 0), exact_quiz(11, 1)}),
                 "wanted equal repeats, since nothing in it is drawn at random"));
  auto other = quiz(10, 1);
  other.weights = "11ee";
  CHECK(contains(baseline_error({quiz(10, 0), other}), "wanted repeats with the same model"));
  other = quiz(10, 1);
  other.tasks[0].settings["cfg"] = 0.5;
  CHECK(contains(baseline_error({quiz(10, 0), other}), "wanted repeats with the same settings"));
  other = quiz(10, 1);
  other.revision = "fff";
  CHECK(contains(baseline_error({quiz(10, 0), other}), "wanted repeats with the same build"));
  other = quiz(10, 1);
  other.tasks[0].name = "test";
  CHECK(contains(baseline_error({quiz(10, 0), other}), "wanted the same tasks in all 2 repeats"));
  other = quiz(10, 1);
  other.tasks[0].verdicts.pop_back();
  CHECK(contains(baseline_error({quiz(10, 0), other}), "wanted the same documents"));
  auto broken = made_run(quiz(10, 1));
  broken.tasks[0].metrics[0].values[0] = std::numeric_limits<double>::infinity();
  const std::vector<Facts> runs = {as_stored(broken)};
  CHECK(contains(test::error_text<ErrorKind::results>([&] { return make_baseline(runs); }),
                 "wanted finite values of acc,none"));
}

TEST_CASE("files that are no baseline, or were changed, are refused") {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "baseline.json";
  CHECK(contains(file_error(file), "got: No such file or directory"));
  CHECK(contains(file_error(folder.path()), "got a folder"));
  write_output(file, baseline_text(spread_baseline()));
  SECTION("truncated") {
    fs::resize_file(file, fs::file_size(file) / 2);
    CHECK(contains(file_error(file), "not a baseline, or truncated"));
  }
  SECTION("of the future") {
    test::replace_in(file, "\"smdm_eval_baseline\":2", "\"smdm_eval_baseline\":3");
    CHECK(contains(file_error(file), "got 3: written by a newer version"));
  }
  SECTION("something else") {
    test::replace_in(file, "smdm_eval_baseline", "other");
    CHECK(contains(file_error(file), "wanted a baseline"));
  }
  SECTION("the mean") {
    test::replace_in(file, "\"mean\":0.8", "\"mean\":0.5");
    CHECK(contains(file_error(file), "the file was changed"));
  }
  SECTION("the spread") {
    test::replace_in(file, "\"repeatability_sd\":0.0", "\"repeatability_sd\":0.5");
    CHECK(contains(file_error(file), "the file was changed"));
  }
  SECTION("a document") {
    const auto text = test::read_file(file);
    const auto at = text.find("\"documents\":[\"", text.find("\"metrics\""));
    const std::string digits = text.substr(at + 13, 11);
    test::replace_in(file, digits, "\"" + std::string(10, digits[1] == '0' ? '1' : '0'));
    CHECK(contains(file_error(file), "the file was changed"));
  }
  SECTION("a Monte Carlo error that is none") {
    test::replace_in(file, "\"mc_stderr\":null", "\"mc_stderr\":0.5");
    CHECK(contains(file_error(file), "wanted an mc_stderr of 0 to 0.129"));
  }
  SECTION("a negative Monte Carlo error") {
    test::replace_in(file, "\"mc_stderr\":null", "\"mc_stderr\":-0.01");
    CHECK(contains(file_error(file), "wanted an mc_stderr of 0 to"));
  }
  SECTION("a schema that wraps around") {
    test::replace_in(file, "\"smdm_eval_baseline\":2", "\"smdm_eval_baseline\":4294967297");
    CHECK(contains(file_error(file), "got 4294967297: written by a newer version"));
  }
  SECTION("documents in another order") {
    auto json = Json::parse(test::read_file(file));
    auto& documents = json["tasks"]["quiz"]["documents"];
    std::swap(documents[0], documents[1]);
    fs::remove(file);
    write_output(file, json.dump());
    CHECK(contains(file_error(file), "wanted documents sorted by their digests"));
  }
  SECTION("a repeat less") {
    test::replace_in(file, "\"seeds\":[0,1,2,3,4]", "\"seeds\":[0,1,2,3]");
    CHECK(contains(file_error(file), "for each of 4 repeats"));
  }
}

TEST_CASE("a setting that only newer files have is seen, and older files do not miss it") {
  const auto with = [](const Json& novel, std::uint64_t seed) {
    auto run = made_run(quiz(10, seed));
    run.tasks[0].extra["settings"] = {
        {"estimator", "mc"}, {"mc_samples", 8}, {"cfg", 0.0}, {"novel", novel}, {"seed", seed}};
    return run;
  };
  const std::vector<Facts> runs = {as_stored(with(1, 0), "a"), as_stored(with(1, 1), "b")};
  const auto text = baseline_text(make_baseline(runs));
  CHECK(Json::parse(text).at("tasks").at("quiz").at("all_settings").at("novel") == 1);
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "baseline.json";
  write_output(file, text);
  const auto baseline = read_baseline(file);
  CHECK(baseline_text(baseline) == text);
  CHECK(judge(baseline, as_stored(with(1, 9))).warnings.empty());
  CHECK(judge(baseline, as_stored(made_run(quiz(10, 9)))).warnings.empty());  // an older file
  const auto report = judge(baseline, as_stored(with(2, 1)));
  CHECK(report.metrics.at(0).rule == GateRule::repeatability);  // not equal, for all its seed
  REQUIRE(report.warnings.size() == 1);
  CHECK(contains(report.warnings[0], "\"novel\":2"));
  const std::vector<Facts> other = {as_stored(with(1, 0), "a"), as_stored(with(2, 1), "b")};
  CHECK(contains(test::error_text<ErrorKind::results>([&] { return make_baseline(other); }),
                 "wanted repeats with the same settings"));
}

}  // namespace smdm
