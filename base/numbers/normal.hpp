/// Normal numbers from uniform ones.
#pragma once

#include <cmath>
#include <numbers>

namespace smdm {

/// Two independent normal numbers of mean 0 in polar form (Box and Muller 1958). The second costs
/// nothing where only the first is asked for.
struct NormalPair {
  double radius = 0.0;
  double angle = 0.0;

  [[nodiscard]] double first() const { return radius * std::cos(angle); }
  [[nodiscard]] double second() const { return radius * std::sin(angle); }
};

/// @param u, v       uniform on (0, 1), independent
/// @param deviation  the standard deviation
[[nodiscard]] inline NormalPair normal_pair(double u, double v, double deviation = 1.0) {
  return {.radius = deviation * std::sqrt(-2.0 * std::log(u)), .angle = 2.0 * std::numbers::pi * v};
}

}  // namespace smdm
