/// The points of one family, sorted into budgets of compute.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "results/scaling/points.hpp"

namespace smdm::scaling {

/// Trainings of one family that cost the same.
struct Budget {
  double flops = 0.0;         ///< geometric mean of those of its points
  std::vector<Point> points;  ///< by params, at least one
  std::size_t sizes = 0;      ///< how many different params
};

struct Family {
  std::string name;
  std::vector<Budget> budgets;  ///< by flops, at least one
};

/// Families in the order of their first points. Points whose flops differ by less than a hundredth
/// are one budget: a whole number of steps seldom costs exactly what was asked for.
[[nodiscard]] std::vector<Family> families_of(std::span<const Point> points);

/// The geometric mean of the budgets: where laws have their centre.
[[nodiscard]] double centre_of(std::span<const double> flops);

}  // namespace smdm::scaling
