// Baselines and the gate: rules, limits, refusals, verdicts as text.
#include "results/compare/gate.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.hpp"
#include "base/files/atomic.hpp"
#include "base/metrics/accuracy.hpp"
#include "base/metrics/bits_per_byte.hpp"
#include "base/metrics/bleu.hpp"
#include "base/metrics/perplexity.hpp"
#include "results/compare/gate_report.hpp"
#include "tests/results/made_runs.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;
using test::as_stored;
using test::contains;
using test::made_run;
using test::MadeRun;

constexpr std::size_t kDocuments = 60;

/// A run right on all documents but the first `wrong`.
MadeRun quiz(std::size_t wrong, std::uint64_t seed = 0) {
  std::vector<double> verdicts(kDocuments, 1.0);
  for (std::size_t i = 0; i < wrong; ++i) verdicts[i] = 0.0;
  return {.tasks = {{.verdicts = verdicts}}, .seed = seed};
}

/// The same without anything drawn at random.
MadeRun exact(std::size_t wrong, std::uint64_t seed = 0) {
  auto run = quiz(wrong, seed);
  run.tasks[0].bound = Bound::exact;
  run.tasks[0].settings = {{"estimator", "exact"}, {"cfg", 0.0}};
  return run;
}

Baseline baseline_of(const std::vector<MadeRun>& repeats) {
  std::vector<WholeRun> runs;
  for (const MadeRun& repeat : repeats)
    runs.push_back(as_stored(made_run(repeat), "seed-" + std::to_string(repeat.seed)));
  return make_baseline(runs);
}

/// Five repeats whose numbers of wrong documents spread by s_r = sqrt(2.5) documents.
Baseline spread_baseline() {
  return baseline_of({quiz(10, 0), quiz(11, 1), quiz(12, 2), quiz(13, 3), quiz(14, 4)});
}

GateMetric judged(const Baseline& baseline, const MadeRun& run) {
  return judge(baseline, as_stored(made_run(run))).metrics.at(0);
}

std::string baseline_error(const std::vector<MadeRun>& repeats) {
  return test::error_text<ErrorKind::results>([&] { return baseline_of(repeats); });
}

