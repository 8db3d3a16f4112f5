// The gate: which rule judges a metric, limits, refusals.
#include "results/compare/gate.hpp"

#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "base/metrics/accuracy.hpp"
#include "base/metrics/bits_per_byte.hpp"
#include "base/metrics/bleu.hpp"
#include "base/metrics/perplexity.hpp"
#include "results/compare/gate_report.hpp"
#include "results/statistics/paired_tests.hpp"
#include "tests/results/gate_runs.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"

namespace smdm {
namespace {

using test::as_stored;
using test::baseline_of;
using test::contains;
using test::exact_quiz;
using test::kQuizDocuments;
using test::made_run;
using test::MadeRun;
using test::quiz;
using test::spread_baseline;

GateMetric judged(const Baseline& baseline, const MadeRun& run) {
  return judge(baseline, as_stored(made_run(run))).metrics.at(0);
}

std::string gate_error(const Baseline& baseline, const RunRecord& run) {
  return test::error_text<ErrorKind::results>([&] { return judge(baseline, as_stored(run)); });
}

}  // namespace

TEST_CASE("one repeat has the Monte Carlo errors, where they are known, for a limit") {
  auto baseline = baseline_of({quiz(10)});
  auto& metric = baseline.tasks[0].metrics[0];
  CHECK_FALSE(repeatability_of(metric).has_value());
  CHECK(repeatability_limit(metric, 0.04) == 0.0);
  metric.monte_carlo_error = 0.03;
  CHECK(repeatability_limit(metric, 0.04) == Approx(1.959963984540054 * 1.2 * 0.05));
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

TEST_CASE("the paired test is against the mean of the repeats, not against the first") {
  // The first repeat was as unlucky as the run is; the four others were not.
  const auto baseline =
      baseline_of({quiz(30, 0), quiz(10, 1), quiz(10, 2), quiz(10, 3), quiz(10, 4)});
  const auto metric = judged(baseline, quiz(30, 9));
  CHECK(*metric.p_value < 0.001);
  const auto& documents = baseline.tasks[0].metrics[0].documents;
  std::vector<double> means(kQuizDocuments);
  for (std::size_t i = 0; i < means.size(); ++i) {
    for (const auto& repeat : documents) means[i] += repeat[i] / 5.0;
  }
  const auto& values = documents[0];  // the run's are those of the first repeat
  CHECK(*metric.p_value ==
        Approx(paired_test(metrics::accuracy(), means, values).p_value).epsilon(1e-9));
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
  const auto baseline = baseline_of({exact_quiz(10)});
  const auto same = judged(baseline, exact_quiz(10, 5));  // another seed draws nothing either
  CHECK(same.rule == GateRule::equal);
  CHECK(same.passed);
  CHECK_FALSE(judged(baseline, exact_quiz(11)).passed);
  CHECK_FALSE(judged(baseline, exact_quiz(9)).passed);  // a change for the better is one
  auto shifted = exact_quiz(10);                        // as many wrong ones, but others
  std::swap(shifted.tasks[0].verdicts[0], shifted.tasks[0].verdicts[kQuizDocuments - 1]);
  const auto other = judged(baseline, shifted);
  CHECK(other.value == other.baseline);
  CHECK_FALSE(other.passed);
  CHECK(contains(other.reason, "other values on 2 documents"));
}

TEST_CASE("equal values from other likelihoods are no equal run") {
  auto baseline = baseline_of({exact_quiz(10)});
  auto run = made_run(exact_quiz(10));
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
  const auto baseline = baseline_of({exact_quiz(10)});
  for (const bool machine : {true, false}) {
    const auto elsewhere = [&](std::size_t wrong) {
      auto run = exact_quiz(wrong);
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
  auto retrained = exact_quiz(10);
  retrained.weights = "11ee";
  CHECK(judged(baseline, retrained).rule == GateRule::repeatability);
}

TEST_CASE("tolerances") {
  // Two documents however many there are: of 10000 they were 100, and a perplexity had 1 %.
  const Rounding fine;
  CHECK(metrics::accuracy().tolerance(0.5, 40, fine) == 2.0 / 40);
  CHECK(metrics::accuracy().tolerance(0.5, 10000, fine) == 2.0 / 10000);
  CHECK(metrics::bleu().tolerance(40.0, 5000, fine) == 200.0 / 5000);
  CHECK(metrics::bleu().tolerance(40.0, 45, fine) == Approx(200.0 / 45));
  CHECK(metrics::perplexity().tolerance(20.0, 100, fine) == Approx(0.002));
  CHECK(metrics::bits_per_byte().tolerance(1.5, 100, fine) == Approx(0.00015));
  const Rounding coarse{.turned = 5.0, .relative = 0.005};
  CHECK(metrics::accuracy().tolerance(0.5, 40, coarse) == 5.0 / 40);
  CHECK(metrics::perplexity().tolerance(20.0, 100, coarse) == Approx(0.1));
}

TEST_CASE("a value that is not finite fails whatever the rule") {
  for (const bool random : {true, false}) {
    const auto made = random ? quiz(10, 1) : exact_quiz(10);
    const auto baseline = baseline_of({random ? quiz(10, 0) : exact_quiz(10)});
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

TEST_CASE("documents are found by what they are") {
  const auto baseline = baseline_of({exact_quiz(10)});
  auto run = made_run(exact_quiz(10));
  std::reverse(run.tasks[0].samples.begin(), run.tasks[0].samples.end());
  auto& values = run.tasks[0].metrics[0].values;
  std::reverse(values.begin(), values.end());
  CHECK(passed(judge(baseline, as_stored(run))));
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

TEST_CASE("metrics of the any-order likelihood are judged where the baseline has them") {
  const auto with_any_order = [](std::uint64_t seed) {
    auto run = made_run(quiz(10, seed));
    auto metric = run.tasks[0].metrics[0];
    metric.info.filter = kAnyOrderFilter;
    run.tasks[0].metrics.push_back(metric);
    return run;
  };
  // A baseline of an older version knows nothing of them.
  const auto older = spread_baseline();
  CHECK(judge(older, as_stored(with_any_order(9))).metrics.size() == 1);
  const std::vector<Facts> repeats = {as_stored(with_any_order(1), "1"),
                                      as_stored(with_any_order(2), "2")};
  const auto baseline = make_baseline(repeats);
  CHECK(baseline.tasks.at(0).metrics.size() == 2);
  CHECK(judge(baseline, as_stored(with_any_order(9))).metrics.size() == 2);
  CHECK(contains(gate_error(baseline, made_run(quiz(10, 9))),
                 "wanted the baseline's acc,any_order, which the run has not"));
  // Repeats of which one alone has it.
  const std::vector<Facts> mixed = {as_stored(with_any_order(1), "1"),
                                    as_stored(made_run(quiz(10, 2)), "2")};
  CHECK(make_baseline(mixed).tasks.at(0).metrics.size() == 1);
}

}  // namespace smdm
