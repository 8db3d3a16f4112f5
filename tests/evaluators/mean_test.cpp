#include "base/numbers/mean.hpp"

#include <array>
#include <cmath>
#include <stdexcept>
#include <vector>

#include "tests/support/catch.hpp"

namespace smdm {
namespace {

TEST_CASE("mean and standard error of the mean") {
  const std::array<double, 4> terms{1.0, 2.0, 4.0, 9.0};
  const auto mean = mean_of(terms);
  CHECK(mean.value == 4.0);
  REQUIRE(mean.standard_error.has_value());
  // Squares 9 + 4 + 0 + 25 = 38, over 3, over 4.
  CHECK(*mean.standard_error == Approx(std::sqrt(38.0 / 12.0)).epsilon(1e-14));
}

TEST_CASE("one term has no standard error, equal terms have none left") {
  CHECK_FALSE(mean_of(std::array{3.5}).standard_error.has_value());
  CHECK(mean_of(std::array{3.5}).value == 3.5);
  CHECK(mean_of(std::array{2.25, 2.25, 2.25}).standard_error == 0.0);
  CHECK_THROWS_AS(mean_of(std::vector<double>{}), std::invalid_argument);
}

}  // namespace
}  // namespace smdm
