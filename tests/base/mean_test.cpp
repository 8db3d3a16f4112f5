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

// Equal in exact arithmetic; recorded results rest on the rounding of either form.
TEST_CASE("the error of documents is a deviation divided by a root, that of terms one root") {
  const std::vector<double> values{0.1, 0.7, 0.2, 0.9, 0.4, 0.4};
  const double squares = 0.1225 + 0.0625 + 0.0625 + 0.2025 + 0.0025 + 0.0025;
  CHECK(mean(values) == mean_of(values).value);
  CHECK(sample_deviation(values) == Approx(std::sqrt(squares / 5)).epsilon(1e-14));
  CHECK(mean_standard_error(values).value() == sample_deviation(values) / std::sqrt(6.0));
  CHECK(mean_of(values).standard_error.value() == Approx(std::sqrt(squares / 30)).epsilon(1e-14));
  CHECK_FALSE(mean_standard_error(std::array{3.5}).has_value());
  CHECK_THROWS_AS(mean(std::vector<double>{}), std::invalid_argument);
}

}  // namespace
}  // namespace smdm
