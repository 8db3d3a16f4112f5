// How verdicts would move under other mask draws.
#include "harness/run/metric_errors.hpp"

#include <cmath>

#include "base/metrics/accuracy.hpp"
#include "base/metrics/perplexity.hpp"
#include "tests/support/catch.hpp"

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
  CHECK(error(10.0, 0) == 0.0);
  // The difference has variance (5/3 + 5/3 + 2 * 1) / 4 of folds with covariance -1.
  const auto deviation = std::sqrt((5.0 / 3.0 + 5.0 / 3.0 + 2.0) / 4.0);
  const auto p = 0.5 * std::erfc(-1.0 / deviation / std::sqrt(2.0));
  CHECK(error(1.0, 0) == Approx(std::sqrt(p * (1.0 - p))).margin(0.03));
  CHECK(error(0.0, 1) != error(0.0, 0));  // the second choice is longer
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
