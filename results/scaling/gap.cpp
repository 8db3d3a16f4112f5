// The gap as a curve over loss: two laws read the other way round, compute for a loss. Each draw of
// one family meets the same draw of the other; they are independent of each other.
#include "results/scaling/gap.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "base/text/numbers.hpp"
#include "results/show/ticks.hpp"

namespace smdm::scaling {
namespace {

/// How far beyond its budgets a family is asked for.
double beyond(const FamilyFit& fit, double log_flops) {
  constexpr double kNothing = 1.0 + 1e-9;  // rounding at the outermost budgets
  const auto range = fit.flops_range();
  const double flops = std::exp(log_flops);
  const double times = std::max(flops / range.high, range.low / flops);
  return times > kNothing ? times : 1.0;
}

std::optional<GapPoint> point_at(const FamilyFit& more, const FamilyFit& less, double loss) {
  const double of_more = more.log_flops_for(loss);
  const double of_less = less.log_flops_for(loss);
  if (!std::isfinite(of_more) || !std::isfinite(of_less)) return std::nullopt;
  std::vector<double> ratios;
  const auto draws = std::min(more.draws(), less.draws());
  ratios.reserve(draws);
  for (std::size_t i = 0; i < draws; ++i)
    ratios.push_back(std::exp(more.log_flops_for(loss, i) - less.log_flops_for(loss, i)));
  return GapPoint{.loss = loss,
                  .ratio = std::exp(of_more - of_less),
                  .interval = interval_of(std::move(ratios)),
                  .more_beyond = beyond(more, of_more),
                  .less_beyond = beyond(less, of_less)};
}

/// All losses of either family.
Interval losses_of(const FamilyFit& a, const FamilyFit& b) {
  const auto of_a = a.loss_range();
  const auto of_b = b.loss_range();
  return hull(of_a, of_b);
}

/// The middle of the losses that both have, or of the hole between them.
double middle_of(const FamilyFit& a, const FamilyFit& b) {
  const auto of_a = a.loss_range();
  const auto of_b = b.loss_range();
  return (std::max(of_a.low, of_b.low) + std::min(of_a.high, of_b.high)) / 2.0;
}

void compare_slopes(const FamilyFit& more, const FamilyFit& less, Gap& gap) {
  if (!more.loss || !less.loss) return;
  gap.slope_difference = more.loss->line.slope - less.loss->line.slope;
  std::vector<double> differences;
  const auto draws = std::min(more.draws(), less.draws());
  std::size_t above = 0;
  for (std::size_t i = 0; i < draws; ++i) {
    differences.push_back(more.loss->draws[i].slope - less.loss->draws[i].slope);
    above += differences.back() > 0.0 ? 1 : 0;
  }
  gap.slope_interval = interval_of(std::move(differences));
  if (!gap.slope_interval) return;
  const auto smaller = std::max<std::size_t>(1, std::min(above, draws - above));
  gap.slope_p =
      std::min(1.0, 2.0 * static_cast<double>(smaller) / static_cast<double>(draws));
}

std::string kind_of(const std::optional<std::string>& bound) {
  if (!bound) return "losses of a kind that is not given";
  if (*bound == "exact") return "exact losses";
  if (*bound == "lower") return "bounds (the likelihood is at least as good)";
  return "any-order losses";
}

void note_bounds(const FamilyFit& more, const FamilyFit& less, Gap& gap) {
  if (more.bound == less.bound) return;
  gap.notes.push_back(more.family + " has " + kind_of(more.bound) + ", " + less.family + " " +
                      kind_of(less.bound) + ": part of the gap may be the bound's");
}

void note_extrapolation(const FamilyFit& fit, double times, double loss, Gap& gap) {
  if (times <= 1.0) return;
  gap.notes.push_back("at loss " + short_text(loss) + " " + fit.family + " is extrapolated " +
                      fixed_text(times, 1) + " times beyond its budgets");
}

std::vector<GapPoint> curve_of(const FamilyFit& more, const FamilyFit& less) {
  constexpr int kSteps = 40;
  const auto range = losses_of(more, less);
  std::vector<GapPoint> curve;
  for (int i = 0; i <= kSteps; ++i) {
    const double loss = range.high - (range.high - range.low) * i / kSteps;
    if (auto point = point_at(more, less, loss)) curve.push_back(std::move(*point));
  }
  return curve;
}

}  // namespace

std::vector<double> round_losses(const FamilyFit& a, const FamilyFit& b) {
  const auto range = losses_of(a, b);
  return linear_ticks(range.low, range.high);
}

Gap gap_between(const FamilyFit& a, const FamilyFit& b, std::span<const double> losses) {
  if (!a.has_curve() || !b.has_curve() || a.method != b.method)
    throw std::invalid_argument("gap_between: wanted two laws of one method");
  const double middle = middle_of(a, b);
  const bool a_needs_more = a.log_flops_for(middle) > b.log_flops_for(middle);
  const FamilyFit& more = a_needs_more ? a : b;
  const FamilyFit& less = a_needs_more ? b : a;
  Gap gap;
  gap.method = a.method;
  gap.more = more.family;
  gap.less = less.family;
  for (const double loss : losses) {
    auto point = point_at(more, less, loss);
    if (!point) {
      gap.notes.push_back("loss " + short_text(loss) + " is below what one law comes to");
      continue;
    }
    note_extrapolation(more, point->more_beyond, loss, gap);
    note_extrapolation(less, point->less_beyond, loss, gap);
    gap.points.push_back(std::move(*point));
  }
  gap.curve = curve_of(more, less);
  compare_slopes(more, less, gap);
  note_bounds(more, less, gap);
  return gap;
}

}  // namespace smdm::scaling
