/// Which further trainings would tell the gap between two families more exactly.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "results/scaling/budgets.hpp"
#include "results/scaling/law.hpp"
#include "results/statistics/interval.hpp"

namespace smdm::scaling {

enum class Addition : std::uint8_t {
  budget_below,
  budget_between,  ///< in the widest hole
  budget_above,
  seed,   ///< every size of a budget once more
  sizes,  ///< one between every two neighbours of a budget
};

/// "budget below", "one more seed".
[[nodiscard]] std::string name_of(Addition addition);

/// Trainings that may be added.
struct FurtherRun {
  std::string family;
  Addition addition = Addition::budget_above;
  double budget = 0.0;         ///< FLOPs of each
  std::vector<double> params;  ///< of the trainings, rising
  Interval interval;           ///< of the gap, as it is expected to be with them
  double narrower = 0.0;       ///< by how much of the interval's width in ln; below 0 where wider

  /// FLOPs of all.
  [[nodiscard]] double flops() const { return budget * static_cast<double>(params.size()); }
  [[nodiscard]] double narrower_per_flop() const { return narrower / flops(); }
};

/// The gap of two families at one loss, and what would narrow its interval.
struct Further {
  std::string more;
  std::string less;
  double loss = 0.0;
  double ratio = 1.0;
  std::optional<Interval> interval;  ///< as it is
  std::vector<FurtherRun> runs;      ///< what narrows most per FLOP first
  std::optional<std::string> none;   ///< why there are none
};

/// For every pair of families with a law by parabolas. New optima are put on the fitted lines, with
/// the error that a parabola of the family's curvature, pooled residual variance and given standard
/// errors has; the scatter of budgets is taken to stay what it is. From this follow the lines' and
/// the gap's errors as they do in a fit (docs/scaling.md).
/// @param fits  of these families; those by other methods are passed over
/// @param loss  where the gap is; nothing: at the middle of what both families have
[[nodiscard]] std::vector<Further> further_runs(std::span<const Family> families,
                                                std::span<const FamilyFit> fits,
                                                std::optional<double> loss);

}  // namespace smdm::scaling
