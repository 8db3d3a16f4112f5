/// Cholesky's decomposition of small symmetric matrices that may be singular.
#pragma once

#include <cmath>
#include <cstddef>

namespace smdm {

/// Decomposes a symmetric positive semidefinite matrix in place: afterwards its lower triangle is L
/// with L * transposed(L) = a. A column that depends on those before it, up to rounding, becomes 0;
/// so does one whose diagonal is not above 0 or not a number. What is above the diagonal is neither
/// read nor written.
/// @param a  square, row by row: anything with size() and a[i][j], such as arrays of arrays, whose
///           size the compiler knows, or vectors of vectors
template <typename Matrix>
void decompose_semidefinite(Matrix& a) {
  constexpr double kNothing = 1e-12;  // of a diagonal's own size
  const std::size_t size = a.size();
  for (std::size_t j = 0; j < size; ++j) {
    const double scale = a[j][j];
    for (std::size_t k = 0; k < j; ++k) a[j][j] -= a[j][k] * a[j][k];
    const bool independent = a[j][j] > kNothing * scale && scale > 0.0;
    a[j][j] = independent ? std::sqrt(a[j][j]) : 0.0;
    for (std::size_t i = j + 1; i < size; ++i) {
      for (std::size_t k = 0; k < j; ++k) a[i][j] -= a[i][k] * a[j][k];
      a[i][j] = independent ? a[i][j] / a[j][j] : 0.0;
    }
  }
}

/// Solves a * x = b for a symmetric positive semidefinite matrix; a direction that the matrix says
/// nothing about gets 0.
/// @param b  as long as a
template <typename Matrix, typename Vector>
[[nodiscard]] Vector solve_semidefinite(Matrix a, Vector b) {
  decompose_semidefinite(a);
  const std::size_t size = a.size();
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t k = 0; k < i; ++k) b[i] -= a[i][k] * b[k];
    b[i] = a[i][i] > 0.0 ? b[i] / a[i][i] : 0.0;
  }
  for (std::size_t i = size; i-- > 0;) {
    for (std::size_t k = i + 1; k < size; ++k) b[i] -= a[k][i] * b[k];
    b[i] = a[i][i] > 0.0 ? b[i] / a[i][i] : 0.0;
  }
  return b;
}

}  // namespace smdm
