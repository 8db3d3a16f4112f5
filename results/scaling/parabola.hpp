/// Parabolas of loss over the logarithm of size: one budget of compute each.
#pragma once

#include <array>
#include <optional>
#include <span>

namespace smdm::scaling {

/// Three numbers of a parabola: c[0] + c[1] u + c[2] u^2.
using Coefficients = std::array<double, 3>;

/// Where a parabola is lowest.
struct Lowest {
  double x = 0.0;
  double y = 0.0;
};

/// A least squares parabola.
struct Parabola {
  double centre = 0.0;  ///< mean of x; u is x - centre
  Coefficients c{};
  std::array<std::array<double, 3>, 3> root{};  ///< lower triangle R, R R' = inverse of X'X: the
                                                ///< coefficients' covariance for a variance of 1
  double squares = 0.0;                         ///< of the residuals
  std::size_t points = 0;

  [[nodiscard]] double at(double x) const noexcept;

  /// Nothing where it does not open upwards.
  [[nodiscard]] std::optional<Lowest> lowest() const;
  [[nodiscard]] std::optional<Lowest> lowest_of(const Coefficients& others) const;

  /// Variances of the lowest point's x and of the logarithm of its y, for residuals of variance 1,
  /// to first order. REQUIRES: it opens upwards
  [[nodiscard]] Lowest variance_of_lowest() const;
};

/// @param x, y  as many, with at least three different x
/// @throws std::invalid_argument  otherwise
[[nodiscard]] Parabola parabola_of(std::span<const double> x, std::span<const double> y);

}  // namespace smdm::scaling
