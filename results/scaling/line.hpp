/// Straight lines through values that have errors of their own and scatter about the line besides.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace smdm::scaling {

/// y = height + slope * x. For a power law, x is ln (C / C_c) and y the logarithm of its value.
struct Line {
  double height = 0.0;
  double slope = 0.0;

  [[nodiscard]] double at(double x) const noexcept { return height + slope * x; }
};

/// Values on a line.
struct LineData {
  std::vector<double> x;
  std::vector<double> y;
  std::vector<double> error;  ///< variance of each y by itself: all positive, or all 0
};

/// Variances and covariance of a line's two numbers that one source of error causes.
struct LineError {
  double height = 0.0;
  double slope = 0.0;
  double both = 0.0;
  double degrees = 0.0;  ///< of freedom that the source's variance was estimated with
};

/// What independent errors of the values do to the line that is fitted to them.
/// @param variances  of the errors, as many as values
[[nodiscard]] LineError line_error(const LineData& data,
                                   double scatter,
                                   std::span<const double> variances,
                                   double degrees);

/// The weighted least squares line of weights 1 / (error + scatter).
/// @throws std::invalid_argument  with fewer than two different x
[[nodiscard]] Line line_of(const LineData& data, double scatter);

/// The scatter, a variance, under which the weighted squares of residuals sum up to `wanted`; 0 if
/// the errors alone make them smaller. With as many as there are degrees of freedom it is the
/// estimate of Paule and Mandel (1982, J. Res. NBS 87, 377).
/// @param wanted  positive
[[nodiscard]] double scatter_for(const LineData& data, double wanted);

/// scatter_for() with the degrees of freedom that a line leaves, y.size() - 2; 0 with two values.
[[nodiscard]] double scatter_of(const LineData& data);

}  // namespace smdm::scaling
