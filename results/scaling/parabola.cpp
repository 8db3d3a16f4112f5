// Small normal equations, centred so that they are well conditioned: sizes span a few e-folds.
#include "results/scaling/parabola.hpp"

#include <stdexcept>

#include "base/numbers/cholesky.hpp"
#include "base/numbers/mean.hpp"

namespace smdm::scaling {
namespace {

using Matrix = std::array<std::array<double, 3>, 3>;

Coefficients powers_of(double u) {
  return {1.0, u, u * u};
}

double dot(const Coefficients& a, const Coefficients& b) {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

Matrix inverse_of(const Matrix& matrix) {
  Matrix inverse{};
  for (std::size_t i = 0; i < inverse.size(); ++i) {
    Coefficients unit{};
    unit[i] = 1.0;
    inverse[i] = solve_semidefinite(matrix, unit);
  }
  return inverse;
}

/// v' R R' v
double variance_along(const Matrix& root, const Coefficients& v) {
  double sum = 0.0;
  for (std::size_t j = 0; j < v.size(); ++j) {
    double projection = 0.0;
    for (std::size_t i = j; i < v.size(); ++i) projection += v[i] * root[i][j];
    sum += projection * projection;
  }
  return sum;
}

}  // namespace

double Parabola::at(double x) const noexcept {
  return dot(c, powers_of(x - centre));
}

std::optional<Lowest> Parabola::lowest() const {
  return lowest_of(c);
}

std::optional<Lowest> Parabola::lowest_of(const Coefficients& others) const {
  if (!(others[2] > 0.0)) return std::nullopt;
  const double u = -others[1] / (2.0 * others[2]);
  return Lowest{.x = centre + u, .y = dot(others, powers_of(u))};
}

Lowest Parabola::variance_of_lowest() const {
  const double u = -c[1] / (2.0 * c[2]);
  const double y = dot(c, powers_of(u));
  const Coefficients of_x = {0.0, -1.0 / (2.0 * c[2]), -u / c[2]};
  const Coefficients of_y = {1.0 / y, u / y, u * u / y};
  return {.x = variance_along(root, of_x), .y = variance_along(root, of_y)};
}

Parabola parabola_of(std::span<const double> x, std::span<const double> y) {
  if (x.size() != y.size() || x.size() < 3)
    throw std::invalid_argument("parabola_of: wanted at least three x and as many y");
  Parabola result;
  result.centre = mean(x);
  result.points = x.size();
  Matrix normal{};
  Coefficients right{};
  for (std::size_t k = 0; k < x.size(); ++k) {
    const auto row = powers_of(x[k] - result.centre);
    for (std::size_t i = 0; i < row.size(); ++i) {
      right[i] += row[i] * y[k];
      for (std::size_t j = 0; j < row.size(); ++j) normal[i][j] += row[i] * row[j];
    }
  }
  Matrix root = normal;
  decompose_semidefinite(root);
  if (!(root[1][1] > 0.0) || !(root[2][2] > 0.0))
    throw std::invalid_argument("parabola_of: wanted at least three different x");
  result.c = solve_semidefinite(normal, right);
  result.root = inverse_of(normal);
  decompose_semidefinite(result.root);
  for (std::size_t k = 0; k < x.size(); ++k) {
    const double residual = y[k] - result.at(x[k]);
    result.squares += residual * residual;
  }
  return result;
}

}  // namespace smdm::scaling
