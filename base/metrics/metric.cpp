#include "base/metrics/metric.hpp"

#include <cmath>

namespace smdm {
namespace metrics {

double mean_of_sums(std::span<const double> sums, double documents) {
  return sums[0] / documents;
}

double mean_error(std::span<const double> /*sums*/, double documents, double error) {
  return error / documents;
}

double mean_tolerance(double /*value*/, std::size_t documents, const Rounding& rounding) {
  return rounding.turned / static_cast<double>(documents);
}

double relative_tolerance(double value, std::size_t /*documents*/, const Rounding& rounding) {
  return rounding.relative * std::fabs(value);
}

}  // namespace metrics

std::string display_name(const Metric& metric) {
  return metric.filter == Metric{}.filter ? metric.name : metric.name + "," + metric.filter;
}

}  // namespace smdm
