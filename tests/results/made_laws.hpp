/// Trainings made from a law, for simulations: what a fit should find is known.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "results/scaling/law.hpp"
#include "results/scaling/methods.hpp"

namespace smdm::test {

/// A family whose best loss and best size are power laws of compute, with a parabola of loss over
/// ln N about them.
struct MadeFamily {
  std::string name = "mdm";
  double loss = 3.08;         ///< best, at kMadeCentre
  double exponent = -0.0625;  ///< of the best loss
  double params = 2e8;        ///< best, at kMadeCentre
  double params_exponent = 0.55;
  double curvature = 0.05;  ///< of loss over ln N, squared
};

/// How it is seen.
struct MadeNoise {
  int budgets = 5;
  int sizes = 6;            ///< of each budget; 1: at the best size
  double residual = 0.004;  ///< standard deviation of a loss
  double shift = 0.0;       ///< of what all losses of a budget have in common
};

/// Between 6e18 and 1e20, evenly by logarithm.
[[nodiscard]] std::vector<double> made_budgets(int count);

/// The middle of them.
inline constexpr double kMadeCentre = 2.449489742783178e19;

[[nodiscard]] scaling::Family made_family(const MadeFamily& law,
                                          const MadeNoise& noise,
                                          std::uint64_t seed);

/// Points of a three-term law, sizes evenly by logarithm around the best one.
/// @param reach     the smallest and the largest size are this many times from the middle
/// @param off       the middle is so many times the best size
/// @param residual  standard deviation of ln L
[[nodiscard]] scaling::Family made_three_terms(const scaling::ThreeTerms& law,
                                               const MadeNoise& noise,
                                               double reach,
                                               double off,
                                               std::uint64_t seed);

}  // namespace smdm::test
