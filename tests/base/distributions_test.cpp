// Oracles: closed forms (t with 1 and 2 degrees of freedom, beta functions of whole numbers) and
// tabulated values.
#include "base/numbers/distributions.hpp"

#include <cmath>
#include <numbers>
#include <stdexcept>

#include "tests/support/catch.hpp"

namespace smdm {
namespace {

TEST_CASE("the normal distribution function has its tabulated values") {
  CHECK(normal_cdf(0.0) == 0.5);
  CHECK(normal_cdf(1.959963984540054) == Approx(0.975).epsilon(1e-14));
  CHECK(normal_cdf(-10.0) == Approx(7.619853024160527e-24).epsilon(1e-12));
}

TEST_CASE("the incomplete beta function is a binomial tail for whole numbers") {
  for (const double x : {0.01, 0.3, 0.5, 0.77, 0.999}) {
    CHECK(incomplete_beta(1.0, 1.0, x) == Approx(x).epsilon(1e-14));
    CHECK(incomplete_beta(1.0, 4.0, x) == Approx(1.0 - std::pow(1.0 - x, 4)).epsilon(1e-13));
    const double tail = 10 * std::pow(x, 3) * std::pow(1 - x, 2) + 5 * std::pow(x, 4) * (1 - x) +
                        std::pow(x, 5);  // at least 3 of 5
    CHECK(incomplete_beta(3.0, 3.0, x) == Approx(tail).epsilon(1e-12));
    CHECK(incomplete_beta(2.5, 40.0, x) == Approx(1.0 - incomplete_beta(40.0, 2.5, 1.0 - x)));
  }
  CHECK(incomplete_beta(2.0, 3.0, 0.0) == 0.0);
  CHECK(incomplete_beta(2.0, 3.0, 1.0) == 1.0);
  CHECK_THROWS_AS(incomplete_beta(0.0, 1.0, 0.5), std::invalid_argument);
  CHECK_THROWS_AS(incomplete_beta(1.0, 1.0, 1.5), std::invalid_argument);
}

TEST_CASE("Student's t has its closed forms and the normal distribution as its limit") {
  for (const double t : {-30.0, -2.0, -0.1, 0.0, 0.7, 5.0}) {
    CHECK(student_t_cdf(t, 1.0) == Approx(0.5 + std::atan(t) / std::numbers::pi).epsilon(1e-12));
    CHECK(student_t_cdf(t, 2.0) == Approx(0.5 + t / (2.0 * std::sqrt(2.0 + t * t))).epsilon(1e-12));
  }
  CHECK(student_t_cdf(1.5, 1e5) == Approx(normal_cdf(1.5)).epsilon(1e-5));
  CHECK_THROWS_AS(student_t_cdf(1.0, 0.0), std::invalid_argument);
}

TEST_CASE("quantiles of Student's t have their tabulated values") {
  CHECK(student_t_quantile(0.975, 1.0) == Approx(12.706204736174698).epsilon(1e-10));
  CHECK(student_t_quantile(0.975, 4.0) == Approx(2.7764451051977934).epsilon(1e-12));
  CHECK(student_t_quantile(0.975, 119.0) == Approx(1.9800998764569535).epsilon(1e-10));
  CHECK(student_t_quantile(0.005, 10.0) == Approx(-3.1692726726169504).epsilon(1e-10));
  CHECK(student_t_quantile(0.5, 3.0) == Approx(0.0).margin(1e-12));
  for (const double p : {1e-6, 0.01, 0.4, 0.9, 0.9999}) {
    CHECK(student_t_cdf(student_t_quantile(p, 7.0), 7.0) == Approx(p).epsilon(1e-10));
  }
  CHECK_THROWS_AS(student_t_quantile(1.0, 3.0), std::invalid_argument);
}

}  // namespace
}  // namespace smdm
