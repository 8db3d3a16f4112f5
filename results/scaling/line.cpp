// Weighted least squares written as shares: each number of a line is a sum over the values, so that
// its error is one too.
#include "results/scaling/line.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace smdm::scaling {
namespace {

/// Without errors and scatter all values weigh the same.
double weight(double variance) {
  return variance > 0.0 ? 1.0 / variance : 1.0;
}

double weighted_squares(const LineData& data, double scatter) {
  const Line line = line_of(data, scatter);
  double sum = 0.0;
  for (std::size_t i = 0; i < data.x.size(); ++i) {
    const double residual = data.y[i] - line.at(data.x[i]);
    sum += weight(data.error[i] + scatter) * residual * residual;
  }
  return sum;
}

/// Weights of the values and what is made of their x.
struct Weighted {
  std::vector<double> weights;
  double sum = 0.0;
  double mean = 0.0;
  double squares = 0.0;  ///< about the mean

  Weighted(const LineData& data, double scatter) {
    weights.reserve(data.x.size());
    for (std::size_t i = 0; i < data.x.size(); ++i) {
      weights.push_back(weight(data.error[i] + scatter));
      sum += weights[i];
      mean += weights[i] * data.x[i];
    }
    mean /= sum;
    for (std::size_t i = 0; i < data.x.size(); ++i)
      squares += weights[i] * (data.x[i] - mean) * (data.x[i] - mean);
    if (!(squares > 0.0)) throw std::invalid_argument("line_of: wanted at least two different x");
  }

  /// By how much the slope and the height rise with one value.
  [[nodiscard]] double slope_share(const LineData& data, std::size_t i) const {
    return weights[i] * (data.x[i] - mean) / squares;
  }
  [[nodiscard]] double height_share(const LineData& data, std::size_t i) const {
    return weights[i] / sum - slope_share(data, i) * mean;
  }
};

}  // namespace

Line line_of(const LineData& data, double scatter) {
  const Weighted weighted(data, scatter);
  Line line;
  for (std::size_t i = 0; i < data.x.size(); ++i) {
    line.height += weighted.height_share(data, i) * data.y[i];
    line.slope += weighted.slope_share(data, i) * data.y[i];
  }
  return line;
}

LineError line_error(const LineData& data,
                     double scatter,
                     std::span<const double> variances,
                     double degrees) {
  const Weighted weighted(data, scatter);
  LineError error{.height = 0.0, .slope = 0.0, .both = 0.0, .degrees = degrees};
  for (std::size_t i = 0; i < data.x.size(); ++i) {
    const double of_height = weighted.height_share(data, i);
    const double of_slope = weighted.slope_share(data, i);
    error.height += variances[i] * of_height * of_height;
    error.slope += variances[i] * of_slope * of_slope;
    error.both += variances[i] * of_height * of_slope;
  }
  return error;
}

double scatter_for(const LineData& data, double wanted) {
  const LineData even{.x = data.x, .y = data.y, .error = std::vector<double>(data.x.size(), 0.0)};
  const double highest = weighted_squares(even, 0.0) / wanted;
  const bool has_errors = std::ranges::any_of(data.error, [](double e) { return e > 0.0; });
  if (!has_errors) return highest;
  if (weighted_squares(data, 0.0) <= wanted) return 0.0;
  // The sum falls as scatter rises, and at `highest` it is not above what is wanted.
  double low = 0.0;
  double high = highest;
  constexpr int kHalvings = 40;
  for (int i = 0; i < kHalvings; ++i) {
    const double middle = (low + high) / 2.0;
    (weighted_squares(data, middle) > wanted ? low : high) = middle;
  }
  return (low + high) / 2.0;
}

double scatter_of(const LineData& data) {
  if (data.x.size() < 3) return 0.0;
  return scatter_for(data, static_cast<double>(data.x.size() - 2));
}

}  // namespace smdm::scaling
