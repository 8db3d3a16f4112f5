// Ranking scores beside likelihoods, and beside scores of other names: compared by nothing, and
// ranked in orders of their own.
#include "results/compare/scores.hpp"

#include "results/compare/comparison.hpp"
#include "results/compare/gate.hpp"
#include "results/export/leaderboard_entry.hpp"
#include "results/export/leaderboard_schema.hpp"
#include "results/export/ranks.hpp"
#include "tests/results/gate_runs.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

using test::as_stored;
using test::contains;
using test::made_run;
using test::MadeRun;

MadeRun run_of(const std::string& estimator, Bound bound, std::uint64_t seed) {
  auto run = test::quiz(10, seed);
  run.tasks[0].bound = bound;
  run.tasks[0].settings = {{"estimator", estimator}, {"cfg", 0.0}};
  return run;
}

MadeRun scores(const std::string& name, std::uint64_t seed = 0) {
  return run_of(name, Bound::score, seed);
}

std::string refusal(const MadeRun& a, const MadeRun& b) {
  return test::error_text<ErrorKind::results>(
      [&] { return compare_runs(as_stored(made_run(a)), as_stored(made_run(b))).tasks.size(); });
}

std::string gate_refusal(const MadeRun& baseline, const MadeRun& run) {
  return test::error_text<ErrorKind::results>([&] {
    return judge(test::baseline_of({baseline}), as_stored(made_run(run))).metrics.size();
  });
}

Json entry_of(const MadeRun& made) {
  const test::TemporaryFolder folder;
  const auto run = read_facts(test::store(made_run(made), folder.path()));
  CHECK(run.tasks.at(0).bounds == std::vector{made.tasks.at(0).bound});
  return leaderboard_entries(run, folder.path()).at(0);
}

}  // namespace

TEST_CASE("scores are compared with the same score and nothing else") {
  const auto bound = run_of("exact", Bound::lower, 1);
  CHECK(contains(refusal(scores("pll"), bound),
                 "compare: quiz: ranking scores are no likelihoods, and compare with nothing but "
                 "themselves: wanted the same score in both, got ranking scores (pll) and no "
                 "ranking scores (exact)"));
  CHECK(contains(refusal(bound, scores("pll")), "got no ranking scores (exact) and ranking"));
  CHECK(contains(refusal(scores("pll"), scores("one-step", 1)),
                 "got ranking scores (pll) and ranking scores (one-step)"));
  CHECK(contains(refusal(scores("in-view"), run_of("chain-rule", Bound::chain_rule, 1)),
                 "chain-rule"));
  CHECK(refusal(scores("pll"), scores("pll", 1)).empty());
  CHECK(refusal(bound, run_of("chain-rule", Bound::chain_rule, 0)).empty());
}

TEST_CASE("a gate judges no scores by likelihoods, and none by another score") {
  const auto bound = run_of("exact", Bound::lower, 1);
  CHECK(contains(gate_refusal(bound, scores("pll")),
                 "gate: quiz: ranking scores are no likelihoods"));
  CHECK(contains(gate_refusal(scores("pll"), bound), "gate: quiz: ranking scores"));
  CHECK(contains(gate_refusal(scores("pll"), scores("first-token", 1)), "(first-token)"));
  CHECK(gate_refusal(scores("pll"), scores("pll", 1)).empty());
}

TEST_CASE("a leaderboard names scores and ranks each by itself") {
  const auto pll = entry_of(scores("pll"));
  CHECK(pll.at("bound") == "score");
  CHECK(pll.at("estimator") == "pll");
  CHECK_FALSE(entry_schema().fault_of(pll));
  CHECK(order_of(pll) == order_of(entry_of(scores("pll", 1))));
  CHECK(order_of(pll) != order_of(entry_of(scores("one-step"))));
  CHECK(order_of(pll) != order_of(entry_of(run_of("exact", Bound::lower, 0))));
}

}  // namespace smdm
