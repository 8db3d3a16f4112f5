/// The mean of independent terms, with its standard error.
#pragma once

#include <optional>
#include <span>

namespace smdm {

struct Mean {
  double value = 0.0;
  std::optional<double> standard_error;  ///< empty for a single term
};

/// Sums in the order given, so equal terms give equal bits. The standard error is the sample
/// standard deviation (n - 1) divided by the square root of n.
/// @param terms  at least one
[[nodiscard]] Mean mean_of(std::span<const double> terms);

}  // namespace smdm
