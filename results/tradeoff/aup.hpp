/// Area under parallelism: one number for how much quality a family of settings keeps as it reveals
/// more tokens a forward.
#pragma once

#include <vector>

namespace smdm::tradeoff {

/// Quality at some parallelism.
struct Parallel {
  double tokens_per_forward = 0.0;
  double quality = 0.0;  ///< in percent
};

/// rho_1 y_1 + sum over i > 1 of (rho_i - rho_(i-1)) (y_i W(y_i) + y_(i-1) W(y_(i-1))) / 2, points
/// in the order of their parallelism rho, without those whose quality y is more than 5 below the
/// first one's; W(y) = min(exp(-3 (1 - y / y_max)), 1). d3LLM's definition (its aup_utils).
/// @param best  y_max, in percent: areas of different y_max do not compare
/// @return 0 for no points, or where best is 0
[[nodiscard]] double area_under_parallelism(std::vector<Parallel> points, double best);

}  // namespace smdm::tradeoff
