// What the errors of estimates by subsets come from, and what values may be: folds and how many of
// them, intervals that cover, estimates beyond what a likelihood can be.
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "base/numbers/distributions.hpp"
#include "base/numbers/mean.hpp"
#include "evaluators/subsets/estimators.hpp"
#include "evaluators/subsets/question.hpp"
#include "tests/evaluators/made_estimators.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/loss_table.hpp"

namespace smdm {
namespace {

using test::FakeModel;
using test::LossTable;
using test::make_balanced;
using test::make_fixed_count;
using test::make_reusing;

TEST_CASE("errors say how many folds they come from: eight from 32 rows on") {
  const FakeModel mild(test::fake_masked_diffusion(), test::mild_logits());
  const LossTable table(mild, test::made_request(3, 8), mild);
  for (const auto& [rows, folds] : {std::pair(2, 2), std::pair(8, 4), std::pair(31, 4),
                                    std::pair(32, 8), std::pair(33, 8), std::pair(100, 8)}) {
    const auto estimate = table.run(*make_balanced(1, 8, rows));
    INFO(rows << " rows");
    CHECK(estimate.fold_count == folds);
    CHECK(estimate.folds.front().size() == static_cast<std::size_t>(folds));
  }
  CHECK(table.run(*make_fixed_count(1, 8, 20)).fold_count == 20);
  CHECK_FALSE(table.run(*make_balanced(1, 8, 1)).fold_count);
  CHECK_FALSE(table.run(*make_fixed_count(1, 8, 1)).fold_count);
  CHECK_FALSE(table.run(*make_balanced(1, 8, 255)).fold_count);  // enumerated
  CHECK_FALSE(table.run(*exact_sum(8, {})).fold_count);
  const auto reusing = table.run(*make_reusing(1, 8, 64));
  CHECK(reusing.fold_count == 4);
  REQUIRE(reusing.reuse);
  CHECK(reusing.reuse->cheap_folds == 8);
  CHECK(reusing.reuse->correction_folds == 4);
  const auto corrected = table.run(*make_reusing(1, 8, 255));
  CHECK(corrected.fold_count == 4);  // of the cheap rows every subset was computed
  CHECK_FALSE(corrected.reuse->cheap_folds);
}

/// How often the exact value lies within so many standard errors.
double coverage(const LossTable& table, std::int64_t rows, double errors, std::int64_t draws) {
  std::int64_t covered = 0;
  for (std::int64_t seed = 0; seed < draws; ++seed) {
    const auto estimate =
        table.run(*make_balanced(static_cast<std::uint64_t>(seed), table.length(), rows));
    const auto distance = std::abs(estimate.loss - table.exact());
    covered += distance <= errors * estimate.standard_error.value() ? 1 : 0;
  }
  return static_cast<double>(covered) / static_cast<double>(draws);
}

TEST_CASE("Student's t of the folds covers what normal intervals do not", "[.long]") {
  const FakeModel mild(test::fake_masked_diffusion(), test::mild_logits());
  const FakeModel strong(test::fake_masked_diffusion(), test::strong_logits());
  constexpr double kUpper = 0.975;
  for (const auto* model : {&mild, &strong}) {
    const LossTable table(*model, test::made_request(3, 9), *model);
    for (const std::int64_t rows : {32, 64}) {
      const auto normal = coverage(table, rows, 1.96, 10000);
      const auto student = coverage(table, rows, student_t_quantile(kUpper, 7.0), 10000);
      WARN((model == &mild ? "mild" : "strong")
           << ", " << rows << " rows: normal " << normal << ", Student's t " << student);
      CHECK(normal > 0.865);  // 0.82 to 0.85 with four folds
      CHECK(student > 0.92);
    }
  }
}

/// Every other token costs 6 nats where it alone is hidden, and nothing else costs anything: what
/// the control variate expects of other rows, having met such a one, is too much by far.
RowLosses costly_alone(const Subset& hidden) {
  RowLosses losses;
  losses.reserve(hidden.size());
  for (const auto token : hidden)
    losses.push_back(hidden.size() == 1 && token % 2 == 1 ? 6.0 : 0.0);
  return losses;
}

TEST_CASE("estimates above 0 are passed on as they are: clipped they would be biased") {
  constexpr std::size_t kLength = 9;
  double exact = 0.0;
  for (const auto& subset : all_subsets(kLength)) {
    for (const auto loss : costly_alone(subset))
      exact += exact_weight(kLength, subset.size()) * loss;
  }
  std::int64_t above = 0;
  std::vector<double> all;
  for (std::uint64_t seed = 0; seed < 10000; ++seed) {
    std::vector<std::unique_ptr<SubsetEstimator>> one;
    one.push_back(make_balanced(seed, kLength, 8));
    const auto plan = independent_plan(std::move(one));
    for (auto asked = plan->next(); !asked.empty(); asked = plan->next()) {
      std::vector<RowLosses> losses;
      losses.reserve(asked.size());
      for (const auto& row : asked) losses.push_back(costly_alone(row.row.hidden));
      plan->take(losses);
    }
    const auto estimate = plan->estimates().front();
    above += estimate.nats > 0.0 ? 1 : 0;
    const auto folds = mean_of(estimate.folds.front());
    REQUIRE(estimate.nats == 0.0 - folds.value);
    all.push_back(-estimate.nats);
  }
  const auto mean = mean_of(all);
  INFO(above << " above 0, mean " << mean.value << ", exactly " << exact);
  CHECK(above > 20);
  CHECK(std::abs(mean.value - exact) < 4.0 * mean.standard_error.value());
}

}  // namespace
}  // namespace smdm
