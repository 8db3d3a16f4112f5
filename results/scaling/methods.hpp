/// The three ways from a family's points to its scaling law; docs/scaling.md has their formulas.
#pragma once

#include <cstddef>
#include <cstdint>

#include "results/scaling/budgets.hpp"
#include "results/scaling/law.hpp"

namespace smdm::scaling {

/// How intervals are drawn.
struct DrawSettings {
  std::uint64_t seed = 0;
  std::size_t draws = 2000;  ///< of the methods by budgets
  std::size_t refits = 200;  ///< of the three-term law, each some milliseconds
};

/// Per budget a parabola of loss over ln N, whose lowest point is the budget's optimum; then lines
/// of ln L and ln N over ln C. Residual variance is pooled over the budgets. Budgets that have
/// fewer than three sizes, whose parabola does not open upwards, or whose lowest point lies outside
/// the sizes, are refused.
[[nodiscard]] FamilyFit fit_isoflop(const Family& family, const DrawSettings& settings);

/// Per budget the size of the lowest loss, seeds averaged; then the same lines. A budget is one
/// point, so the lines' residuals are all that intervals know of.
[[nodiscard]] FamilyFit fit_envelope(const Family& family, const DrawSettings& settings);

/// The three-term law through all points: Huber's function (1e-3) of ln L, summed up, least over
/// many starts of L-BFGS. Intervals: refits of points drawn about the law.
[[nodiscard]] FamilyFit fit_parametric(const Family& family, const DrawSettings& settings);

}  // namespace smdm::scaling
