/// How much a document's metrics would move under other mask draws.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/request.hpp"
#include "tasks/ask/task.hpp"

namespace smdm {

/// The standard deviation of each metric's value over a parametric bootstrap: the estimates of the
/// choices are drawn again with the covariance of their folds (draws that choices share move them
/// together). Each independent part of the estimates follows a multivariate Student's t of folds -
/// 1 degrees of freedom (the fewest folds of any choice), since few folds know their covariance
/// badly. For a 0/1 metric that is sqrt(p (1 - p)), p the chance of a right verdict. It says
/// nothing of the metric's bias (docs/estimators.md). The draws depend on the seed and the request
/// ids alone. Choices that a race ruled out are drawn like the others and may win: that they were
/// ruled out is chance too.
/// @param context    ids of the question's context: what the draws belong to
/// @return           one per metric of the task; 0 where nothing is drawn; empty if an estimate's
///                   error is not known, or not finite
[[nodiscard]] std::optional<std::vector<double>> metric_errors(
    const MultipleChoice& task,
    const Question& question,
    std::span<const Estimate> estimates,
    std::uint64_t seed,
    std::span<const std::int64_t> context);

/// Likewise; the log-likelihood moves by its standard error, the greedy verdict not at all.
[[nodiscard]] std::optional<std::vector<double>> metric_errors(const Cloze& task,
                                                               const Estimate& estimate);

/// Draws of metric_errors().
inline constexpr std::int64_t kVerdictDraws = 1000;

/// Covariances of the nats of requests with one context, from their folds: [count, count].
[[nodiscard]] std::vector<std::vector<double>> fold_covariance(std::span<const Estimate> estimates);

}  // namespace smdm
