/// Random numbers behind the intervals of scaling laws.
#pragma once

#include <cstdint>
#include <string>

#include "base/numbers/random.hpp"

namespace smdm::scaling {

/// The numbers of one draw, one after the other: the same for the same seed, label and draw,
/// whatever else is drawn.
class Random {
 public:
  /// @param label  what the draws belong to: a method and a family
  /// @throws std::invalid_argument  if the seed does not fit 32 bits
  Random(std::uint64_t seed, const std::string& label, std::size_t draw);

  /// Uniform in (0, 1).
  [[nodiscard]] double uniform();

  /// Of mean 0 and variance 1.
  [[nodiscard]] double normal();

  /// Of the chi-square distribution (Marsaglia and Tsang 2000, ACM TOMS 26, 363).
  /// @param degrees  positive
  [[nodiscard]] double chi_square(double degrees);

 private:
  RandomStream stream_;
  std::int64_t draw_;
  std::int64_t place_ = 0;
};

}  // namespace smdm::scaling
