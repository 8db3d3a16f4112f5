/// Whether numbers are numbers.
#pragma once

#include <algorithm>
#include <cmath>
#include <span>

namespace smdm {

/// Neither NaN nor an infinity among them; true of none.
[[nodiscard]] inline bool all_finite(std::span<const double> values) {
  return std::ranges::all_of(values, [](double value) { return std::isfinite(value); });
}

}  // namespace smdm
