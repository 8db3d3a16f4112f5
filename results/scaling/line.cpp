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

}  // namespace

Line line_of(const LineData& data, double scatter) {
  double weights = 0.0;
  double x_sum = 0.0;
  double y_sum = 0.0;
  for (std::size_t i = 0; i < data.x.size(); ++i) {
    const double w = weight(data.error[i] + scatter);
    weights += w;
    x_sum += w * data.x[i];
    y_sum += w * data.y[i];
  }
  const double x_mean = x_sum / weights;
  const double y_mean = y_sum / weights;
  double xx = 0.0;
  double xy = 0.0;
  for (std::size_t i = 0; i < data.x.size(); ++i) {
    const double w = weight(data.error[i] + scatter);
    xx += w * (data.x[i] - x_mean) * (data.x[i] - x_mean);
    xy += w * (data.x[i] - x_mean) * (data.y[i] - y_mean);
  }
  if (!(xx > 0.0)) throw std::invalid_argument("line_of: wanted at least two different x");
  const double slope = xy / xx;
  return {.height = y_mean - slope * x_mean, .slope = slope};
}

double scatter_for(const LineData& data, double wanted) {
  const LineData even{
      .x = data.x, .y = data.y, .error = std::vector<double>(data.x.size(), 0.0)};
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
