#include "base/charts/ticks.hpp"

#include <algorithm>
#include <cmath>

namespace smdm {
namespace {

/// The distance of about six ticks over a range.
double distance_of(double range) {
  constexpr double kWanted = 6.0;
  const double rough = range / kWanted;
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= rough * (1.0 - 1e-9)) return factor * power;
  }
  return 10.0 * power;
}

}  // namespace

std::vector<double> linear_ticks(double low, double high) {
  if (!(high > low)) return {low};
  constexpr double kRounding = 1e-9;
  const double distance = distance_of(high - low);
  const double first = std::ceil(low / distance - kRounding) + 0.0;  // never -0
  const auto more = static_cast<int>(std::floor(high / distance + kRounding) - first);
  std::vector<double> ticks;
  for (int i = 0; i <= more; ++i) {
    // Divided where the distance is a fraction, so that 3 * 0.1 is 0.3.
    const double step = first + i;
    ticks.push_back(distance < 1.0 ? step / std::round(1.0 / distance) : step * distance);
  }
  return ticks;
}

std::vector<double> logarithmic_ticks(double low, double high) {
  const double decades = std::log10(high / low);
  if (!(decades >= 1.0)) return linear_ticks(low, high);
  constexpr double kMany = 3.0;
  const std::vector<double> factors =
      decades > kMany ? std::vector<double>{1.0} : std::vector<double>{1.0, 2.0, 5.0};
  std::vector<double> ticks;
  const auto last = static_cast<int>(std::floor(std::log10(high)));
  for (auto power = static_cast<int>(std::floor(std::log10(low))); power <= last; ++power) {
    for (const double factor : factors) {
      const double tick = factor * std::pow(10.0, power);
      if (tick >= low * (1.0 - 1e-9) && tick <= high * (1.0 + 1e-9)) ticks.push_back(tick);
    }
  }
  return ticks;
}

}  // namespace smdm
