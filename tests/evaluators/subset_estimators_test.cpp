#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "evaluators/subsets/estimators.hpp"
#include "evaluators/subsets/folds.hpp"
#include "evaluators/subsets/target.hpp"
#include "tests/evaluators/made_estimators.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/exact_elbo.hpp"
#include "tests/support/loss_table.hpp"

namespace smdm {
namespace {

using test::FakeModel;
using test::kContent;
using test::kPrompt;
using test::LossTable;
using test::make_balanced;
using test::make_fixed_count;
using test::make_reusing;

using Make = std::function<std::unique_ptr<SubsetEstimator>(
    std::uint64_t seed, std::size_t length, std::int64_t rows)>;

/// Many runs of an estimator against the exact value.
struct Runs {
  std::int64_t count = 0;
  double error = 0.0;           ///< sum over runs
  double squares = 0.0;         ///< likewise, of squared errors
  double reported = 0.0;        ///< likewise, of squared reported errors
  std::int64_t unreported = 0;  ///< runs without an error

  [[nodiscard]] double mean() const { return error / static_cast<double>(count); }
  [[nodiscard]] double standard_error() const {
    const auto n = static_cast<double>(count);
    return std::sqrt((squares / n - mean() * mean()) / (n - 1.0));
  }
  [[nodiscard]] double calibration() const { return std::sqrt(squares / reported); }
};

Runs run_many(const LossTable& table, const Make& make, std::int64_t rows, std::int64_t draws) {
  Runs runs;
  const auto exact = table.exact();
  for (std::int64_t seed = 0; seed < draws; ++seed) {
    const auto estimator = make(static_cast<std::uint64_t>(seed), table.length(), rows);
    const auto estimate = table.run(*estimator);
    runs.count += 1;
    runs.error += estimate.loss - exact;
    runs.squares += (estimate.loss - exact) * (estimate.loss - exact);
    if (estimate.standard_error) {
      runs.reported += *estimate.standard_error * *estimate.standard_error;
    } else {
      runs.unreported += 1;
    }
  }
  return runs;
}

/// Means within 4 standard errors of the exact values of both fakes.
void check_unbiased(const Make& make, std::int64_t draws) {
  const FakeModel mild(test::fake_masked_diffusion(), test::mild_logits());
  const FakeModel strong(test::fake_masked_diffusion(), test::strong_logits());
  for (const auto* model : {&mild, &strong}) {
    for (std::size_t length = 1; length <= 8; ++length) {
      const auto& other = model == &mild ? strong : mild;  // a frozen prompt that is quite wrong
      const LossTable table(*model, test::made_request(3, length), other);
      for (const std::int64_t rows : {4, 8, 32}) {
        const auto runs = run_many(table, make, rows, draws);
        INFO((model == &mild ? "mild" : "strong")
             << ", length " << length << ", rows " << rows << ": mean error " << runs.mean()
             << " +- " << runs.standard_error());
        constexpr double kRounding = 1e-9;
        CHECK(std::abs(runs.mean()) <= 4.0 * runs.standard_error() + kRounding);
      }
    }
  }
}

/// True errors over reported ones.
void check_calibrated(const Make& make, std::int64_t draws) {
  const FakeModel mild(test::fake_masked_diffusion(), test::mild_logits());
  const FakeModel strong(test::fake_masked_diffusion(), test::strong_logits());
  for (const auto* model : {&mild, &strong}) {
    for (const std::size_t length : {6U, 7U, 8U}) {
      const LossTable table(*model, test::made_request(3, length), *model);
      for (const std::int64_t rows : {32, 48, 62, 128, 254}) {
        if (rows >= subset_count(length)) continue;
        const auto runs = run_many(table, make, rows, draws);
        INFO((model == &mild ? "mild" : "strong")
             << ", length " << length << ", rows " << rows << ": " << runs.calibration());
        CHECK(runs.unreported == 0);
        CHECK(runs.calibration() > 0.9);
        CHECK(runs.calibration() < 1.1);
      }
    }
  }
}

constexpr std::int64_t kDraws = 10000;
constexpr std::int64_t kManyDraws = 100000;

TEST_CASE("fixed-count is unbiased") {
  check_unbiased(make_fixed_count, kDraws);
}
TEST_CASE("balanced is unbiased") {
  check_unbiased(make_balanced, kDraws);
}
TEST_CASE("balanced over a frozen prompt is unbiased however wrong the prompt is") {
  check_unbiased(make_reusing, kDraws);
}
TEST_CASE("unbiased over many draws", "[.long]") {
  check_unbiased(make_fixed_count, kManyDraws);
  check_unbiased(make_balanced, kManyDraws);
  check_unbiased(make_reusing, kManyDraws);
}

TEST_CASE("reported errors are true errors from 32 rows on") {
  constexpr std::int64_t kFewer = 2000;
  check_calibrated(make_fixed_count, kFewer);
  check_calibrated(make_balanced, kFewer);
}
TEST_CASE("reported errors over many draws", "[.long]") {
  check_calibrated(make_fixed_count, kManyDraws);
  check_calibrated(make_balanced, kManyDraws);
}

TEST_CASE("a frozen prompt's error is reported with that of its correction") {
  const FakeModel mild(test::fake_masked_diffusion(), test::mild_logits());
  const FakeModel strong(test::fake_masked_diffusion(), test::strong_logits());
  const LossTable table(mild, test::made_request(3, 8), strong);
  const LossTable shorter(mild, test::made_request(3, 6), strong);
  for (const auto& [tabled, rows] : {std::pair(&table, 64), std::pair(&shorter, 32)}) {
    const auto runs = run_many(*tabled, make_reusing, rows, 4000);
    INFO(tabled->length() << " tokens: " << runs.calibration());
    CHECK(runs.unreported == 0);
    CHECK(runs.calibration() > 0.9);
    CHECK(runs.calibration() < 1.1);
  }
  const auto one = table.run(*make_reusing(1, 8, 64));
  REQUIRE(one.reuse);
  CHECK(one.reuse->cheap_rows == 68);
  CHECK(one.reuse->full_rows == 4);
  CHECK(*one.standard_error ==
        Approx(std::hypot(*one.reuse->cheap_error, *one.reuse->correction_error)));
  CHECK(one.folds.size() == 2);
}

TEST_CASE("exact is the bound") {
  const FakeModel strong(test::fake_masked_diffusion(), test::strong_logits());
  for (std::size_t length = 1; length <= 8; ++length) {
    const auto request = test::made_request(3, length);
    const LossTable table(strong, request);
    const auto estimate = table.run(*exact_sum(length, {}));
    CHECK(estimate.loss == Approx(-test::exact_elbo(strong, request)).epsilon(1e-12));
    CHECK(estimate.standard_error == 0.0);
    CHECK(estimate.enumerated);
    CHECK(estimate.folds.empty());
  }
}

TEST_CASE("exact refuses what takes too many rows") {
  CHECK_NOTHROW(exact_sum(12, {}));
  CHECK_NOTHROW(exact_sum(13, {.max_rows = 8191}));
  const auto error = [](std::size_t length) {
    return test::error_text<std::invalid_argument>(
        [&] { return exact_sum(length, {}) != nullptr; });
  };
  CHECK(
      test::contains(error(13), "a target of 13 tokens takes 2^13 - 1 rows, wanted at most 4096"));
  CHECK(test::contains(error(100), "wanted targets of at most 20 tokens, got 100"));
  CHECK_THROWS_AS(exact_sum(21, {.max_rows = 3'000'000}), std::invalid_argument);
}

TEST_CASE("auto reuses prompts of targets that are too long to enumerate, whatever the rows") {
  const auto estimator = balanced(
      21, 400, {.rows = 3'000'000, .prompt_reuse = PromptReuse::on, .exact_over_full_rows = true},
      balanced_draws(1, kContent));
  const auto rows = estimator->next();
  CHECK(std::ranges::count_if(rows, [](const auto& row) { return !row.frozen_prompt; }) == 4);
}

TEST_CASE("balanced enumerates where that takes no more rows") {
  const FakeModel strong(test::fake_masked_diffusion(), test::strong_logits());
  const LossTable table(strong, test::made_request(3, 5));
  const auto enumerated = table.run(*make_balanced(1, 5, 31));
  CHECK(enumerated.enumerated);
  CHECK(enumerated.standard_error == 0.0);
  CHECK(enumerated.loss == Approx(table.exact()).epsilon(1e-12));
  const auto sampled = table.run(*make_balanced(1, 5, 30));
  CHECK_FALSE(sampled.enumerated);
  CHECK(*sampled.standard_error > 0.0);
}

TEST_CASE("a model whose loss is constant leaves no error") {
  const FakeModel uniform(test::fake_masked_diffusion(), test::uniform_logits());
  for (const std::size_t length : {1U, 2U, 5U, 9U}) {
    const LossTable table(uniform, test::made_request(3, length));
    const auto exact = static_cast<double>(length) * std::log(7.0);
    for (const std::int64_t rows : {2, 8, 32}) {
      for (const auto& make : {make_fixed_count, make_balanced, make_reusing}) {
        const auto estimate = table.run(*make(3, length, rows));
        INFO(length << " tokens, " << rows << " rows");
        CHECK(estimate.loss == Approx(exact).epsilon(1e-9));
        if (estimate.standard_error) CHECK(*estimate.standard_error < 1e-6);
      }
    }
    const auto listed = table.run(*exact_sum(length, {}));
    CHECK(listed.loss == Approx(exact).epsilon(1e-9));
    CHECK(listed.standard_error == 0.0);
  }
}

TEST_CASE("a frozen prompt has an error to report even where its corrections hide one subset") {
  const FakeModel mild(test::fake_masked_diffusion(), test::mild_logits());
  const FakeModel strong(test::fake_masked_diffusion(), test::strong_logits());
  const LossTable table(mild, test::made_request(3, 3), strong);
  double enumerated = 0.0;
  for (const auto& subset : all_subsets(3)) {
    for (const auto loss : table.losses({.hidden = subset, .frozen_prompt = true}))
      enumerated += exact_weight(3, subset.size()) * loss;
  }
  std::int64_t coincided = 0;
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    const auto estimate = table.run(*make_reusing(seed, 3, 8));
    REQUIRE(estimate.standard_error);
    CHECK(*estimate.standard_error > 0.0);
    if (estimate.reuse->full_rows == 4) continue;
    coincided += 1;
    // The value is that of the four rows, which are one: drawn once more they would not be.
    const auto asked = make_reusing(seed, 3, 8)->next();
    const auto& hidden = asked[7].hidden;  // behind the cheap rows of all subsets
    double value = 0.0;
    for (const bool frozen : {false, true}) {
      for (const auto loss : table.losses({.hidden = hidden, .frozen_prompt = frozen}))
        value += frozen ? -loss : loss;
    }
    const auto level = hidden.size();
    value /= static_cast<double>(level) * LevelDistribution(3).probability(level);
    CHECK(estimate.loss == Approx(enumerated + value).epsilon(1e-9));
    const auto& folds = estimate.folds.back();
    const auto mean = mean_of_folds(folds, /*coincide=*/false);
    CHECK(folds.size() == static_cast<std::size_t>(estimate.reuse->full_rows));
    CHECK(mean.value == Approx(value).epsilon(1e-9));
    CHECK(*mean.standard_error == Approx(*estimate.reuse->correction_error).epsilon(1e-9));
  }
  CHECK(coincided > 3);  // 0.58 %
}

/// Mean error and mean squared reported error under a target error.
Runs run_to_target(const LossTable& table, const Balanced& config, std::int64_t draws) {
  return run_many(
      table,
      [&](std::uint64_t seed, std::size_t length, std::int64_t) {
        return balanced(length, kPrompt, config, balanced_draws(seed, kContent));
      },
      config.rows, draws);
}

TEST_CASE("the stopping rule of a target error leaves little bias") {
  const FakeModel mild(test::fake_masked_diffusion(), test::mild_logits());
  const FakeModel strong(test::fake_masked_diffusion(), test::strong_logits());
  for (const auto* model : {&mild, &strong}) {
    const LossTable table(*model, test::made_request(3, 9), *model);
    const auto first = run_to_target(table, {.rows = 16, .target_error = 1e6}, 1000);
    const auto begin = std::sqrt(first.reported / static_cast<double>(first.count));
    for (const double share : {0.9, 0.6, 0.4}) {
      const auto target = share * begin;
      const auto runs = run_to_target(table, {.rows = 16, .target_error = target}, 2000);
      INFO((model == &mild ? "mild" : "strong")
           << ", target " << target << ": bias " << runs.mean() / target << " +- "
           << runs.standard_error() / target << " targets, calibration " << runs.calibration());
      CHECK(std::abs(runs.mean()) < 0.2 * target);
    }
  }
}

TEST_CASE("one row, and folds that coincide, have no error to report") {
  const FakeModel strong(test::fake_masked_diffusion(), test::strong_logits());
  const LossTable table(strong, test::made_request(3, 4));
  CHECK_FALSE(table.run(*make_balanced(1, 4, 1)).standard_error);
  CHECK_FALSE(table.run(*make_fixed_count(1, 4, 1)).standard_error);
  const LossTable two(strong, test::made_request(3, 2));
  std::int64_t without = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const auto estimate = two.run(*make_balanced(seed, 2, 2));
    if (!estimate.standard_error) without += 1;
    if (estimate.standard_error) CHECK(*estimate.standard_error > 0.0);
  }
  CHECK(without > 20);  // both rows are equal every third time or so
}

