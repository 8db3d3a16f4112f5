// Pictures of a fit. Laws are solid over their own budgets and dashed where they are extrapolated,
// to the outermost budgets of any family.
#include <algorithm>
#include <cmath>
#include <functional>

#include "base/charts/chart.hpp"
#include "results/scaling/report.hpp"

namespace smdm::scaling {
namespace {

constexpr int kSteps = 40;

std::string name_in(const Fit& fit, const FamilyFit& one) {
  return fit.settings.methods.size() < 2 ? one.family : one.family + ", " + name_of(one.method);
}

/// All budgets of all families.
Interval all_flops(const Fit& fit) {
  std::optional<Interval> all;
  for (const FamilyFit& one : fit.fits) {
    if (!one.optima.empty()) all = all ? hull(*all, one.flops_range()) : one.flops_range();
  }
  return all.value();
}

/// "loss, nats per token" of nats_per_token.
std::string loss_title(const std::string& unit) {
  auto words = unit;
  std::ranges::replace(words, '_', ' ');
  return "loss, " + words;
}

using Curve = std::function<double(double flops)>;

Series curve_over(const std::string& name, Drawn drawn, const Interval& flops, const Curve& curve) {
  Series series{.name = name, .drawn = drawn, .x = {}, .y = {}};
  for (int i = 0; i <= kSteps; ++i) {
    const double x = flops.low * std::pow(flops.high / flops.low, static_cast<double>(i) / kSteps);
    series.x.push_back(x);
    series.y.push_back(curve(x));
  }
  return series;
}

/// A family's curve with its optima.
void add_curve(const std::string& name,
               const FamilyFit& one,
               const Interval& all,
               const Curve& curve,
               double Optimum::* member,
               std::vector<Series>& series) {
  const auto own = one.flops_range();
  series.push_back(curve_over(name, Drawn::line, own, curve));
  if (all.low < own.low)
    series.push_back(curve_over(name, Drawn::dashed, {.low = all.low, .high = own.low}, curve));
  if (all.high > own.high)
    series.push_back(curve_over(name, Drawn::dashed, {.low = own.high, .high = all.high}, curve));
  Series marks{.name = name, .drawn = Drawn::marks, .x = {}, .y = {}};
  for (const Optimum& optimum : one.optima) {
    marks.x.push_back(optimum.flops);
    marks.y.push_back(optimum.*member);
  }
  series.push_back(std::move(marks));
}

void add_published(std::span<const PublishedLaw> laws,
                   bool of_loss,
                   const Interval& all,
                   std::vector<Series>& series) {
  for (const PublishedLaw& law : laws) {
    if (law.of_loss == of_loss)
      series.push_back(curve_over(law.family + ", published", Drawn::dotted, all,
                                  [&law](double flops) { return law.at(flops); }));
  }
}

std::string loss_picture(const Fit& fit, std::span<const PublishedLaw> laws) {
  Chart chart{.title = "Best loss of a budget",
              .x = {.title = "FLOPs of a training", .logarithmic = true},
              .y = {.title = loss_title(fit.unit), .logarithmic = true},
              .series = {}};
  const auto all = all_flops(fit);
  for (const FamilyFit& one : fit.fits) {
    if (one.has_curve())
      add_curve(
          name_in(fit, one), one, all, [&one](double flops) { return one.best_loss(flops); },
          &Optimum::loss, chart.series);
  }
  add_published(laws, true, all, chart.series);
  return chart_svg(chart);
}

std::string params_picture(const Fit& fit, std::span<const PublishedLaw> laws) {
  Chart chart{.title = "Best size of a budget",
              .x = {.title = "FLOPs of a training", .logarithmic = true},
              .y = {.title = "parameters", .logarithmic = true},
              .series = {}};
  const auto all = all_flops(fit);
  for (const FamilyFit& one : fit.fits) {
    if (one.params)
      add_curve(
          name_in(fit, one), one, all,
          [&one](double flops) { return one.params.value().at(flops); }, &Optimum::params,
          chart.series);
  }
  add_published(laws, false, all, chart.series);
  return chart_svg(chart);
}

/// Marks over size: a method that bends leaves a pattern here.
std::string residuals_picture(const Fit& fit) {
  Chart chart{.title = "Residuals: ln of loss over fitted loss",
              .x = {.title = "parameters", .logarithmic = true},
              .y = {.title = "ln (loss / fitted)"},
              .series = {}};
  for (const FamilyFit& one : fit.fits) {
    Series marks{.name = name_in(fit, one), .drawn = Drawn::marks, .x = {}, .y = {}};
    for (const Residual& residual : one.residuals) {
      marks.x.push_back(residual.params);
      marks.y.push_back(residual.value);
    }
    chart.series.push_back(std::move(marks));
  }
  return chart_svg(chart);
}

/// The parts of a gap's curve, each solid or dashed; a part begins where the one before it ends.
void add_gap(const std::string& name, const Gap& gap, std::vector<Series>& series) {
  for (std::size_t i = 0; i < gap.curve.size(); ++i) {
    const GapPoint& point = gap.curve[i];
    const auto drawn = point.extrapolated() ? Drawn::dashed : Drawn::line;
    const bool begins = i == 0 || point.extrapolated() != gap.curve[i - 1].extrapolated();
    if (begins) {
      series.push_back({.name = name, .drawn = drawn, .x = {}, .y = {}});
      if (i > 0) {
        series.back().x.push_back(gap.curve[i - 1].loss);
        series.back().y.push_back(gap.curve[i - 1].ratio);
      }
    }
    series.back().x.push_back(point.loss);
    series.back().y.push_back(point.ratio);
  }
  Series low{.name = name, .drawn = Drawn::dotted, .x = {}, .y = {}};
  Series high = low;
  for (const GapPoint& point : gap.curve) {
    if (!point.interval) continue;
    low.x.push_back(point.loss);
    low.y.push_back(point.interval->low);
    high.x.push_back(point.loss);
    high.y.push_back(point.interval->high);
  }
  series.push_back(std::move(low));
  series.push_back(std::move(high));
}

std::string gaps_picture(const Fit& fit) {
  Chart chart{.title = "Compute for the same loss: solid where both have data; dotted: 95 %",
              .x = {.title = loss_title(fit.unit)},
              .y = {.title = "compute, times the other's", .logarithmic = true},
              .series = {}};
  for (const Gap& gap : fit.gaps) {
    auto name = gap.more + " / " + gap.less;
    if (fit.settings.methods.size() > 1) name += ", " + name_of(gap.method);
    add_gap(name, gap, chart.series);
  }
  return chart_svg(chart);
}

}  // namespace

std::vector<File> fit_pictures(const Fit& fit, std::span<const PublishedLaw> laws) {
  std::vector<File> files = {{.name = "loss.svg", .content = loss_picture(fit, laws)},
                             {.name = "params.svg", .content = params_picture(fit, laws)},
                             {.name = "residuals.svg", .content = residuals_picture(fit)}};
  const bool any_gap =
      std::ranges::any_of(fit.gaps, [](const Gap& gap) { return !gap.curve.empty(); });
  if (any_gap) files.push_back({.name = "gaps.svg", .content = gaps_picture(fit)});
  return files;
}

}  // namespace smdm::scaling
