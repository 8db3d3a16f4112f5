/// Whole fits: all families by all methods that were asked for, the gaps between them, and where
/// methods disagree.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "results/scaling/gap.hpp"
#include "results/scaling/law.hpp"
#include "results/scaling/methods.hpp"
#include "results/scaling/points.hpp"

namespace smdm::scaling {

struct FitSettings {
  std::vector<Method> methods;
  DrawSettings draws;
  std::vector<double> losses;  ///< where gaps are wanted; empty: round numbers of each pair
};

/// A family's exponents of the best size, by all methods.
struct Exponents {
  std::string family;
  std::vector<std::string> disagreements;  ///< one for each pair of methods
};

struct Fit {
  FitSettings settings;
  std::string unit;
  std::size_t points = 0;
  std::vector<FamilyFit> fits;  ///< method by method, families in the order of the points
  std::vector<Gap> gaps;        ///< of every pair of families with a law
  std::vector<Exponents> exponents;
  std::vector<Refusal> refused;  ///< of rows; those of families stand with them
};

/// @throws Error(data)  if nothing could be fitted, with the first reason
[[nodiscard]] Fit fit_points(const Points& points, const FitSettings& settings);

}  // namespace smdm::scaling