TEST_CASE("rows are added until the error is below its target") {
  const FakeModel mild(test::fake_masked_diffusion(), test::mild_logits());
  const auto request = test::made_request(3, 11);
  const LossTable table(mild, request, mild);
  const auto run = [&](const Balanced& config) {
    return table.run(*balanced(11, kPrompt, config, balanced_draws(5, kContent)));
  };
  const auto first = run({.rows = 32, .target_error = 100.0});
  CHECK(first.folds.front().size() == 8);
  const auto target = *first.standard_error / 3.0;
  const auto reached = run({.rows = 32, .target_error = target});
  REQUIRE_FALSE(reached.enumerated);
  CHECK(reached.folds.front().size() > 8);
  CHECK(*reached.standard_error < target);
  CHECK_FALSE(reached.target_missed);
  const auto missed = run({.rows = 32, .target_error = 1e-9, .max_rows = 200});
  CHECK(missed.target_missed);
  CHECK(missed.folds.front().size() == 50);  // of 4 rows each
  const auto listed = run({.rows = 32, .target_error = 1e-9});
  CHECK(listed.enumerated);  // 2047 rows, fewer than the folds would be
  CHECK(listed.loss == Approx(table.exact()).epsilon(1e-9));
  const LossTable three(mild, test::made_request(3, 3));
  const auto few = three.run(
      *balanced(3, kPrompt, {.rows = 4, .target_error = 0.1}, balanced_draws(5, kContent)));
  CHECK(few.enumerated);  // 7 rows are fewer than those of 8 folds
  const auto reusing = run({.rows = 32, .target_error = target, .prompt_reuse = PromptReuse::on});
  CHECK(*reusing.standard_error < target);
  CHECK(reusing.reuse->full_rows >= 8);
  const LossTable wrong(mild, test::made_request(3, 5),
                        FakeModel(test::fake_masked_diffusion(), test::strong_logits()));
  const auto full = wrong.run(
      *balanced(5, kPrompt, {.rows = 8, .target_error = 1e-9, .prompt_reuse = PromptReuse::on},
                balanced_draws(5, kContent)));
  CHECK(full.enumerated);  // as many corrections as there are subsets: these are the bound itself
  CHECK_FALSE(full.reuse);
  CHECK(full.standard_error == 0.0);
  CHECK(full.loss == Approx(wrong.exact()).epsilon(1e-9));
}

