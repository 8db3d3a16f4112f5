#include "base/metrics/bits_per_byte.hpp"

#include <cmath>
#include <limits>

namespace smdm::metrics {
namespace {

/// @return nats and bytes, which are added over documents
std::vector<double> counts_of(const TextOutcome& outcome) {
  return {outcome.nats, outcome.bytes};
}

double of_counts(std::span<const double> sums, double /*documents*/) {
  return -sums[0] / sums[1] / std::log(2.0);
}

/// The bytes are known; the nats alone move.
double error_of_counts(std::span<const double> sums, double /*documents*/, double error) {
  return error / sums[1] / std::log(2.0);
}

}  // namespace

Metric bits_per_byte() {
  return {.name = "bits_per_byte",
          .aggregation = "bits_per_byte",
          .higher_is_better = false,
          .lowest = -std::numeric_limits<double>::infinity(),
          .highest = std::numeric_limits<double>::infinity(),
          .width = 2,
          .document = DocumentValue::counts,
          .is_mean = false,
          .ratio = RatioScale::linear,
          .of_text = counts_of,
          .of_sums = of_counts,
          .error_of_sums = error_of_counts,
          .tolerance = relative_tolerance};
}

}  // namespace smdm::metrics
