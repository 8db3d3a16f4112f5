#include "base/numbers/normal.hpp"

#include <cmath>

#include "base/numbers/random.hpp"
#include "tests/support/catch.hpp"

namespace smdm {

TEST_CASE("a pair lies where its uniform numbers say") {
  const double radius = 2.0;
  const auto pair = normal_pair(std::exp(-radius * radius / 2.0), 0.125, 3.0);
  CHECK(pair.first() == Approx(3.0 * radius / std::sqrt(2.0)).epsilon(1e-14));
  CHECK(pair.second() == Approx(pair.first()).epsilon(1e-14));
  CHECK(normal_pair(0.5, 0.5).first() == Approx(-std::sqrt(2.0 * std::log(2.0))).epsilon(1e-14));
}

TEST_CASE("pairs have the moments of the normal distribution") {
  constexpr int kPairs = 50000;
  const RandomStream stream(1, Purpose::verdict_error, {});
  double sum = 0.0;
  double squares = 0.0;
  double products = 0.0;
  for (int i = 0; i < kPairs; ++i) {
    const auto pair = normal_pair(stream.uniform(0, 2 * i), stream.uniform(0, 2 * i + 1));
    sum += pair.first() + pair.second();
    squares += pair.first() * pair.first() + pair.second() * pair.second();
    products += pair.first() * pair.second();
  }
  // Standard errors: 0.0032, 0.0045, 0.0045.
  CHECK(std::abs(sum / (2 * kPairs)) < 0.013);
  CHECK(squares / (2 * kPairs) == Approx(1.0).margin(0.018));
  CHECK(std::abs(products / kPairs) < 0.018);
}

}  // namespace smdm
