#include "base/metrics/metric.hpp"

#include <algorithm>
#include <cmath>

namespace smdm {
namespace metrics {

double mean_of_sums(std::span<const double> sums, double documents) {
  return sums[0] / documents;
}

double mean_error(std::span<const double> /*sums*/, double documents, double error) {
  return error / documents;
}

double mean_tolerance(double /*value*/, std::size_t documents) {
  constexpr double kShare = 0.01;
  constexpr double kDocuments = 2.0;
  return std::max(kShare, kDocuments / static_cast<double>(documents));
}

double relative_tolerance(double value, std::size_t /*documents*/) {
  constexpr double kShare = 0.01;
  return kShare * std::fabs(value);
}

}  // namespace metrics

std::string display_name(const Metric& metric) {
  return metric.filter == Metric{}.filter ? metric.name : metric.name + "," + metric.filter;
}

}  // namespace smdm
