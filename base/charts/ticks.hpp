/// Round numbers for axes and tables.
#pragma once

#include <vector>

namespace smdm {

/// Multiples of 1, 2 or 5 times a power of ten from `low` to `high`, about six of them.
/// @param low, high  finite; low <= high
[[nodiscard]] std::vector<double> linear_ticks(double low, double high);

/// The same for a logarithmic axis: powers of ten where there are two of them or more, with their
/// double and five times where there are few; else as linear_ticks().
/// @param low, high  positive; low <= high
[[nodiscard]] std::vector<double> logarithmic_ticks(double low, double high);

}  // namespace smdm
