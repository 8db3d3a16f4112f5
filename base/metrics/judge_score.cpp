#include "base/metrics/judge_score.hpp"

namespace smdm::metrics {
namespace {

/// From the lowest score to the highest.
constexpr double kRange = 9.0;

/// Each document whose text becomes another may go from one end of the scale to the other.
double tolerance(double /*value*/, std::size_t documents, const Rounding& rounding) {
  return kRange * rounding.turned / static_cast<double>(documents);
}

}  // namespace

Metric judge_score() {
  return {
      .name = "judge_score", .digits = 2, .lowest = 1.0, .highest = 10.0, .tolerance = tolerance};
}

}  // namespace smdm::metrics
