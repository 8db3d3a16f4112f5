// Axes that fit the points closely, with round numbers at them; one colour a name.
#include "base/charts/chart.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <utility>

#include "base/charts/ticks.hpp"
#include "base/text/numbers.hpp"
#include "base/text/svg.hpp"

namespace smdm {
namespace {

constexpr double kWidth = 760.0;
constexpr double kHeight = 460.0;
constexpr double kLeft = 80.0;
constexpr double kRight = 200.0;  ///< for the legend
constexpr double kTop = 50.0;
constexpr double kBottom = 60.0;
constexpr std::array<const char*, 8> kColours = {"#d55e00", "#0072b2", "#009e73", "#cc79a7",
                                                 "#e69f00", "#000000", "#56b4e9", "#7f7f7f"};

std::string number(double value) {
  return fixed_text(value, 1);
}

class Axis {
 public:
  /// @param begin, end  in the picture
  Axis(const Scale& scale, double begin, double end) : scale_(scale), begin_(begin), end_(end) {
    if (scale.low) low_ = place(*scale.low);
    if (scale.high) high_ = place(*scale.high);
  }

  [[nodiscard]] bool shows(double value) const {
    return std::isfinite(value) && (!scale_.logarithmic || value > 0.0);
  }
  void include(double value) {
    constexpr double kRounding = 1e-9;
    const double low = scale_.base ? std::floor(place(value) + kRounding) : place(value);
    const double high = scale_.base ? std::ceil(place(value) - kRounding) : place(value);
    if (!scale_.low) low_ = std::min(low_, low);
    if (!scale_.high) high_ = std::max(high_, high);
  }
  [[nodiscard]] bool is_empty() const { return low_ > high_; }
  [[nodiscard]] double begin() const { return begin_; }
  [[nodiscard]] double end() const { return end_; }
  [[nodiscard]] const std::string& title() const { return scale_.title; }

  [[nodiscard]] double at(double value) const {
    const double range = high_ - low_;
    double share = std::clamp((place(value) - low_) / (range > 0.0 ? range : 1.0), 0.0, 1.0);
    if (ends_are_given()) return begin_ + share * (end_ - begin_);
    // A margin keeps marks off the frame; a single value stands in the middle.
    constexpr double kMargin = 0.03;
    if (!(range > 0.0)) share = 0.5;
    return begin_ + (kMargin + share * (1.0 - 2.0 * kMargin)) * (end_ - begin_);
  }
  [[nodiscard]] std::vector<double> ticks() const {
    if (scale_.base) return powers();
    const double low = scale_.logarithmic ? std::exp(low_) : low_;
    const double high = scale_.logarithmic ? std::exp(high_) : high_;
    return scale_.logarithmic ? logarithmic_ticks(low, high) : linear_ticks(low, high);
  }

 private:
  [[nodiscard]] bool ends_are_given() const { return scale_.base || scale_.low || scale_.high; }

  [[nodiscard]] std::vector<double> powers() const {
    std::vector<double> ticks;
    const int last = static_cast<int>(high_);
    for (int power = static_cast<int>(low_); power <= last; ++power)
      ticks.push_back(std::pow(scale_.base.value(), power));
    return ticks;
  }

  /// What is evenly spaced on the axis.
  [[nodiscard]] double place(double value) const {
    if (scale_.base) return std::log(value) / std::log(*scale_.base);
    return scale_.logarithmic ? std::log(value) : value;
  }

  const Scale& scale_;
  double begin_;
  double end_;
  double low_ = std::numeric_limits<double>::infinity();  ///< places
  double high_ = -std::numeric_limits<double>::infinity();
};

std::string text(double x, double y, const std::string& anchor, const std::string& content) {
  return svg::text(number(x), number(y), anchor, content);
}

std::string grid(const Axis& x, const Axis& y) {
  const auto line = [](double x1, double y1, double x2, double y2) {
    return svg::line({number(x1), number(y1)}, {number(x2), number(y2)}, "#cccccc");
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

std::string width_of(Drawn drawn) {
  if (drawn == Drawn::thin) return "0.5";
  return drawn == Drawn::dotted ? "1" : "2";
}

std::string drawn(const Series& series, const Axis& x, const Axis& y, const std::string& colour) {
  std::vector<std::pair<std::string, std::string>> places;
  places.reserve(series.x.size());
  for (std::size_t i = 0; i < series.x.size(); ++i) {
    if (x.shows(series.x[i]) && y.shows(series.y[i]))
      places.emplace_back(number(x.at(series.x[i])), number(y.at(series.y[i])));
  }
  std::string marks;
  for (const auto& [px, py] : places)
    marks += svg::element("circle", {{"cx", px}, {"cy", py}, {"r", "3"}});
  marks = svg::group({{"fill", colour}}, marks);
  if (series.drawn == Drawn::marks) return marks;
  svg::Attributes attributes = {{"points", svg::points(places)},
                                {"fill", "none"},
                                {"stroke-width", width_of(series.drawn)},
                                {"stroke", colour}};
  if (series.drawn == Drawn::dashed) attributes.emplace_back("stroke-dasharray", "8 5");
  if (series.drawn == Drawn::dotted) attributes.emplace_back("stroke-dasharray", "2 3");
  return svg::element("polyline", attributes) + (series.drawn == Drawn::joined ? marks : "");
}

std::string legend(const std::string& name, const std::string& colour, double x, double y) {
  return svg::element("rect", {{"x", number(x + 15.0)},
                               {"y", number(y - 9.0)},
                               {"width", "10"},
                               {"height", "10"},
                               {"fill", colour}}) +
         text(x + 31.0, y, "start", name);
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
  if (x.is_empty() || y.is_empty()) throw std::invalid_argument("chart: wanted at least one point");
  std::string content = text(kLeft, 28.0, "start", chart.title) + grid(x, y);
  std::vector<std::string> names;
  for (const Series& series : chart.series) {
    const auto found = std::ranges::find(names, series.name);
    const auto place = static_cast<std::size_t>(found - names.begin());
    const bool is_new = found == names.end();
    if (is_new) names.push_back(series.name);
    const std::string colour = kColours.at(place % kColours.size());
    content += drawn(series, x, y, colour);
    constexpr double kRow = 20.0;
    if (is_new)
      content +=
          legend(series.name, colour, x.end(), kTop + kRow * static_cast<double>(names.size()));
  }
  return svg::picture(static_cast<int>(kWidth), static_cast<int>(kHeight), 13, content);
}

}  // namespace smdm
