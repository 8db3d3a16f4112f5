#include "training/plot.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/text/numbers.hpp"
#include "base/text/svg.hpp"

namespace smdm::training {
namespace {

struct Point {
  double x, y;
};

constexpr double kWidth = 720, kHeight = 420;
constexpr double kLeft = 64, kRight = 20, kTop = 40, kBottom = 48;

std::string number(double value) {
  return short_text(value);
}

std::vector<Point> points_of(const std::vector<Json>& records, const char* field) {
  std::vector<Point> points;
  for (const auto& record : records) {
    if (record.contains(field) && record.at(field).is_number())
      points.push_back({.x = record.at("step").get<double>(), .y = record.at(field).get<double>()});
  }
  return points;
}

/// Exponential running mean over about a fiftieth of the points, without the bias of its start.
std::vector<Point> smoothed(std::vector<Point> points) {
  const double keep = 1.0 - 1.0 / std::max(1.0, static_cast<double>(points.size()) / 50.0);
  double sum = 0.0;
  double weight = 0.0;
  for (auto& point : points) {
    sum = keep * sum + point.y;
    weight = keep * weight + 1.0;
    point.y = sum / weight;
  }
  return points;
}

/// 1, 2 or 5 times a power of ten, so that about five of them make the range.
double tick_distance(double range) {
  const double rough = std::max(range, 1e-9) / 5.0;
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= rough) return factor * power;
  }
  return 10.0 * power;
}

/// Its multiples from 0 to the end of an axis.
std::vector<double> ticks_to(double end) {
  const double distance = tick_distance(end);
  std::vector<double> ticks;
  for (int i = 0; i * distance <= end * (1 + 1e-9); ++i) ticks.push_back(i * distance);
  return ticks;
}

class Chart {
 public:
  Chart(double last_step, double highest)
      : x_end_(std::max(last_step, 1.0)), y_end_(std::max(highest, 1e-9)) {}

  [[nodiscard]] std::string axes() const {
    std::string out;
    for (const double x : ticks_to(x_end_)) {
      out += line(at_x(x), kTop, at_x(x), kHeight - kBottom) +
             text(at_x(x), kHeight - kBottom + 18, "middle", number(x));
    }
    for (const double y : ticks_to(y_end_)) {
      out += line(kLeft, at_y(y), kWidth - kRight, at_y(y)) +
             text(kLeft - 8, at_y(y) + 4, "end", number(y));
    }
    return out + text((kLeft + kWidth - kRight) / 2, kHeight - 10, "middle", "step") +
           text(kLeft, kTop - 8, "middle", "nats per token");
  }

  [[nodiscard]] std::string curve(const std::vector<Point>& points,
                                  const std::string& colour,
                                  const std::string& width) const {
    std::vector<std::pair<std::string, std::string>> places;
    places.reserve(points.size());
    for (const auto& point : points)
      places.emplace_back(number(at_x(point.x)), number(at_y(point.y)));
    return svg::element("polyline", {{"fill", "none"},
                                     {"stroke", colour},
                                     {"stroke-width", width},
                                     {"points", svg::points(places)}});
  }

  [[nodiscard]] std::string dots(const std::vector<Point>& points,
                                 const std::string& colour) const {
    std::string out;
    for (const auto& point : points)
      out += svg::element("circle", {{"cx", number(at_x(point.x))},
                                     {"cy", number(at_y(point.y))},
                                     {"r", "3.5"},
                                     {"fill", colour}});
    return out;
  }

  static std::string text(double x, double y, const std::string& anchor, const std::string& what) {
    return svg::text(number(x), number(y), anchor, what);
  }

 private:
  static std::string line(double x1, double y1, double x2, double y2) {
    return svg::line({number(x1), number(y1)}, {number(x2), number(y2)}, "#e4e4e4");
  }
  [[nodiscard]] double at_x(double x) const {
    return kLeft + (kWidth - kLeft - kRight) * x / x_end_;
  }
  [[nodiscard]] double at_y(double y) const {
    const double share = std::min(std::max(y / y_end_, 0.0), 1.0);
    return kHeight - kBottom - (kHeight - kTop - kBottom) * share;
  }

  double x_end_;
  double y_end_;
};

}  // namespace

std::string loss_curve(const std::vector<Json>& records, const std::string& title) {
  const auto losses = points_of(records, "loss");
  const auto means = smoothed(losses);
  const auto validation = points_of(records, "validation_loss");
  double last = 0.0;
  double highest = 0.0;
  for (const auto* points : {&means, &validation}) {
    for (const auto& point : *points) {
      last = std::max(last, point.x);
      highest = std::max(highest, point.y * 1.05);
    }
  }
  const Chart chart(last, highest);
  const auto content = chart.axes() +
                       Chart::text((kLeft + kWidth - kRight) / 2, 20, "middle", title) +
                       chart.curve(losses, "#9fc1e8", "0.7") + chart.curve(means, "#1f5fa8", "2") +
                       chart.dots(validation, "#c8442b") +
                       Chart::text(kWidth - kRight, kTop - 8, "end",
                                   "line: training loss, running mean; dots: validation");
  return svg::picture(static_cast<int>(kWidth), static_cast<int>(kHeight), 12, content);
}

}  // namespace smdm::training
