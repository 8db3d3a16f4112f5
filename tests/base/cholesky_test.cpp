#include "base/numbers/cholesky.hpp"

#include <array>
#include <vector>

#include "tests/support/catch.hpp"

namespace smdm {
namespace {

using Matrix = std::vector<std::vector<double>>;

TEST_CASE("the lower triangle is a root of the matrix") {
  Matrix a{{4, 12, -16}, {12, 37, -43}, {-16, -43, 98}};
  decompose_semidefinite(a);
  const Matrix root{{2}, {6, 1}, {-8, 5, 3}};
  for (std::size_t i = 0; i < 3; ++i) {
    for (std::size_t j = 0; j <= i; ++j) CHECK(a[i][j] == root[i][j]);
  }
}

TEST_CASE("a column that depends on those before it becomes 0") {
  // The third row is the sum of the others.
  std::array<std::array<double, 3>, 3> a{{{1, 2, 3}, {2, 5, 7}, {3, 7, 10}}};
  decompose_semidefinite(a);
  CHECK(a[2][0] == 3.0);
  CHECK(a[2][1] == 1.0);
  CHECK(a[2][2] == 0.0);
  Matrix nothing{{0, 0}, {0, 9}};
  decompose_semidefinite(nothing);
  CHECK(nothing[0][0] == 0.0);
  CHECK(nothing[1][0] == 0.0);
  CHECK(nothing[1][1] == 3.0);
  Matrix negative{{-1e-320, 0}, {0, -1}};
  decompose_semidefinite(negative);
  CHECK(negative[0][0] == 0.0);
  CHECK(negative[1][1] == 0.0);
}

TEST_CASE("systems are solved, with 0 where the matrix says nothing") {
  using Vector = std::array<double, 2>;
  using Square = std::array<Vector, 2>;
  const auto x = solve_semidefinite(Square{{{4, 2}, {2, 10}}}, Vector{8, 22});
  CHECK(x[0] == Approx(1.0).epsilon(1e-14));
  CHECK(x[1] == Approx(2.0).epsilon(1e-14));
  CHECK(solve_semidefinite(Square{{{4, 0}, {0, 0}}}, Vector{8, 5}) == Vector{2, 0});
}

}  // namespace
}  // namespace smdm
