// The running mean says where the loss is, and the axis ends where it does: single steps may lie
// above, and are drawn at the edge.
#include "training/plot.hpp"

#include <algorithm>

#include "base/charts/chart.hpp"

namespace smdm::training {
namespace {

Series points_of(const std::vector<Json>& records, const char* field) {
  Series series;
  for (const auto& record : records) {
    if (!record.contains(field) || !record.at(field).is_number()) continue;
    series.x.push_back(record.at("step").get<double>());
    series.y.push_back(record.at(field).get<double>());
  }
  return series;
}

/// Exponential running mean over about a fiftieth of the points, without the bias of its start.
Series smoothed(Series series) {
  const double keep = 1.0 - 1.0 / std::max(1.0, static_cast<double>(series.y.size()) / 50.0);
  double sum = 0.0;
  double weight = 0.0;
  for (double& y : series.y) {
    sum = keep * sum + y;
    weight = keep * weight + 1.0;
    y = sum / weight;
  }
  return series;
}

double largest(const std::vector<double>& values, double least) {
  return values.empty() ? least : std::max(least, std::ranges::max(values));
}

}  // namespace

std::string loss_curve(const std::vector<Json>& records, const std::string& title) {
  constexpr double kAbove = 1.05;
  auto losses = points_of(records, "loss");
  auto means = smoothed(losses);
  auto validation = points_of(records, "validation_loss");
  losses.name = "training, a step";
  losses.drawn = Drawn::thin;
  means.name = "training, running mean";
  validation.name = "validation";
  validation.drawn = Drawn::marks;
  const double last = largest(validation.x, largest(losses.x, 1.0));
  const double highest = largest(validation.y, largest(means.y, 1e-9));
  Chart chart{.title = title,
              .x = {.title = "step", .low = 0.0, .high = last},
              .y = {.title = "loss, nats per token", .low = 0.0, .high = kAbove * highest},
              .series = {}};
  for (auto* series : {&losses, &means, &validation}) {
    if (!series->x.empty()) chart.series.push_back(std::move(*series));
  }
  return chart_svg(chart);
}

}  // namespace smdm::training
