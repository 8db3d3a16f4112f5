/// How much more compute one family needs than another for the same loss.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "results/scaling/law.hpp"

namespace smdm::scaling {

/// The gap at one loss.
struct GapPoint {
  double loss = 0.0;
  double ratio = 1.0;  ///< compute of `more` over that of `less`
  std::optional<Interval> interval;
  double more_beyond = 1.0;  ///< how many times the compute lies beyond the budgets of `more`: at
                             ///< least 1, and 1 within them
  double less_beyond = 1.0;

  [[nodiscard]] bool extrapolated() const { return more_beyond > 1.0 || less_beyond > 1.0; }
};

struct Gap {
  Method method = Method::isoflop;
  std::string more;  ///< the family that needs more, at the middle of what both have
  std::string less;
  std::vector<GapPoint> points;            ///< at the losses asked for
  std::vector<GapPoint> curve;             ///< over all losses of either family, falling
  std::optional<double> slope_difference;  ///< exponent of `more` minus that of `less`; of power
                                           ///< laws of loss alone
  std::optional<Interval> slope_interval;
  std::optional<double> slope_p;   ///< that laws of one slope differ so much, two-sided
  std::vector<std::string> notes;  ///< what a reader must know: extrapolation, bounds
};

/// Losses for a table: round numbers over all losses of both.
[[nodiscard]] std::vector<double> round_losses(const FamilyFit& a, const FamilyFit& b);

/// The middle of the losses that both have, or of the hole between them.
[[nodiscard]] double middle_loss(const FamilyFit& a, const FamilyFit& b);

/// The gap between two families that were fitted by one method. Its interval is Welch's between
/// power laws, and of draws between three-term laws.
/// @param losses  where it is wanted, positive; losses that one never comes to are left out, with
///                a note
/// @throws std::invalid_argument  if one has no curve, or the methods differ
[[nodiscard]] Gap gap_between(const FamilyFit& a,
                              const FamilyFit& b,
                              std::span<const double> losses);

}  // namespace smdm::scaling