std::string gate_error(const Baseline& baseline, const RunRecord& run) {
  return test::error_text<ErrorKind::results>([&] { return judge(baseline, as_stored(run)); });
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

TEST_CASE("one repeat has the Monte Carlo errors, where they are known, for a limit") {
  auto baseline = baseline_of({quiz(10)});
  auto& metric = baseline.tasks[0].metrics[0];
  CHECK_FALSE(repeatability_of(metric).has_value());
  CHECK(repeatability_limit(metric, 0.04) == 0.0);
  metric.monte_carlo_error = 0.03;
  CHECK(repeatability_limit(metric, 0.04) == Approx(1.959963984540054 * 0.05));
  const auto report = judge(baseline, as_stored(made_run(quiz(10, 9))));
  REQUIRE(report.warnings.size() == 1);
  CHECK(contains(report.warnings[0], "baseline of one repeat"));
}

TEST_CASE("a drop fails that is beyond the limit and significant") {
  const auto baseline = spread_baseline();
  const auto worse = judged(baseline, quiz(30, 9));
  CHECK(worse.rule == GateRule::repeatability);
  CHECK_FALSE(worse.passed);
  CHECK(worse.drop == Approx(18.0 / 60));
  CHECK(*worse.corrected <= kGateLevel);
  CHECK(contains(worse.reason, "beyond the limit"));
  CHECK(judged(baseline, quiz(16, 9)).passed);  // within the limit of 4.8 documents
  CHECK(judged(baseline, quiz(0, 9)).passed);   // better
}

TEST_CASE("beyond the limit but not significant is no failure") {
  // The repeats agree, so that the limit is 0; four lost documents of 60 are p = 0.125.
  const auto baseline = baseline_of({quiz(10, 0), quiz(10, 1), quiz(10, 2)});
  const auto few = judged(baseline, quiz(14, 9));
  CHECK(few.limit == 0.0);
  CHECK(few.drop > 0.0);
  CHECK(few.passed);
  CHECK(*few.p_value == Approx(0.125).margin(0.02));
  CHECK_FALSE(judged(baseline, quiz(20, 9)).passed);
}

TEST_CASE("significant but within the limit is no failure") {
  const auto baseline = baseline_of({quiz(5, 0), quiz(25, 1)});
  const auto metric = judged(baseline, quiz(40, 9));
  CHECK(*metric.p_value < 0.01);
  CHECK(metric.drop < metric.limit);
  CHECK(metric.passed);
}

TEST_CASE("the paired test is corrected over metrics") {
  // Eight lost documents are p = 2/256 alone, and three times that among three metrics.
  const auto three = [](std::size_t wrong, std::uint64_t seed) {
    auto run = quiz(0, seed);
    run.tasks[0].name = "a";
    for (std::size_t i = 0; i < wrong; ++i) run.tasks[0].verdicts[i] = 0.0;
    for (const char* name : {"b", "c"}) {
      run.tasks.push_back(quiz(0, seed).tasks[0]);
      run.tasks.back().name = name;
    }
    return run;
  };
  CHECK_FALSE(judged(baseline_of({quiz(0)}), quiz(8, 9)).passed);
  const auto metric = judged(baseline_of({three(0, 0)}), three(8, 9));
  CHECK(*metric.p_value == Approx(2.0 / 256));
  CHECK(*metric.corrected == Approx(6.0 / 256));
  CHECK(metric.passed);
}

TEST_CASE("the direction of a metric decides what a drop is") {
  auto baseline = baseline_of({quiz(10, 0), quiz(10, 1)});
  auto run = made_run(quiz(0, 9));
  run.tasks[0].metrics[0].info.higher_is_better = false;
  baseline.tasks[0].metrics[0].info.higher_is_better = false;
  CHECK_FALSE(judge(baseline, as_stored(run)).metrics.at(0).passed);  // more of it is worse
}

TEST_CASE("without chance, on the same build and machine, runs must be equal") {
  const auto baseline = baseline_of({exact(10)});
  const auto same = judged(baseline, exact(10, 5));  // another seed draws nothing either
  CHECK(same.rule == GateRule::equal);
  CHECK(same.passed);
  CHECK_FALSE(judged(baseline, exact(11)).passed);
  CHECK_FALSE(judged(baseline, exact(9)).passed);  // a change for the better is one
  auto shifted = exact(10);                        // as many wrong ones, but others
  std::swap(shifted.tasks[0].verdicts[0], shifted.tasks[0].verdicts[kDocuments - 1]);
  const auto other = judged(baseline, shifted);
  CHECK(other.value == other.baseline);
  CHECK_FALSE(other.passed);
  CHECK(contains(other.reason, "other values on 2 documents"));
}

TEST_CASE("equal values from other likelihoods are no equal run") {
  auto baseline = baseline_of({exact(10)});
  auto run = made_run(exact(10));
  std::get<std::vector<ChoiceRecord>>(run.tasks[0].samples[3].outcome)[1].estimate.nats -= 1e-9;
  const auto metric = judge(baseline, as_stored(run)).metrics.at(0);
  CHECK(metric.rule == GateRule::equal);
  CHECK_FALSE(metric.passed);
  CHECK(contains(metric.reason, "from other likelihoods or texts"));
  baseline.tasks[0].answers.clear();  // a file of an older version
  CHECK(judge(baseline, as_stored(run)).metrics.at(0).passed);
}

TEST_CASE("the same seed on the same build and machine must give the same") {
  const auto baseline = spread_baseline();
  CHECK(judged(baseline, quiz(12, 2)).rule == GateRule::equal);
  CHECK(judged(baseline, quiz(12, 2)).passed);
  CHECK_FALSE(judged(baseline, quiz(13, 2)).passed);
  CHECK(judged(baseline, quiz(13, 3)).passed);
}

TEST_CASE("another build or machine has a tolerance where nothing is drawn") {
  const auto baseline = baseline_of({exact(10)});
  for (const bool machine : {true, false}) {
    const auto elsewhere = [&](std::size_t wrong) {
      auto run = exact(wrong);
      (machine ? run.processor : run.revision) = "another";
      return judged(baseline, run);
    };
    CHECK(elsewhere(12).rule == GateRule::tolerance);
    CHECK(elsewhere(12).passed);
    CHECK_FALSE(elsewhere(13).passed);  // two documents of 60 are the tolerance
    CHECK(elsewhere(8).passed);
    CHECK_FALSE(elsewhere(7).passed);  // what became better is to be approved
    CHECK(contains(elsewhere(7).reason, "better by 0.05"));
  }
  auto seeded = quiz(12, 2);
  seeded.revision = "another";
  CHECK(judged(spread_baseline(), seeded).rule == GateRule::repeatability);
  auto retrained = exact(10);
  retrained.weights = "11ee";
  CHECK(judged(baseline, retrained).rule == GateRule::repeatability);
}

TEST_CASE("tolerances") {
  CHECK(metrics::accuracy().tolerance(0.5, 40) == 2.0 / 40);
  CHECK(metrics::accuracy().tolerance(0.5, 5000) == 0.01);
  CHECK(metrics::bleu().tolerance(40.0, 5000) == 1.0);
  CHECK(metrics::bleu().tolerance(40.0, 45) == Approx(200.0 / 45));
  CHECK(metrics::perplexity().tolerance(20.0, 100) == Approx(0.2));
  CHECK(metrics::bits_per_byte().tolerance(1.5, 100) == Approx(0.015));
}

TEST_CASE("a value that is not finite fails whatever the rule") {
  for (const bool random : {true, false}) {
    const auto made = random ? quiz(10, 1) : exact(10);
    const auto baseline = baseline_of({random ? quiz(10, 0) : exact(10)});
    auto run = made_run(made);
    run.tasks[0].metrics[0].values[4] = std::nan("");
    const auto report = judge(baseline, as_stored(run));
    CHECK_FALSE(passed(report));
    CHECK(contains(report.metrics[0].reason, "not finite"));
    CHECK(gate_json(report).at("metrics").at(0).at("value").is_null());
  }
}

TEST_CASE("other settings and other models are warned of") {
  const auto baseline = spread_baseline();
  auto run = quiz(12, 9);
  run.weights = "11ee";
  run.tasks[0].settings["mc_samples"] = 4;
  const auto warnings = judge(baseline, as_stored(made_run(run))).warnings;
  REQUIRE(warnings.size() == 2);
  CHECK(contains(warnings[0], "other settings"));
  CHECK(contains(warnings[1], "another model"));
  run = quiz(12, 2);  // the seed of a repeat, but another budget: nothing says it is equal
  run.tasks[0].settings["mc_samples"] = 4;
  CHECK(judged(baseline, run).rule == GateRule::repeatability);
}

TEST_CASE("a baseline comes back from its file, to the last bit") {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "baseline.json";
  auto made = quiz(10, 0);
  made.tasks[0].scores = std::vector<double>(kDocuments, 0.1);
  made.tasks[0].scores[5] = 1.0 / 3.0;
  auto other = made;
  other.seed = 1;
  const auto baseline = baseline_of({made, other});
  write_atomically(file, baseline_text(baseline));
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

TEST_CASE("documents are found by what they are") {
  const auto baseline = baseline_of({exact(10)});
  auto run = made_run(exact(10));
  std::reverse(run.tasks[0].samples.begin(), run.tasks[0].samples.end());
  auto& values = run.tasks[0].metrics[0].values;
  std::reverse(values.begin(), values.end());
  CHECK(passed(judge(baseline, as_stored(run))));
}

TEST_CASE("repeats that are none are refused") {
  CHECK(contains(baseline_error({quiz(10, 0), quiz(10, 0)}), "the same one twice"));
  CHECK(contains(baseline_error({quiz(10, 1), quiz(12, 1)}), "got seed 1 twice"));
  CHECK(contains(baseline_error({exact(10, 0), exact(11, 1)}),
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
  const std::vector<WholeRun> runs = {as_stored(broken)};
  CHECK(contains(test::error_text<ErrorKind::results>([&] { return make_baseline(runs); }),
                 "wanted finite values of acc,none"));
}

TEST_CASE("a run of something else is refused") {
  const auto baseline = spread_baseline();
  auto run = made_run(quiz(10, 9));
  run.tasks[0].name = "test";
  CHECK(
      contains(gate_error(baseline, run), "wanted a run of the baseline's tasks (quiz), got test"));
  run = made_run(quiz(10, 9));
  run.tasks.push_back(run.tasks[0]);
  run.tasks[1].name = "more";
  CHECK(contains(gate_error(baseline, run), "got more, quiz"));
  run = made_run(quiz(10, 9));
  run.tasks[0].version = 2.0;
  CHECK(contains(gate_error(baseline, run), "wanted the same version"));
  run = made_run(quiz(10, 9));
  run.tasks[0].samples[0].target = std::string("1");
  CHECK(contains(gate_error(baseline, run), "wanted the same prompts"));
}

TEST_CASE("files that are no baseline, or were changed, are refused") {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "baseline.json";
  CHECK(contains(file_error(file), "cannot read the baseline"));
  CHECK(contains(file_error(folder.path()), "cannot read the baseline"));
  write_atomically(file, baseline_text(spread_baseline()));
  SECTION("truncated") {
    fs::resize_file(file, fs::file_size(file) / 2);
    CHECK(contains(file_error(file), "not a baseline, or truncated"));
  }
  SECTION("of the future") {
    test::replace_in(file, "\"smdm_eval_baseline\":1", "\"smdm_eval_baseline\":2");
    CHECK(contains(file_error(file), "got 2: written by a newer version"));
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
    test::replace_in(file, "\"smdm_eval_baseline\":1", "\"smdm_eval_baseline\":4294967297");
    CHECK(contains(file_error(file), "got 4294967297: written by a newer version"));
  }
  SECTION("documents in another order") {
    auto json = Json::parse(test::read_file(file));
    auto& documents = json["tasks"]["quiz"]["documents"];
    std::swap(documents[0], documents[1]);
    fs::remove(file);
    write_atomically(file, json.dump());
    CHECK(contains(file_error(file), "wanted documents sorted by their digests"));
  }
  SECTION("a repeat less") {
    test::replace_in(file, "\"seeds\":[0,1,2,3,4]", "\"seeds\":[0,1,2,3]");
    CHECK(contains(file_error(file), "for each of 4 repeats"));
  }
}

TEST_CASE("reports") {
  const auto baseline = spread_baseline();
  const auto report = judge(baseline, as_stored(made_run(quiz(40, 9))));
  CHECK_FALSE(passed(report));
  CHECK(failed_metrics(report) == "quiz acc,none");
  CHECK(contains(gate_text(report), "FAIL quiz acc,none: "));
  CHECK(gate_json(report).at("passed") == false);
  CHECK(gate_json(report).at("metrics").at(0).at("rule") == "repeatability");
  const auto xml = gate_junit(report, "runs/a & b", 1.5);
  CHECK(contains(xml, "<testsuite name=\"runs/a &amp; b\" tests=\"1\" failures=\"1\""));
  CHECK(contains(xml, "<testcase classname=\"quiz\" name=\"acc,none\""));
  CHECK(contains(xml, "<failure type=\"repeatability\" message=\""));
  const auto good = judge(baseline, as_stored(made_run(quiz(12, 9))));
  CHECK(contains(gate_junit(good, "run", 0.0), "failures=\"0\""));
  CHECK(gate_junit(good, "run", 0.0).find("<failure") == std::string::npos);
  CHECK(failed_metrics(good).empty());
  const auto none = gate_error_junit("no <run>", "runs/a");
  CHECK(contains(none, "<testsuite name=\"runs/a\" tests=\"1\" failures=\"0\" errors=\"1\""));
  CHECK(contains(none, "<error type=\"results\" message=\"no &lt;run&gt;\"/>"));
}

}  // namespace smdm
