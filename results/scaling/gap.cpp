// The gap as a curve over loss: two laws read the other way round, compute for a loss. Between
// power laws its interval is Welch's, whose degrees of freedom weigh all sources of error by their
// size; what was drawn for each family by itself would be too wide together. Between three-term
// laws, which are not lines, each draw of one family meets the same draw of the other.
#include "results/scaling/gap.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "base/charts/ticks.hpp"
#include "base/text/numbers.hpp"
#include "results/scaling/difference.hpp"

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

bool has_errors(const FamilyFit& fit) {
  return fit.loss && !fit.loss->errors.empty();
}

std::optional<Interval> interval_at(const FamilyFit& more,
                                    const FamilyFit& less,
                                    double loss,
                                    double log_ratio) {
  if (has_errors(more) && has_errors(less)) {
    Difference difference(log_ratio);
    for (const PowerLaw& law : {more.loss.value(), less.loss.value()})
      add_errors_of_flops(law.line, law.errors, loss, difference);
    const auto logs = difference.interval();
    if (!logs) return std::nullopt;
    return Interval{.low = std::exp(logs->low), .high = std::exp(logs->high)};
  }
  std::vector<double> ratios;
  const auto draws = std::min(more.draws(), less.draws());
  ratios.reserve(draws);
  for (std::size_t i = 0; i < draws; ++i)
    ratios.push_back(std::exp(more.log_flops_for(loss, i) - less.log_flops_for(loss, i)));
  return interval_of(std::move(ratios));
}

std::optional<GapPoint> point_at(const FamilyFit& more, const FamilyFit& less, double loss) {
  const double of_more = more.log_flops_for(loss);
  const double of_less = less.log_flops_for(loss);
  if (!std::isfinite(of_more) || !std::isfinite(of_less)) return std::nullopt;
  return GapPoint{.loss = loss,
                  .ratio = std::exp(of_more - of_less),
                  .interval = interval_at(more, less, loss, of_more - of_less),
                  .more_beyond = beyond(more, of_more),
                  .less_beyond = beyond(less, of_less)};
}

/// All losses of either family.
Interval losses_of(const FamilyFit& a, const FamilyFit& b) {
  const auto of_a = a.loss_range();
  const auto of_b = b.loss_range();
  return hull(of_a, of_b);
}

void compare_slopes(const FamilyFit& more, const FamilyFit& less, Gap& gap) {
  if (!more.loss || !less.loss) return;
  gap.slope_difference = more.loss->line.slope - less.loss->line.slope;
  if (!has_errors(more) || !has_errors(less)) return;
  Difference difference(*gap.slope_difference);
  for (const auto* fit : {&more, &less}) {
    for (const LineError& error : fit->loss.value().errors)
      difference.add(error.slope, error.degrees);
  }
  gap.slope_interval = difference.interval();
  if (gap.slope_interval) gap.slope_p = difference.p();
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
  curve.reserve(kSteps + 1);
  for (int i = 0; i <= kSteps; ++i) {
    const double loss = range.high - (range.high - range.low) * i / kSteps;
    if (auto point = point_at(more, less, loss)) curve.push_back(*point);
  }
  return curve;
}

}  // namespace

std::vector<double> round_losses(const FamilyFit& a, const FamilyFit& b) {
  const auto range = losses_of(a, b);
  return linear_ticks(range.low, range.high);
}

double middle_loss(const FamilyFit& a, const FamilyFit& b) {
  const auto of_a = a.loss_range();
  const auto of_b = b.loss_range();
  return (std::max(of_a.low, of_b.low) + std::min(of_a.high, of_b.high)) / 2.0;
}

Gap gap_between(const FamilyFit& a, const FamilyFit& b, std::span<const double> losses) {
  if (!a.has_curve() || !b.has_curve() || a.method != b.method)
    throw std::invalid_argument("gap_between: wanted two laws of one method");
  const double middle = middle_loss(a, b);
  const bool a_needs_more = a.log_flops_for(middle) > b.log_flops_for(middle);
  const FamilyFit& more = a_needs_more ? a : b;
  const FamilyFit& less = a_needs_more ? b : a;
  Gap gap;
  gap.method = a.method;
  gap.more = more.family;
  gap.less = less.family;
  gap.points.reserve(losses.size());
  for (const double loss : losses) {
    auto point = point_at(more, less, loss);
    if (!point) {
      gap.notes.push_back("loss " + short_text(loss) + " is below what one law comes to");
      continue;
    }
    note_extrapolation(more, point->more_beyond, loss, gap);
    note_extrapolation(less, point->less_beyond, loss, gap);
    gap.points.push_back(*point);
  }
  gap.curve = curve_of(more, less);
  compare_slopes(more, less, gap);
  note_bounds(more, less, gap);
  return gap;
}

}  // namespace smdm::scaling
