// A parametric bootstrap: folds give the covariance of a question's estimates, estimates are drawn
// again around themselves with it, and each draw is scored as the answer was. That works for any
// metric of choices, smooth or not. A covariance of few folds is itself uncertain, and a normal
// distribution with it would take a verdict for surer than it is: the draws are Student's t.
#include "harness/run/metric_errors.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/numbers/cholesky.hpp"
#include "base/numbers/finite.hpp"
#include "base/numbers/normal.hpp"
#include "base/numbers/random.hpp"

namespace smdm {
namespace {

using Matrix = std::vector<std::vector<double>>;

/// Whether the error of an estimate is known: an exact value and a chain-rule value have none.
bool is_known(const Estimate& estimate) {
  if (!std::ranges::all_of(estimate.folds, all_finite)) return false;
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

std::size_t part_count(std::span<const Estimate> estimates) {
  std::size_t parts = 0;
  for (const auto& estimate : estimates) parts = std::max(parts, estimate.folds.size());
  return parts;
}

/// [count, count]; estimates without the part have zeros.
Matrix covariance_of_part(std::span<const Estimate> estimates, std::size_t part) {
  Matrix covariance(estimates.size(), std::vector<double>(estimates.size()));
  for (std::size_t i = 0; i < estimates.size(); ++i) {
    for (std::size_t j = 0; j < estimates.size(); ++j) {
      const auto& a = estimates[i].folds;
      const auto& b = estimates[j].folds;
      if (part < std::min(a.size(), b.size())) covariance[i][j] = part_covariance(a[part], b[part]);
    }
  }
  return covariance;
}

/// One part of all estimates, ready to be drawn: independent of the other parts.
struct RandomPart {
  Matrix triangle;           ///< times its transposed: the covariance
  std::int64_t degrees;      ///< of freedom
  std::int64_t first_place;  ///< of its draws
};

/// Degrees of freedom of a part: those of the choice with the fewest folds of it.
std::int64_t degrees_of_part(std::span<const Estimate> estimates, std::size_t part) {
  // Beyond so many Student's t is as good as normal, and each two of them cost a draw.
  std::int64_t degrees = 100;
  for (const auto& estimate : estimates) {
    const auto folds = part < estimate.folds.size() ? std::ssize(estimate.folds[part]) : 0;
    if (folds > 1) degrees = std::min<std::int64_t>(degrees, folds - 1);
  }
  return degrees;
}

// Places of a part's draws: two for the normal number of each choice, then those of its chi-square.
constexpr std::int64_t kPartPlaces = 16'777'216;
constexpr std::int64_t kChiSquarePlace = kPartPlaces / 2;

/// The parts that move; none: nothing is random.
std::vector<RandomPart> random_parts(std::span<const Estimate> estimates) {
  std::vector<RandomPart> parts;
  for (std::size_t part = 0; part < part_count(estimates); ++part) {
    auto matrix = covariance_of_part(estimates, part);
    bool moves = false;
    for (std::size_t i = 0; i < matrix.size(); ++i) moves = moves || matrix[i][i] > 0.0;
    if (!moves) continue;
    decompose_semidefinite(matrix);
    parts.push_back({.triangle = std::move(matrix),
                     .degrees = degrees_of_part(estimates, part),
                     .first_place = kPartPlaces * static_cast<std::int64_t>(part)});
  }
  return parts;
}

double normal_at(const RandomStream& stream, std::int64_t draw, std::int64_t place) {
  return normal_pair(stream.uniform(draw, place), stream.uniform(draw, place + 1)).first();
}

/// A chi-square number: each two degrees of freedom are twice an exponential number, one that is
/// left over a squared normal one.
double chi_square(const RandomStream& stream,
                  std::int64_t draw,
                  std::int64_t place,
                  std::int64_t degrees) {
  double sum = 0.0;
  if (degrees % 2 == 1) {
    const auto normal = normal_at(stream, draw, place);
    sum += normal * normal;
    place += 2;
  }
  for (std::int64_t pair = 0; pair < degrees / 2; ++pair)
    sum -= 2.0 * std::log(stream.uniform(draw, place + pair));
  return sum;
}

/// Adds to each estimate what a part might have been off by: one chi-square number for all of them.
void move(std::span<Estimate> estimates,
          const RandomPart& part,
          const RandomStream& stream,
          std::int64_t draw) {
  std::vector<double> normals;
  normals.reserve(estimates.size());
  for (std::size_t i = 0; i < estimates.size(); ++i)
    normals.push_back(normal_at(stream, draw, part.first_place + 2 * static_cast<std::int64_t>(i)));
  const auto chi = chi_square(stream, draw, part.first_place + kChiSquarePlace, part.degrees);
  const auto scale = std::sqrt(static_cast<double>(part.degrees) / chi);
  for (std::size_t i = 0; i < estimates.size(); ++i) {
    const auto& row = part.triangle[i];
    const auto end = normals.begin() + static_cast<std::ptrdiff_t>(i) + 1;
    estimates[i].nats += scale * std::inner_product(normals.begin(), end, row.begin(), 0.0);
  }
}

/// Estimates that other mask draws might have given. What a race ruled out takes part: other draws
/// might have kept it, and its value has the error of the rows that it had.
std::vector<Estimate> drawn_again(std::span<const Estimate> estimates,
                                  std::span<const RandomPart> parts,
                                  const RandomStream& stream,
                                  std::int64_t draw) {
  std::vector<Estimate> drawn(estimates.size());
  for (std::size_t i = 0; i < estimates.size(); ++i) {
    drawn[i].nats = estimates[i].nats;
    drawn[i].is_greedy = estimates[i].is_greedy;
  }
  for (const auto& part : parts) move(drawn, part, stream, draw);
  return drawn;
}

}  // namespace

std::vector<std::vector<double>> fold_covariance(std::span<const Estimate> estimates) {
  Matrix covariance(estimates.size(), std::vector<double>(estimates.size()));
  for (std::size_t part = 0; part < part_count(estimates); ++part) {
    const auto of_part = covariance_of_part(estimates, part);
    for (std::size_t i = 0; i < estimates.size(); ++i) {
      for (std::size_t j = 0; j < estimates.size(); ++j) covariance[i][j] += of_part[i][j];
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
  const auto parts = random_parts(estimates);
  if (parts.empty()) return errors;  // nothing is random: no draw would change a value
  const RandomStream stream(seed, Purpose::verdict_error, context);
  std::vector<double> sums(errors.size());
  std::vector<double> squares(errors.size());
  for (std::int64_t draw = 0; draw < kVerdictDraws; ++draw) {
    const auto values = score(task, question, drawn_again(estimates, parts, stream, draw));
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
