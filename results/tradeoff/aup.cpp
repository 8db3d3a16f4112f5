#include "results/tradeoff/aup.hpp"

#include <algorithm>
#include <cmath>

namespace smdm::tradeoff {
namespace {

/// What a quality counts for next to the best.
double weight(double quality, double best) {
  constexpr double kSteepness = 3.0;
  return std::min(std::exp(-kSteepness * (1.0 - quality / best)), 1.0);
}

}  // namespace

double area_under_parallelism(std::vector<Parallel> points, double best) {
  constexpr double kMostLost = 5.0;
  if (points.empty() || best <= 0.0) return 0.0;
  std::ranges::stable_sort(points, {}, &Parallel::tokens_per_forward);
  const auto first = points.front();
  std::erase_if(points, [&](const Parallel& p) { return p.quality < first.quality - kMostLost; });
  double area = first.tokens_per_forward * first.quality;
  for (std::size_t i = 1; i < points.size(); ++i) {
    const auto& a = points[i - 1];
    const auto& b = points[i];
    area += (b.tokens_per_forward - a.tokens_per_forward) *
            (b.quality * weight(b.quality, best) + a.quality * weight(a.quality, best)) / 2.0;
  }
  return area;
}

}  // namespace smdm::tradeoff
