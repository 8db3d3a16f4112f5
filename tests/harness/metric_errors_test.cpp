// How verdicts would move under other mask draws.
#include "harness/run/metric_errors.hpp"

#include <cmath>
#include <limits>

#include "base/metrics/accuracy.hpp"
#include "base/metrics/perplexity.hpp"
#include "base/numbers/distributions.hpp"
#include "evaluators/subsets/question.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/loss_table.hpp"

namespace smdm {
namespace {

MultipleChoice task_of(std::vector<Metric> metrics) {
  MultipleChoice task;
  task.info.name = "made";
  task.info.metrics = std::move(metrics);
  return task;
}

Estimate sampled(double nats, std::vector<double> folds) {
  Estimate estimate;
  estimate.nats = nats;
  estimate.bound = Bound::lower;
  estimate.standard_error = 0.1;
  estimate.folds = {std::move(folds)};
  return estimate;
}

Estimate exact(double nats) {
  Estimate estimate;
  estimate.nats = nats;
  estimate.bound = Bound::lower;
  estimate.standard_error = 0.0;
  return estimate;
}

const std::vector<std::int64_t> kContext = {1, 2, 3};
const Question kQuestion = {.context = "q", .choices = {"a", "bb"}, .gold = 0};

}  // namespace

TEST_CASE("covariances of means over folds") {
  const std::vector<Estimate> estimates = {sampled(0, {1, 2, 3, 4}), sampled(0, {2, 4, 6, 8}),
                                           exact(-1)};
  const auto covariance = fold_covariance(estimates);
  // Sample covariance of the folds, 5/3 and its multiples, over 4 folds.
  CHECK(covariance[0][0] == Approx(5.0 / 12.0));
  CHECK(covariance[0][1] == Approx(5.0 / 6.0));
  CHECK(covariance[1][1] == Approx(5.0 / 3.0));
  CHECK(covariance[2][2] == 0.0);
  CHECK(covariance[0][2] == 0.0);
  const std::vector<Estimate> longer = {sampled(0, {1, 2, 3, 4}), sampled(0, {2, 4, 6, 8, 1, 9})};
  CHECK(fold_covariance(longer)[0][1] == Approx(10.0 / 3.0 / 6.0));  // of the four in common
}

TEST_CASE("a verdict's error is that of its chance to be right") {
  const auto task = task_of({metrics::accuracy(), metrics::normalized_accuracy()});
  const auto error = [&](double lead, std::size_t metric) {
    const std::vector<Estimate> estimates = {sampled(-2.0 + lead, {1, 2, 3, 4}),
                                             sampled(-2.0, {4, 2, 1, 3})};
    return metric_errors(task, kQuestion, estimates, 7, kContext)->at(metric);
  };
  CHECK(error(0.0, 0) == Approx(0.5).margin(0.01));
  CHECK(error(1000.0, 0) == 0.0);
  // The difference has variance (5/3 + 5/3 + 2 * 1) / 4 of folds with covariance -1, from 4 folds.
  const auto deviation = std::sqrt((5.0 / 3.0 + 5.0 / 3.0 + 2.0) / 4.0);
  for (const double lead : {1.0, 3.0}) {
    const auto p = student_t_cdf(lead / deviation, 3.0);
    CHECK(error(lead, 0) == Approx(std::sqrt(p * (1.0 - p))).margin(0.03));
  }
  const auto normal = 0.5 * std::erfc(-3.0 / deviation / std::sqrt(2.0));
  CHECK(error(3.0, 0) > 2.0 * std::sqrt(normal * (1.0 - normal)));
  CHECK(error(0.0, 1) != error(0.0, 0));  // the second choice is longer
}

TEST_CASE("every part of the estimates moves a verdict") {
  const auto task = task_of({metrics::accuracy()});
  std::vector<Estimate> estimates = {sampled(-2.0, {1, 1, 1, 1.0001}),
                                     sampled(-2.1, {1, 1, 1.0001, 1})};
  const auto error = [&] {
    return metric_errors(task, kQuestion, estimates, 7, kContext)->front();
  };
  CHECK(error() == 0.0);
  estimates[0].folds.push_back({1, 2, 3, 4});
  estimates[1].folds.push_back({4, 2, 1, 3});
  const auto p = student_t_cdf(0.1 / std::sqrt((5.0 / 3.0 + 5.0 / 3.0 + 2.0) / 4.0), 3.0);
  CHECK(error() == Approx(std::sqrt(p * (1.0 - p))).margin(0.03));
  for (auto& estimate : estimates) estimate.folds.front().clear();  // the first part is exact
  CHECK(error() == Approx(std::sqrt(p * (1.0 - p))).margin(0.03));
}

TEST_CASE("of choices with other numbers of folds the fewest say how sure an error is") {
  const auto task = task_of({metrics::accuracy()});
  // Only the first moves: its mean has the variance 5/12.
  const std::vector<Estimate> one = {sampled(-2.0, {1, 2, 3, 4}), exact(-4.0)};
  const auto p = student_t_cdf(2.0 / std::sqrt(5.0 / 12.0), 3.0);
  CHECK(metric_errors(task, kQuestion, one, 7, kContext)->front() ==
        Approx(std::sqrt(p * (1.0 - p))).margin(0.03));
  std::vector<double> many;
  for (int k = 0; k < 1001; ++k) many.push_back(k % 2 == 0 ? 1.0 : -1.0);
  const auto deviation = std::sqrt(1.0 / 1001.0);
  const std::vector<Estimate> rows = {sampled(-2.0, many), exact(-2.0 - deviation)};
  const auto normal = 0.5 * std::erfc(-1.0 / std::sqrt(2.0));
  CHECK(metric_errors(task, kQuestion, rows, 7, kContext)->front() ==
        Approx(std::sqrt(normal * (1.0 - normal))).margin(0.03));
}

TEST_CASE("an impossible choice loses, and infinite folds have no error to give") {
  constexpr auto kNever = -std::numeric_limits<double>::infinity();
  const auto task = task_of({metrics::accuracy()});
  const std::vector<Estimate> impossible = {exact(kNever), sampled(-2.0, {1, 2, 3, 4})};
  CHECK(score(task, kQuestion, impossible).front() == 0.0);
  CHECK(metric_errors(task, kQuestion, impossible, 7, kContext)->front() == 0.0);
  const std::vector<Estimate> infinite = {sampled(kNever, {1, 2, 3, -kNever}),
                                          sampled(-2.0, {1, 2, 3, 4})};
  CHECK_FALSE(metric_errors(task, kQuestion, infinite, 7, kContext));
}

/// Monte Carlo errors of the accuracy over questions, against how much it moves over seeds.
struct Accuracy {
  double moves = 0.0;     ///< sum over questions of the variance of their verdicts over seeds
  double reported = 0.0;  ///< sum over questions of the mean squared reported error
};

Accuracy accuracy_of(std::size_t length, std::int64_t rows, int questions, int seeds) {
  const test::FakeModel model(test::fake_masked_diffusion(), test::mild_logits());
  const auto task = task_of({metrics::accuracy()});
  Accuracy sum;
  for (int q = 0; q < questions; ++q) {
    const std::vector<std::int64_t> context = {q % 7, q / 7 % 7, q / 49};
    std::vector<test::LossTable> tables;
    for (std::int64_t choice = 0; choice < 2; ++choice) {
      auto request = test::made_request(3, length);
      request.context = context;
      for (std::size_t i = 0; i < length; ++i)
        request.continuation[i] = (q * 5 + choice * 3 + static_cast<std::int64_t>(i * i)) % 7;
      tables.emplace_back(model, request);
    }
    double right = 0.0;
    for (int seed = 0; seed < seeds; ++seed) {
      const auto draws = balanced_draws(static_cast<std::uint64_t>(seed), context);
      std::vector<Estimate> estimates;
      for (const auto& table : tables)
        estimates.push_back(estimate_of(table.run(*balanced(length, 3, {.rows = rows}, draws))));
      right += score(task, kQuestion, estimates).front();
      const auto error =
          metric_errors(task, kQuestion, estimates, static_cast<std::uint64_t>(seed), context);
      if (error) sum.reported += error->front() * error->front() / seeds;
    }
    const auto p = right / seeds;
    sum.moves += p * (1.0 - p) * seeds / (seeds - 1.0);
  }
  return sum;
}

TEST_CASE("reported errors of an accuracy are about how much it moves", "[.long]") {
  for (const std::int64_t rows : {8, 16, 32}) {
    const auto accuracy = accuracy_of(8, rows, 60, 100);
    const auto ratio = std::sqrt(accuracy.reported / accuracy.moves);
    WARN(rows << " rows: reported over true errors " << ratio);
    CHECK(ratio > (rows < 32 ? 0.97 : 0.85));  // normal draws: below 0.95 at 8 and 16 rows
    CHECK(ratio < 1.2);
  }
}

TEST_CASE("other draws may keep a choice that a race ruled out") {
  const auto task = task_of({metrics::accuracy()});
  std::vector<Estimate> estimates = {sampled(-2.0, {1, 2, 3, 4}), sampled(-2.5, {4, 2, 1, 3})};
  const auto open = metric_errors(task, kQuestion, estimates, 7, kContext);
  estimates[1].eliminated = true;
  estimates[1].eliminated_from = {"acc"};
  CHECK(metric_errors(task, kQuestion, estimates, 7, kContext) == open);
  CHECK(open->front() > 0.1);
}

TEST_CASE("draws that choices share do not move their order") {
  const auto task = task_of({metrics::accuracy()});
  const std::vector<Estimate> together = {sampled(-2.0, {1, 2, 3, 4}), sampled(-2.1, {1, 2, 3, 4})};
  CHECK(metric_errors(task, kQuestion, together, 7, kContext)->front() == 0.0);
}

TEST_CASE("exact values have no error, values without a known one have none to give") {
  const auto task = task_of({metrics::accuracy()});
  const std::vector<Estimate> all_exact = {exact(-1.0), exact(-1.0001)};
  CHECK(metric_errors(task, kQuestion, all_exact, 7, kContext)->front() == 0.0);
  Estimate unknown = exact(-1.0);
  unknown.standard_error.reset();
  CHECK_FALSE(
      metric_errors(task, kQuestion, std::vector<Estimate>{unknown, exact(-1)}, 7, kContext));
  unknown.bound = Bound::chain_rule;  // deterministic
  CHECK(metric_errors(task, kQuestion, std::vector<Estimate>{unknown, unknown}, 7, kContext)
            ->front() == 0.0);
}

TEST_CASE("a cloze's likelihood moves, its greedy verdict does not") {
  Cloze cloze;
  cloze.info.metrics = {metrics::perplexity(), metrics::accuracy()};
  Estimate estimate = sampled(-3.0, {1, 2});
  CHECK(*metric_errors(cloze, estimate) == std::vector<double>{0.1, 0.0});
  estimate.standard_error.reset();
  CHECK_FALSE(metric_errors(cloze, estimate));
}

}  // namespace smdm
