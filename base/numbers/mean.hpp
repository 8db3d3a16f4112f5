/// Means of independent terms, with their standard errors. All sums are in the order given, so
/// equal terms give equal bits.
#pragma once

#include <optional>
#include <span>

namespace smdm {

/// @throws std::invalid_argument  if there are no values
[[nodiscard]] double mean(std::span<const double> values);

/// Sample standard deviation (n - 1). REQUIRES: at least two values
[[nodiscard]] double sample_deviation(std::span<const double> values);

/// Sample standard deviation divided by sqrt(n), in these two steps, as lm-evaluation-harness
/// computes it: what results say of documents. Empty with fewer than two values.
[[nodiscard]] std::optional<double> mean_standard_error(std::span<const double> values);

struct Mean {
  double value = 0.0;
  std::optional<double> standard_error;  ///< empty for a single term
};

/// Mean and standard error of Monte Carlo terms. The error is that of mean_standard_error(), but
/// with one root of all, so that the last bit may differ: recorded estimates rest on either form.
/// @throws std::invalid_argument  if there are no terms
[[nodiscard]] Mean mean_of(std::span<const double> terms);

}  // namespace smdm
