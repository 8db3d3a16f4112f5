#include "results/statistics/swap_bounds.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

namespace smdm {
namespace {

/// Whether documents differ in nothing but what their first sums get.
bool differ_in_first_alone(const Metric& metric,
                           std::span<const double> a,
                           std::span<const double> b) {
  for (std::size_t at = 0; at < a.size(); ++at) {
    if (at % metric.width != 0 && a[at] != b[at]) return false;
  }
  return true;
}

/// The differences of what changes sides together.
std::vector<double> differences_of(const Metric& metric,
                                   std::span<const double> a,
                                   std::span<const double> b,
                                   std::span<const std::size_t> clusters) {
  const std::size_t documents = a.size() / metric.width;
  const std::size_t units = clusters.empty() ? documents : *std::ranges::max_element(clusters) + 1;
  std::vector<double> differences(units, 0.0);
  for (std::size_t i = 0; i < documents; ++i) {
    const std::size_t first = i * metric.width;
    differences[clusters.empty() ? i : clusters[i]] += b[first] - a[first];
  }
  return differences;
}

}  // namespace

std::optional<double> swap_distance(const Metric& metric,
                                    std::span<const double> a,
                                    std::span<const double> b,
                                    std::span<const std::size_t> clusters) {
  // A metric with an error from that of its first sum is a mean, or an exponential or quotient of
  // it.
  if (metric.error_of_sums == nullptr || !differ_in_first_alone(metric, a, b)) return std::nullopt;
  const auto differences = differences_of(metric, a, b, clusters);
  const double sum = std::accumulate(differences.begin(), differences.end(), 0.0);
  const double squares =
      std::inner_product(differences.begin(), differences.end(), differences.begin(), 0.0);
  return squares > 0.0 ? std::fabs(sum) / std::sqrt(squares) : 0.0;
}

double largest_swap_p_value(double distance) {
  return std::min(1.0, 2.0 * std::exp(-0.5 * distance * distance));
}

}  // namespace smdm
