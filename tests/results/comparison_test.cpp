// Two stored runs against each other: pairing, refusals, warnings, reports.
#include "results/compare/comparison.hpp"

#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "base/metrics/perplexity.hpp"
#include "results/compare/comparison_report.hpp"
#include "tests/results/made_runs.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"

namespace smdm {
namespace {

using test::as_stored;
using test::contains;
using test::made_run;
using test::MadeRun;

const std::vector<double> kBefore = {1, 1, 1, 0, 0, 1, 1, 0, 1, 1};
const std::vector<double> kAfter = {1, 0, 1, 1, 0, 1, 1, 0, 1, 0};

RunRecord run_of(const std::vector<double>& verdicts, std::uint64_t seed) {
  return made_run({.tasks = {{.verdicts = verdicts}}, .seed = seed});
}

std::string error_of(const RunRecord& a, const RunRecord& b) {
  return test::error_text<ErrorKind::results>(
      [&] { return compare_runs(as_stored(a, "A"), as_stored(b, "B")); });
}

/// The run with its documents in another order, values with them.
RunRecord reversed(RunRecord run) {
  for (TaskRecord& task : run.tasks) {
    std::reverse(task.samples.begin(), task.samples.end());
    for (MetricRecord& metric : task.metrics)
      std::reverse(metric.values.begin(), metric.values.end());
  }
  return run;
}

/// Gives documents verdicts by the any-order likelihood; a task of which all have one has the
/// metric, too.
void give_any_order(RunRecord& run, const std::vector<double>& verdicts) {
  TaskRecord& task = run.tasks.at(0);
  for (std::size_t i = 0; i < verdicts.size(); ++i)
    task.samples[i].extra[kAnyOrderValues] = {{"acc", verdicts[i]}};
  if (verdicts.size() < task.samples.size()) return;
  auto info = task.metrics.at(0).info;
  info.filter = kAnyOrderFilter;
  task.metrics.push_back({.info = info, .values = verdicts});
}

RunRecord exact_run(const std::vector<double>& verdicts) {
  return made_run({.tasks = {{.verdicts = verdicts, .bound = Bound::exact}}, .seed = 1});
}

}  // namespace

TEST_CASE("documents are paired by what they are, not by where they stand") {
  const auto a = as_stored(run_of(kBefore, 0), "A");
  const auto b = as_stored(run_of(kAfter, 1), "B");
  const auto turned = as_stored(reversed(run_of(kAfter, 1)), "B");
  const auto straight = compare_runs(a, b);
  const auto paired = compare_runs(a, turned);
  const auto& difference = paired.tasks.at(0).metrics.at(0).difference.value();
  CHECK(difference.risen == 1);
  CHECK(difference.fallen == 2);
  CHECK(difference.difference == Approx(-0.1));
  CHECK(comparison_json(paired).at("tasks") == comparison_json(straight).at("tasks"));
}

TEST_CASE("permutation tests do not depend on the order of the documents, to the last bit") {
  MadeRun made{.tasks = {{.verdicts = kBefore, .scores = {1, .5, .25, 1, .2, 1, .5, .3, 1, .7}}}};
  const auto a = made_run(made);
  made.seed = 1;
  made.tasks[0].scores = {.5, .5, .5, 1, .25, 1, 1, .1, .9, .7};
  const auto b = made_run(made);
  const auto straight = compare_runs(as_stored(a), as_stored(b));
  const auto turned = compare_runs(as_stored(reversed(a)), as_stored(reversed(b)));
  CHECK(straight.tasks[0].metrics[1].difference->test == PairedTest::permutation);
  CHECK(straight.tasks[0].metrics[1].difference->p_value ==
        turned.tasks[0].metrics[1].difference->p_value);
  CHECK(straight.tasks[0].metrics[1].difference->interval->low ==
        turned.tasks[0].metrics[1].difference->interval->low);
}

TEST_CASE("p-values are corrected over all tasks and metrics") {
  std::vector<double> all(20, 1.0);
  std::vector<double> fewer = all;
  for (std::size_t i = 0; i < 8; ++i) fewer[i] = 0.0;
  const auto three = [&](const std::vector<double>& of_one, std::uint64_t seed) {
    return made_run({.tasks = {{.name = "a", .verdicts = of_one},
                               {.name = "b", .verdicts = all},
                               {.name = "c", .verdicts = all}},
                     .seed = seed});
  };
  const auto comparison =
      compare_runs(as_stored(three(all, 0), "A"), as_stored(three(fewer, 1), "B"));
  const auto& first = comparison.tasks.at(0).metrics.at(0);
  CHECK(first.difference->p_value == Approx(2.0 / 256));
  CHECK(*first.corrected == Approx(3.0 * 2.0 / 256));
  CHECK(verdict(first) == "worse");
  CHECK(verdict(comparison.tasks[1].metrics[0]) == "unclear");
  CHECK(*comparison.tasks[1].metrics[0].corrected == 1.0);
}

TEST_CASE("a family of many metrics draws enough for their correction") {
  MadeRun made{.tasks = {}};
  for (int i = 0; i < 30; ++i) {
    made.tasks.push_back({.name = "quiz" + std::to_string(i),
                          .verdicts = std::vector<double>(12, 1.0),
                          .scores = std::vector<double>(12, 0.5)});
  }
  const auto a = as_stored(made_run(made));
  made.seed = 1;
  for (double& score : made.tasks[7].scores) score = 0.25;
  const auto b = as_stored(made_run(made));
  const auto comparison = compare_runs(a, b);
  CHECK(comparison.permutations == 60000);
  CHECK(comparison_json(comparison).at("permutations") == 60000);
  const auto found = std::ranges::find_if(
      comparison.tasks, [](const auto& task) { return task.a->record.name == "quiz7"; });
  // Two of 4096 exchanges are as far from 0; p is a whole number of 60001ths.
  const double p = found->metrics.at(1).difference->p_value;
  CHECK(p == Approx(2.0 / 4096).epsilon(0.5));
  CHECK(p * 60001.0 == Approx(std::round(p * 60001.0)).margin(1e-6));
  // Tasks of one run alone are not of the family.
  made.tasks.resize(1);
  made.tasks[0].scores[3] = 0.125;
  CHECK(compare_runs(a, as_stored(made_run(made))).permutations == 10000);
}

TEST_CASE("scores that differ nowhere have no interval, and the table says why") {
  MadeRun made{.tasks = {{.verdicts = kBefore, .scores = {1, .5, .25, 1, .2, 1, .5, .3, 1, .7}}}};
  const auto a = as_stored(made_run(made));
  made.seed = 1;
  const auto b = as_stored(made_run(made));
  const auto same = compare_runs(a, b);
  CHECK(contains(comparison_text(same), "N/A: no document differs"));
  const auto metric = comparison_json(same).at("tasks").at(0).at("metrics").at(1);
  CHECK(metric.at("interval").is_null());
  CHECK(metric.at("no_interval") == "no document differs");
  CHECK(comparison_json(same).at("tasks").at(0).at("metrics").at(0).at("no_interval").is_null());
}

TEST_CASE("what cannot be compared is refused") {
  const auto a = run_of(kBefore, 0);
  auto b = run_of(kAfter, 1);
  SECTION("the same run twice") {
    CHECK(contains(error_of(a, a), "wanted different runs, got the same one twice: A/"));
  }
  SECTION("other documents") {
    b.tasks[0].samples[3].doc["question"] = "another";
    CHECK(contains(error_of(a, b),
                   "quiz: wanted the same documents in both runs, got 10 and 10, 9 of them"));
  }
  SECTION("fewer documents") {
    b = run_of({1, 0, 1}, 1);
    CHECK(contains(error_of(a, b), "got 10 and 3, 3 of them in both"));
  }
  SECTION("a document that one run has twice") {
    b.tasks[0].samples[3] = b.tasks[0].samples[2];
    CHECK(contains(error_of(a, b), "got 10 and 10, 9 of them in both"));
  }
  SECTION("another prompt") {
    std::get<std::vector<ChoiceRecord>>(b.tasks[0].samples[3].outcome)[0].request.context = "Q:";
    CHECK(contains(error_of(a, b), "quiz: wanted the same prompts in both runs"));
  }
  SECTION("another choice") {
    std::get<std::vector<ChoiceRecord>>(b.tasks[0].samples[3].outcome)[1].request.continuation =
        " nay";
    CHECK(contains(error_of(a, b), "quiz: wanted the same prompts in both runs"));
  }
  SECTION("another target") {
    b.tasks[0].samples[3].target = std::string("1");
    CHECK(contains(error_of(a, b), "quiz: wanted the same prompts in both runs"));
  }
  SECTION("another version") {
    b.tasks[0].version = 2.0;
    CHECK(contains(error_of(a, b), "same version of the task in both runs, got 1.0 and 2.0"));
  }
  SECTION("another metric") {
    b.tasks[0].metrics[0].info.higher_is_better = false;
    CHECK(contains(error_of(a, b), "wanted the same metrics in both runs, got acc,none:mean+"));
  }
  SECTION("no common task") {
    b.tasks[0].name = "test";
    CHECK(contains(error_of(a, b), "wanted a task that both runs have"));
  }
}

TEST_CASE("tasks of one run alone are named") {
  MadeRun made{.tasks = {{.verdicts = kBefore}, {.name = "more", .verdicts = kBefore}}};
  const auto both = made_run(made);
  const auto comparison = compare_runs(as_stored(both), as_stored(run_of(kAfter, 1)));
  CHECK(comparison.tasks.size() == 1);
  CHECK(comparison.only_a == std::vector<std::string>{"more"});
  CHECK(comparison.only_b.empty());
}

TEST_CASE("other settings are warned of, and a bound against an exact value") {
  MadeRun made{.tasks = {{.verdicts = kBefore}, {.name = "more", .verdicts = kBefore}}};
  const auto a = made_run(made);
  made.seed = 1;
  for (auto& task : made.tasks) {
    task.bound = Bound::exact;
    task.settings = {{"estimator", "exact"}, {"cfg", 0.5}};
  }
  const auto warnings = compare_runs(as_stored(a), as_stored(made_run(made))).warnings;
  REQUIRE(warnings.size() == 4);
  CHECK(warnings[0] == "estimator: mc against exact (more, quiz)");
  CHECK(warnings[1] == "mc_samples: 8 against none (more, quiz)");
  CHECK(warnings[2] == "cfg: 0.0 against 0.5 (more, quiz)");
  CHECK(contains(warnings[3], "likelihoods: lower bounds against exact values"));
  CHECK(compare_runs(as_stored(a), as_stored(run_of(kAfter, 3))).warnings.empty());
}

TEST_CASE("settings of newer files are compared whole, with older files by the older keys") {
  const auto with = [](const Json& novel, const std::vector<double>& verdicts, std::uint64_t seed) {
    auto run = run_of(verdicts, seed);
    run.tasks[0].extra["settings"] = {{"estimator", "mc"}, {"novel", novel}, {"seed", seed}};
    return as_stored(run);
  };
  const auto a = with(1, kBefore, 0);
  const auto b = with("two", kAfter, 1);
  CHECK(compare_runs(a, b).warnings == std::vector<std::string>{"novel: 1 against two (quiz)"});
  const auto older = as_stored(run_of(kAfter, 1));
  CHECK(compare_runs(a, older).warnings.empty());
  const auto json = comparison_json(compare_runs(a, older)).at("tasks").at(0);
  CHECK(json.at("settings_a") == Json({{"estimator", "mc"}, {"novel", 1}}));
  CHECK(json.at("settings_b").at("mc_samples") == 8);
}

TEST_CASE("the Monte Carlo part stands beside the interval") {
  auto a = as_stored(run_of(kBefore, 0));
  auto b = as_stored(run_of(kAfter, 1));
  CHECK_FALSE(compare_runs(a, b).tasks[0].metrics[0].monte_carlo_error.has_value());
  a.tasks[0].scores[0].monte_carlo_error = 0.03;
  b.tasks[0].scores[0].monte_carlo_error = 0.04;
  const auto metric = compare_runs(a, b).tasks[0].metrics[0];
  CHECK(*metric.monte_carlo_error == Approx(0.05));
  const auto without = compare_runs(as_stored(run_of(kBefore, 0)), as_stored(run_of(kAfter, 1)));
  CHECK(metric.difference->interval->low ==
        without.tasks[0].metrics[0].difference->interval->low);  // nothing is added
}

TEST_CASE("one seed for both runs, and other rotary tables, are warned of") {
  auto a = as_stored(run_of(kBefore, 3), "A");
  auto b = as_stored(run_of(kAfter, 3), "B");
  CHECK(compare_runs(a, b).warnings.empty());
  a.tasks[0].scores[0].monte_carlo_error = 0.03;
  CHECK(compare_runs(a, b).warnings.empty());  // an exact run has no draws to share
  b.tasks[0].scores[0].monte_carlo_error = 0.04;
  const auto warnings = compare_runs(a, b).warnings;
  REQUIRE(warnings.size() == 1);
  CHECK(contains(warnings[0], "seed: 3 in both runs"));
  CHECK(contains(warnings[0], "(quiz)"));
  auto other = run_of(kAfter, 4);
  other.smdm_eval["model"]["rope_tables"] = "f32";
  const auto rounded = compare_runs(a, as_stored(other, "B")).warnings;
  REQUIRE(rounded.size() == 1);
  CHECK(contains(rounded[0], "rope_tables: unknown against f32"));
}

TEST_CASE("other masks and other shifts are warned of, where both runs say theirs") {
  const auto with = [](const Json& more, std::uint64_t seed) {
    auto run = run_of(seed == 3 ? kBefore : kAfter, seed);
    run.smdm_eval["model"].update(more);
    return as_stored(run, std::to_string(seed));
  };
  const Json dream = {{"family", "dream"}, {"mask_id", 5}, {"shifted", true}};
  const Json plain = {{"family", "a2d-llama"}, {"mask_id", 7}, {"shifted", false}};
  CHECK(compare_runs(with(dream, 3), with(dream, 4)).warnings.empty());
  const auto warnings = compare_runs(with(dream, 3), with(plain, 4)).warnings;
  REQUIRE(warnings.size() == 2);
  CHECK(contains(warnings[0], "mask_id: 5 against 7"));
  CHECK(contains(warnings[1], "shift: on against off"));
  // An autoregressive model, and a file of an older version.
  CHECK(compare_runs(with(dream, 3), with({{"family", "llama"}}, 4)).warnings.empty());
  CHECK(compare_runs(with(Json::object(), 3), with(plain, 4)).warnings.empty());
}

TEST_CASE("a perplexity that overflows is not compared") {
  MadeRun made{.tasks = {{.verdicts = kBefore}}};
  const auto with_perplexity = [&](std::uint64_t seed, double nats) {
    made.seed = seed;
    auto run = made_run(made);
    run.tasks[0].metrics.push_back(
        {.info = metrics::perplexity(), .values = std::vector<double>(10, nats)});
    return run;
  };
  const auto comparison =
      compare_runs(as_stored(with_perplexity(0, -1.0)), as_stored(with_perplexity(1, -1000.0)));
  CHECK_FALSE(comparison.tasks[0].metrics[1].difference.has_value());
  CHECK(verdict(comparison.tasks[0].metrics[1]) == "unclear");
}

TEST_CASE("documents that changed side") {
  const auto a = as_stored(run_of(kBefore, 0));
  const auto b = as_stored(reversed(run_of(kAfter, 1)));
  const auto lines = changed_documents(compare_runs(a, b));
  REQUIRE(lines.size() == 3);
  CHECK(lines[0].at("doc").at("question") == "q1");
  CHECK(lines[0].at("change") == "worse");
  CHECK(lines[0].at("a") == 1.0);
  CHECK(lines[0].at("b") == 0.0);
  CHECK(lines[0].at("doc_id_a") == 1);
  CHECK(lines[0].at("metric") == "acc,none");
  CHECK(lines[0].at("answer_a").at("nats").size() == 2);
  CHECK(lines[1].at("doc").at("question") == "q3");
  CHECK(lines[1].at("change") == "better");
  CHECK(lines[2].at("doc").at("question") == "q9");
}

TEST_CASE("a value that is not finite is no reason to compare nothing") {
  MadeRun made{.tasks = {{.verdicts = kBefore, .scores = std::vector<double>(10, 0.5)}}};
  const auto a = as_stored(made_run(made));
  made.seed = 1;
  auto broken = made_run(made);
  broken.tasks[0].metrics[1].values[2] = std::nan("");
  const auto b = as_stored(broken);
  const auto comparison = compare_runs(a, b);
  CHECK(comparison.tasks[0].metrics[0].difference.has_value());
  CHECK_FALSE(comparison.tasks[0].metrics[1].difference.has_value());
  CHECK(verdict(comparison.tasks[0].metrics[1]) == "unclear");
  CHECK(contains(comparison_text(comparison), "not finite"));
  CHECK(comparison_json(comparison).at("tasks").at(0).at("metrics").at(1).at("b").is_null());
}

TEST_CASE("the report") {
  const auto before = as_stored(run_of(kBefore, 0), "before");
  const auto after = as_stored(run_of(kAfter, 1), "after");
  const auto comparison = compare_runs(before, after);
  const auto text = comparison_text(comparison);
  CHECK(contains(text, "A: before (models/x, seed 0)"));
  CHECK(contains(text, "B: after (models/x, seed 1)"));
  CHECK(contains(text, "+1 -2"));
  CHECK(contains(text, "-0.1000"));
  CHECK(contains(text, "unclear"));
  const auto json = comparison_json(comparison);
  CHECK(json.at("schema") == 1);
  const auto& metric = json.at("tasks").at(0).at("metrics").at(0);
  CHECK(metric.at("documents") == 10);
  CHECK(metric.at("test") == "mcnemar");
  CHECK(metric.at("p") == Approx(1.0));
  CHECK(metric.at("interval").size() == 2);
  const auto again = as_stored(run_of(kBefore, 1), "again");
  const auto same = compare_runs(before, again);
  CHECK(contains(comparison_text(same), "not estimable"));
  CHECK(comparison_json(same).at("tasks").at(0).at("metrics").at(0).at("detectable").is_null());
}

TEST_CASE("changed documents of a metric where lower is better") {
  auto run = run_of(kBefore, 0);
  run.tasks[0].metrics[0].info.higher_is_better = false;
  const auto a = as_stored(run);
  run = run_of(kAfter, 1);
  run.tasks[0].metrics[0].info.higher_is_better = false;
  const auto b = as_stored(run);
  const auto comparison = compare_runs(a, b);
  CHECK(changed_documents(comparison).at(0).at("change") == "better");
  CHECK(contains(comparison_text(comparison), "+2 -1"));
}

TEST_CASE("names of runs and models are shown as they are written, whatever is in them") {
  auto run = run_of(kBefore, 0);
  run.model.name = "x\x1b[2J";
  const auto before = as_stored(run, "be\nfore");
  const auto after = as_stored(run_of(kAfter, 1), "\u202eafter");
  const auto comparison = compare_runs(before, after);
  const auto text = comparison_text(comparison);
  CHECK(contains(text, "A: be\\nfore (x\\x1b[2J, seed 0)\n"));
  CHECK(contains(text, "B: \\u202eafter ("));
  CHECK(comparison_json(comparison).at("a").at("run") == "be\nfore");
}

TEST_CASE("an any-order likelihood is compared with an exact one beside the bound") {
  auto diffusion = run_of(kBefore, 0);
  give_any_order(diffusion, {1, 1, 1, 1, 1, 1, 1, 0, 1, 1});
  const auto a = as_stored(diffusion, "A");
  const auto b = as_stored(exact_run(kAfter), "B");
  const auto comparison = compare_runs(a, b);
  const auto& metrics = comparison.tasks.at(0).metrics;
  REQUIRE(metrics.size() == 2);
  CHECK(metrics[0].info.filter == "none");
  CHECK(metrics[0].difference->a == Approx(0.7));
  CHECK(metrics[0].difference->b == Approx(0.6));
  CHECK(metrics[1].info.filter == "any_order");
  CHECK(metrics[1].difference->a == Approx(0.9));
  CHECK(metrics[1].difference->b == Approx(0.6));
  CHECK(metrics[1].difference->documents == 10);
  CHECK(metrics[1].monte_carlo_error == 0.0);
  CHECK(contains(comparison_text(comparison), "acc,any_order"));
  CHECK(contains(comparison_text(comparison), "Rows any_order compare likelihoods"));
  // The other way round, too.
  const auto turned = compare_runs(b, a);
  CHECK(turned.tasks.at(0).metrics.at(1).difference->difference == Approx(0.3));
}

TEST_CASE("likelihoods are compared on the documents where both runs have one") {
  auto some = run_of(kBefore, 0);
  give_any_order(some, {0, 0, 0, 0});  // of the first four
  const auto a = as_stored(some, "A");
  const auto b = as_stored(exact_run(kAfter), "B");
  const auto comparison = compare_runs(a, b);
  const auto& metric = comparison.tasks.at(0).metrics.at(1);
  CHECK(metric.difference->documents == 4);
  CHECK(metric.difference->a == 0.0);
  CHECK(metric.difference->b == Approx(0.75));
  CHECK(comparison.tasks.at(0).metrics.at(0).difference->documents == 10);
  std::size_t by_likelihood = 0;
  for (const Json& line : changed_documents(comparison))
    by_likelihood += line.at("metric") == "acc,any_order" ? 1 : 0;
  CHECK(by_likelihood == 3);
  // Two runs of which one says nothing of it, or neither: bounds alone.
  const auto bounds = as_stored(run_of(kAfter, 1), "B");
  CHECK(compare_runs(a, bounds).tasks.at(0).metrics.size() == 1);
  const auto other = as_stored(
      made_run({.tasks = {{.verdicts = kBefore, .bound = Bound::exact}}, .seed = 2}), "C");
  const auto both_exact = compare_runs(b, other);
  CHECK(both_exact.tasks.at(0).metrics.size() == 1);
  CHECK_FALSE(contains(comparison_text(both_exact), "Rows any_order"));
}

TEST_CASE(
    "likelihoods of documents in clusters are compared over the clusters of those there are") {
  const std::vector<std::string> people = {"a", "a", "b", "b", "c", "c", "d", "d", "e", "e"};
  auto some = made_run({.tasks = {{.verdicts = kBefore, .people = people}}});
  give_any_order(some, {1, 1, 1, 1, 0, 0});
  const auto a = as_stored(some, "A");
  const auto b =
      as_stored(made_run({.tasks = {{.verdicts = kAfter, .bound = Bound::exact, .people = people}},
                          .seed = 1}),
                "B");
  const auto comparison = compare_runs(a, b);
  CHECK(comparison.tasks.at(0).metrics.at(1).difference->documents == 6);
  CHECK(comparison.tasks.at(0).metrics.at(1).difference->clusters == 3);
  CHECK(comparison.tasks.at(0).metrics.at(0).difference->clusters == 5);
}

}  // namespace smdm
