// A parametric bootstrap: folds give the covariance of a question's estimates, estimates are drawn
// again from the normal distribution with it, and each draw is scored as the answer was. That works
// for any metric of choices, smooth or not.
#include "harness/run/metric_errors.hpp"

#include <algorithm>
#include <cmath>

#include "base/numbers/cholesky.hpp"
#include "base/numbers/normal.hpp"
#include "base/numbers/random.hpp"

namespace smdm {
namespace {

using Matrix = std::vector<std::vector<double>>;

/// Whether the error of an estimate is known: an exact value and a chain-rule value have none.
bool is_known(const Estimate& estimate) {
  return estimate.bound != Bound::lower || estimate.standard_error.has_value();
}

double mean_of_first(const std::vector<double>& values, std::size_t count) {
  double sum = 0.0;
  for (std::size_t f = 0; f < count; ++f) sum += values[f];
  return sum / static_cast<double>(count);
}

/// Covariance of the means of two parts. Folds of one number share their draws; where one has more
/// folds, those beyond are independent of everything.
double part_covariance(const std::vector<double>& a, const std::vector<double>& b) {
  const auto common = std::min(a.size(), b.size());
  if (common < 2) return 0.0;
  const auto mean_a = mean_of_first(a, common);
  const auto mean_b = mean_of_first(b, common);
  double sum = 0.0;
  for (std::size_t f = 0; f < common; ++f) sum += (a[f] - mean_a) * (b[f] - mean_b);
  return sum / static_cast<double>(common - 1) / static_cast<double>(std::max(a.size(), b.size()));
}

/// Estimates that other mask draws might have given. What a race ruled out takes part: other draws
/// might have kept it, and its value has the error of the rows that it had.
std::vector<Estimate> drawn_again(std::span<const Estimate> estimates,
                                  const Matrix& triangle,
                                  const RandomStream& stream,
                                  std::int64_t draw) {
  std::vector<double> normals;
  normals.reserve(estimates.size());
  for (std::size_t i = 0; i < estimates.size(); ++i) {
    const auto place = 2 * static_cast<std::int64_t>(i);
    normals.push_back(
        normal_pair(stream.uniform(draw, place), stream.uniform(draw, place + 1)).first());
  }
  std::vector<Estimate> drawn(estimates.size());
  for (std::size_t i = 0; i < estimates.size(); ++i) {
    drawn[i].nats = estimates[i].nats;
    drawn[i].is_greedy = estimates[i].is_greedy;
    for (std::size_t k = 0; k <= i; ++k) drawn[i].nats += triangle[i][k] * normals[k];
  }
  return drawn;
}

}  // namespace

std::vector<std::vector<double>> fold_covariance(std::span<const Estimate> estimates) {
  Matrix covariance(estimates.size(), std::vector<double>(estimates.size()));
  for (std::size_t i = 0; i < estimates.size(); ++i) {
    for (std::size_t j = 0; j < estimates.size(); ++j) {
      const auto& a = estimates[i].folds;
      const auto& b = estimates[j].folds;
      for (std::size_t part = 0; part < std::min(a.size(), b.size()); ++part)
        covariance[i][j] += part_covariance(a[part], b[part]);
    }
  }
  return covariance;
}

std::optional<std::vector<double>> metric_errors(const MultipleChoice& task,
                                                 const Question& question,
                                                 std::span<const Estimate> estimates,
                                                 std::uint64_t seed,
                                                 std::span<const std::int64_t> context) {
  if (!std::ranges::all_of(estimates, is_known)) return std::nullopt;
  std::vector<double> errors(task.info.metrics.size());
  const auto covariance = fold_covariance(estimates);
  const auto diagonal = [&](std::size_t i) { return covariance[i][i]; };
  bool moves = false;
  for (std::size_t i = 0; i < estimates.size(); ++i) moves = moves || diagonal(i) > 0.0;
  if (!moves) return errors;  // nothing is random: no draw would change a value
  auto triangle = covariance;
  decompose_semidefinite(triangle);
  const RandomStream stream(seed, Purpose::verdict_error, context);
  std::vector<double> sums(errors.size());
  std::vector<double> squares(errors.size());
  for (std::int64_t draw = 0; draw < kVerdictDraws; ++draw) {
    const auto values = score(task, question, drawn_again(estimates, triangle, stream, draw));
    for (std::size_t m = 0; m < values.size(); ++m) {
      sums[m] += values[m];
      squares[m] += values[m] * values[m];
    }
  }
  for (std::size_t m = 0; m < errors.size(); ++m) {
    const auto mean = sums[m] / kVerdictDraws;
    errors[m] = std::sqrt(std::max(0.0, squares[m] / kVerdictDraws - mean * mean));
  }
  return errors;
}

std::optional<std::vector<double>> metric_errors(const Cloze& task, const Estimate& estimate) {
  if (!is_known(estimate)) return std::nullopt;
  std::vector<double> errors;
  for (const auto& metric : task.info.metrics) {
    const bool moves = metric.document == DocumentValue::log_likelihood;
    errors.push_back(moves ? estimate.standard_error.value_or(0.0) : 0.0);
  }
  return errors;
}

}  // namespace smdm
