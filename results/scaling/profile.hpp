/// A budget's sizes with the parabola through them. For results/scaling only.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "results/scaling/budgets.hpp"
#include "results/scaling/parabola.hpp"

namespace smdm::scaling {

/// A budget that has an optimum.
struct Profile {
  const Budget* budget = nullptr;
  Parabola parabola;  ///< of loss over ln N
  Lowest lowest;
  double given = 0.0;  ///< mean square of the standard errors given with its points

  /// Variance of its residuals, where their pooled one is known.
  [[nodiscard]] double variance(double pooled) const;
};

/// Variances of its optimum's ln N and ln L.
[[nodiscard]] Lowest error_of(const Profile& profile, double pooled);

/// The profile of a budget, or why there is none: fewer than three sizes, a parabola that does not
/// open upwards, or one that is lowest outside the sizes or below 0.
/// @param budget  must outlive it
[[nodiscard]] std::variant<Profile, std::string> profile_of(const Budget& budget);

/// The residual variance of all parabolas of a family.
struct Pooled {
  double variance = 0.0;
  double degrees = 0.0;  ///< of freedom: sum of points - 3
};

[[nodiscard]] Pooled pooled_over(const std::vector<Profile>& profiles);

}  // namespace smdm::scaling