TEST_CASE("cheap folds that coincide get more rows, not more corrections") {
  const FakeModel mild(test::fake_masked_diffusion(), test::mild_logits());
  const LossTable table(mild, test::made_request(3, 4), mild);
  const Balanced config{.rows = 8, .target_error = 1e-6, .prompt_reuse = PromptReuse::on};
  for (const std::uint64_t seed : {639836U, 751605U}) {  // found by trying: one in 10^6
    const auto draws = balanced_draws(seed, kContent);
    BalancedFolds folds(4, draws.estimate);
    for (std::size_t fold = 0; fold < 8; ++fold) static_cast<void>(folds.grow(fold, 1));
    REQUIRE(folds.coincide());
    const auto estimator = balanced(4, kPrompt, config, draws);
    std::vector<RowLosses> losses;
    for (const auto& row : estimator->next()) losses.push_back(table.losses(row));
    estimator->take(losses);
    const auto more = estimator->next();
    CHECK(more.size() == 1);
    for (const auto& row : more) CHECK(row.frozen_prompt);
  }
}

TEST_CASE("long prompts are reused, where that saves rows") {
  using enum PromptReuse;
  CHECK(reuses_prompt(automatic, 10, 40));
  CHECK_FALSE(reuses_prompt(automatic, 10, 39));
  CHECK(reuses_prompt(on, 10, 1));
  CHECK_FALSE(reuses_prompt(on, 10, 0));
  CHECK_FALSE(reuses_prompt(on, 2, 400));  // three full rows are exact
  CHECK_FALSE(reuses_prompt(off, 10, 400));
  const auto full = balanced(5, 400, {.rows = 31, .prompt_reuse = on, .exact_over_full_rows = true},
                             balanced_draws(1, kContent));
  for (const auto& row : full->next()) CHECK_FALSE(row.frozen_prompt);
  const auto frozen =
      balanced(5, 400, {.rows = 31, .prompt_reuse = on}, balanced_draws(1, kContent));
  const auto rows = frozen->next();
  CHECK(std::ranges::count_if(rows, [](const auto& row) { return row.frozen_prompt; }) == 31 + 4);
  CHECK(std::ranges::count_if(rows, [](const auto& row) { return !row.frozen_prompt; }) == 4);
}

TEST_CASE("settings out of range are refused") {
  CHECK_THROWS_AS(check_subset_config(ExactSum{.max_rows = 0}), std::invalid_argument);
  CHECK_THROWS_AS(check_subset_config(FixedCount{.rows = 0}), std::invalid_argument);
  CHECK_THROWS_AS(check_subset_config(Balanced{.rows = 0}), std::invalid_argument);
  CHECK_THROWS_AS(check_subset_config(Balanced{.target_error = 0.0}), std::invalid_argument);
  CHECK_THROWS_AS(check_subset_config(Balanced{.target_error = NAN}), std::invalid_argument);
  CHECK_THROWS_AS(check_subset_config(Balanced{.rows = 32, .target_error = 1.0, .max_rows = 31}),
                  std::invalid_argument);
}

}  // namespace
}  // namespace smdm
