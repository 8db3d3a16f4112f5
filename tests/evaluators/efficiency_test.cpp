// What makes estimators and races cheap, each by itself: leaving it out breaks no promise of an
// unbiased value, so only a test of the spread can see it. Bounds are generous; the exact figures
// are pinned by estimator_errors_test.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <vector>

#include "evaluators/racing/race.hpp"
#include "evaluators/subsets/folds.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/loss_table.hpp"
#include "tests/support/real_losses.hpp"

namespace smdm {
namespace {

using test::LossTable;

/// The loss of a token in nats where `hidden` is.
using LossOf = std::function<double(std::size_t token, const std::vector<bool>& hidden)>;

LossTable made_table(std::size_t length, const LossOf& loss_of) {
  std::vector<RowLosses> rows(1);
  for (const auto& subset : all_subsets(length)) {
    std::vector<bool> hidden(length);
    for (const auto i : subset) hidden[i] = true;
    auto& losses = rows.emplace_back();
    losses.reserve(subset.size());
    for (const auto i : subset) losses.push_back(loss_of(i, hidden));
  }
  return {rows, rows};
}

/// Mean squared errors of folds with and without their control variates, over many seeds.
struct Spread {
  double controlled = 0.0;
  double plain = 0.0;

  /// Of root mean squares.
  [[nodiscard]] double ratio() const { return std::sqrt(controlled / plain); }
};

Spread spread_of(const LossTable& table, std::size_t folds, std::size_t rows, std::uint64_t seeds) {
  const std::vector<std::int64_t> content = {2, 7, 1};
  Spread spread;
  const auto exact = table.exact();
  for (std::uint64_t seed = 0; seed < seeds; ++seed) {
    BalancedFolds grown(table.length(), FoldDraws(seed, content, FoldPurpose::estimate));
    std::vector<RowLosses> losses;
    for (std::size_t fold = 0; fold < folds; ++fold) {
      for (const auto& hidden : grown.grow(fold, rows))
        losses.push_back(table.losses({.hidden = hidden}));
    }
    grown.take(losses);
    const auto controlled = mean_of(grown.estimates()).value - exact;
    const auto plain = mean_of(grown.plain_estimates()).value - exact;
    spread.controlled += controlled * controlled;
    spread.plain += plain * plain;
  }
  return spread;
}

TEST_CASE("tokens that differ in their losses leave little error") {
  const auto table = made_table(9, [](std::size_t token, const std::vector<bool>&) {
    return token % 3 == 0 ? 9.0 : static_cast<double>(token) / 3.0;
  });
  const auto spread = spread_of(table, 4, 8, 500);
  INFO(spread.ratio());
  CHECK(spread.ratio() < 0.3);
}

TEST_CASE("losses that depend on whether the neighbours are hidden leave little error") {
  const auto left = [](std::size_t token, const std::vector<bool>& hidden) {
    return token > 0 && hidden[token - 1] ? 8.0 : 1.0;
  };
  const auto right = [](std::size_t token, const std::vector<bool>& hidden) {
    return token + 1 < hidden.size() && hidden[token + 1] ? 8.0 : 1.0;
  };
  for (const LossOf& loss : {LossOf(left), LossOf(right)}) {
    const auto spread = spread_of(made_table(9, loss), 4, 8, 500);
    INFO(spread.ratio());
    CHECK(spread.ratio() < 0.3);
  }
}

TEST_CASE("losses that grow with the share of hidden tokens leave little error") {
  const auto table = made_table(9, [](std::size_t, const std::vector<bool>& hidden) {
    return 4.0 + 2.0 * std::log(static_cast<double>(std::ranges::count(hidden, true)));
  });
  const auto spread = spread_of(table, 4, 8, 500);
  INFO(spread.ratio());
  CHECK(spread.ratio() < 0.3);
}

TEST_CASE("control variates are worth their price on real losses") {
  Spread all;
  for (const auto& question : test::real_questions()) {
    for (const auto& table : question.tables) {
      const auto spread = spread_of(table, 4, 8, 100);
      all.controlled += spread.controlled;
      all.plain += spread.plain;
    }
  }
  INFO(all.ratio());
  CHECK(all.ratio() < 0.32);
}

TEST_CASE("what two choices have in common does not hold their race up") {
  // Losses vary much, and alike; one choice costs a little more everywhere.
  const auto real = test::real_questions();
  double rows = 0.0;
  for (const auto& question : real) {
    const auto& table = question.tables.back();
    std::vector<RowLosses> dearer(1);
    for (const auto& subset : all_subsets(table.length())) {
      dearer.push_back(table.losses({.hidden = subset}));
      for (auto& loss : dearer.back()) loss += 0.05;
    }
    const std::vector<LossTable> tables = {table, {dearer, dearer}};
    const std::vector<TokenRequest> requests(2, question.requests.back());
    RaceOutcome outcome;
    const auto plan =
        racing_plan({.requests = requests, .divisors = {{1.0, 1.0}}},
                    {.prompt_reuse = PromptReuse::off}, balanced_draws(1, requests.front().context),
                    [&](const RaceOutcome& value) { outcome = value; });
    static_cast<void>(test::run(tables, *plan));
    CHECK(outcome.left[0][0]);
    rows += static_cast<double>(outcome.rows) / 2.0;
  }
  INFO(rows / static_cast<double>(real.size()));
  CHECK(rows / static_cast<double>(real.size()) < 40.0);
}

}  // namespace
}  // namespace smdm
