#include <algorithm>

#include "base/charts/chart.hpp"
#include "results/tradeoff/report.hpp"

namespace smdm::tradeoff {
namespace {

constexpr double kPercent = 100.0;

/// A curve's points in the order of their cost, as marks that a line joins.
void add_curve(const Curve& curve, const Analysis& analysis, std::vector<Series>& series) {
  auto points = curve.points;
  std::ranges::stable_sort(points, {}, [&](std::size_t p) { return analysis.points[p].rows; });
  Series line{.name = curve.name, .drawn = Drawn::joined, .x = {}, .y = {}};
  for (const auto p : points) {
    line.x.push_back(analysis.points[p].rows);
    line.y.push_back(kPercent * analysis.points[p].quality);
  }
  series.push_back(std::move(line));
}

}  // namespace

std::string front_svg(const Study& study, const Analysis& analysis) {
  Chart chart{.title = "Quality against cost: " + study.task,
              .x = {.title = "row-forwards a document", .logarithmic = true},
              .y = {.title = display_name(study.metric) + ", %"},
              .series = {}};
  for (const auto& curve : analysis.curves) add_curve(curve, analysis, chart.series);
  if (study.arm) {
    chart.series.push_back({.name = study.arm->name,
                            .drawn = Drawn::marks,
                            .x = {analysis.arm.value().rows},
                            .y = {kPercent * analysis.arm.value().quality}});
  }
  return chart_svg(chart);
}

}  // namespace smdm::tradeoff
