// Axes that fit the points closely, with round numbers at them; one colour a name.
#include "results/show/chart.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <utility>

#include "base/text/numbers.hpp"
#include "base/text/svg.hpp"
#include "results/show/ticks.hpp"

namespace smdm {
namespace {

constexpr double kWidth = 820.0;
constexpr double kHeight = 480.0;
constexpr double kLeft = 80.0;
constexpr double kRight = 210.0;  ///< for the legend
constexpr double kTop = 50.0;
constexpr double kBottom = 60.0;
constexpr std::array<const char*, 8> kColours = {"#d55e00", "#0072b2", "#009e73", "#cc79a7",
                                                 "#e69f00", "#56b4e9", "#000000", "#7f7f7f"};

std::string number(double value) {
  return fixed_text(value, 1);
}

class Axis {
 public:
  Axis(const Scale& scale, double begin, double end) : scale_(scale), begin_(begin), end_(end) {}

  [[nodiscard]] bool shows(double value) const {
    return std::isfinite(value) && (!scale_.logarithmic || value > 0.0);
  }
  void include(double value) {
    low_ = std::min(low_, value);
    high_ = std::max(high_, value);
  }
  [[nodiscard]] bool is_empty() const { return low_ > high_; }
  [[nodiscard]] double begin() const { return begin_; }
  [[nodiscard]] double end() const { return end_; }
  [[nodiscard]] const std::string& title() const { return scale_.title; }

  [[nodiscard]] double at(double value) const {
    const double low = place(low_);
    const double range = place(high_) - low;
    // A margin keeps marks off the frame; a single value stands in the middle.
    constexpr double kMargin = 0.03;
    const double share = range > 0.0 ? (place(value) - low) / range : 0.5;
    return begin_ + (kMargin + share * (1.0 - 2.0 * kMargin)) * (end_ - begin_);
  }
  [[nodiscard]] std::vector<double> ticks() const {
    return scale_.logarithmic ? logarithmic_ticks(low_, high_) : linear_ticks(low_, high_);
  }

 private:
  [[nodiscard]] double place(double value) const {
    return scale_.logarithmic ? std::log(value) : value;
  }

  const Scale& scale_;
  double begin_;  ///< in the picture
  double end_;
  double low_ = std::numeric_limits<double>::infinity();
  double high_ = -std::numeric_limits<double>::infinity();
};

std::string text(double x, double y, const std::string& anchor, const std::string& content) {
  return svg::text(number(x), number(y), anchor, content);
}

std::string grid(const Axis& x, const Axis& y) {
  const auto line = [](double x1, double y1, double x2, double y2) {
    return svg::line({number(x1), number(y1)}, {number(x2), number(y2)}, "#dddddd");
  };
  std::string out;
  for (const double tick : x.ticks()) {
    out += line(x.at(tick), y.begin(), x.at(tick), y.end());
    out += text(x.at(tick), y.begin() + 20.0, "middle", short_text(tick));
  }
  for (const double tick : y.ticks()) {
    out += line(x.begin(), y.at(tick), x.end(), y.at(tick));
    out += text(x.begin() - 8.0, y.at(tick) + 4.0, "end", short_text(tick));
  }
  out += text((x.begin() + x.end()) / 2.0, kHeight - 15.0, "middle", x.title());
  return out + svg::group({{"transform", "translate(20 " + number((y.begin() + y.end()) / 2.0) +
                                             ") rotate(-90)"}},
                          text(0.0, 0.0, "middle", y.title()));
}

std::string drawn(const Series& series, const Axis& x, const Axis& y, const std::string& colour) {
  std::vector<std::pair<std::string, std::string>> places;
  places.reserve(series.x.size());
  for (std::size_t i = 0; i < series.x.size(); ++i) {
    if (x.shows(series.x[i]) && y.shows(series.y[i]))
      places.emplace_back(number(x.at(series.x[i])), number(y.at(series.y[i])));
  }
  if (series.drawn != Drawn::marks) {
    svg::Attributes attributes = {{"points", svg::points(places)},
                                  {"fill", "none"},
                                  {"stroke-width", series.drawn == Drawn::dotted ? "1" : "2"},
                                  {"stroke", colour}};
    if (series.drawn == Drawn::dashed) attributes.emplace_back("stroke-dasharray", "8 5");
    if (series.drawn == Drawn::dotted) attributes.emplace_back("stroke-dasharray", "2 3");
    return svg::element("polyline", attributes);
  }
  std::string marks;
  for (const auto& [px, py] : places)
    marks += svg::element("circle", {{"cx", px}, {"cy", py}, {"r", "3"}});
  return svg::group({{"fill", colour}}, marks);
}

/// The names of a chart, each once.
std::vector<std::string> names_of(const Chart& chart) {
  std::vector<std::string> names;
  for (const Series& series : chart.series) {
    if (std::ranges::find(names, series.name) == names.end()) names.push_back(series.name);
  }
  return names;
}

void include(const Series& series, Axis& x, Axis& y) {
  if (series.x.size() != series.y.size())
    throw std::invalid_argument("chart: wanted as many x as y of " + series.name);
  for (std::size_t i = 0; i < series.x.size(); ++i) {
    if (!x.shows(series.x[i]) || !y.shows(series.y[i])) continue;
    x.include(series.x[i]);
    y.include(series.y[i]);
  }
}

}  // namespace

std::string chart_svg(const Chart& chart) {
  Axis x(chart.x, kLeft, kWidth - kRight);
  Axis y(chart.y, kHeight - kBottom, kTop);
  for (const Series& series : chart.series) include(series, x, y);
  if (x.is_empty()) throw std::invalid_argument("chart: wanted at least one point");
  const auto names = names_of(chart);
  const auto colour_of = [&](const std::string& name) {
    const auto place = static_cast<std::size_t>(std::ranges::find(names, name) - names.begin());
    return std::string(kColours.at(place % kColours.size()));
  };
  std::string content = text(kLeft, 28.0, "start", chart.title) + grid(x, y);
  for (const Series& series : chart.series) content += drawn(series, x, y, colour_of(series.name));
  double row = kTop;
  for (const auto& name : names) {
    row += 20.0;
    content += svg::element("rect", {{"x", number(x.end() + 15.0)},
                                     {"y", number(row - 9.0)},
                                     {"width", "10"},
                                     {"height", "10"},
                                     {"fill", colour_of(name)}});
    content += text(x.end() + 31.0, row, "start", name);
  }
  return svg::picture(static_cast<int>(kWidth), static_cast<int>(kHeight), 13, content);
}

}  // namespace smdm
