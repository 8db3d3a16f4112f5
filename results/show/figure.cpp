// Line charts drawn as SVG: axes between whole powers, lines with their names at the side.
#include "results/show/figure.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <utility>

#include "base/text/numbers.hpp"
#include "base/text/svg.hpp"

namespace smdm {
namespace {

constexpr double kWidth = 760.0;
constexpr double kHeight = 460.0;
constexpr double kLeft = 80.0;
constexpr double kRight = 200.0;  ///< for the lines' names
constexpr double kTop = 50.0;
constexpr double kBottom = 60.0;
constexpr std::array<const char*, 6> kColours = {"#d55e00", "#0072b2", "#009e73",
                                                 "#cc79a7", "#e69f00", "#000000"};

std::string number(double value) {
  return fixed_text(value, 1);
}

/// A logarithmic axis between whole powers of its base.
struct Axis {
  double base;
  double low = std::numeric_limits<double>::infinity();  ///< exponents
  double high = -std::numeric_limits<double>::infinity();
  double begin;  ///< in the picture
  double end;

  void include(double value) {
    const auto exponent = std::log(value) / std::log(base);
    low = std::min(low, std::floor(exponent + 1e-9));
    high = std::max(high, std::ceil(exponent - 1e-9));
  }
  [[nodiscard]] double at(double value) const {
    const auto share = (std::log(value) / std::log(base) - low) / std::max(1.0, high - low);
    return begin + share * (end - begin);
  }
};

std::string text(double x, double y, const std::string& anchor, const std::string& content) {
  return svg::text(number(x), number(y), anchor, content);
}

std::string line(double x1, double y1, double x2, double y2) {
  return svg::line({number(x1), number(y1)}, {number(x2), number(y2)}, "#cccccc");
}

std::string grid(const Axis& x, const Axis& y) {
  std::string lines;
  for (int e = static_cast<int>(x.low); e <= static_cast<int>(x.high); ++e) {
    const auto value = std::pow(x.base, e);
    lines += line(x.at(value), y.begin, x.at(value), y.end);
    lines += text(x.at(value), y.begin + 20.0, "middle", short_text(value));
  }
  for (int e = static_cast<int>(y.low); e <= static_cast<int>(y.high); ++e) {
    const auto value = std::pow(y.base, e);
    lines += line(x.begin, y.at(value), x.end, y.at(value));
    lines += text(x.begin - 8.0, y.at(value) + 4.0, "end", short_text(value));
  }
  return lines;
}

bool is_shown(const FigureLine& line, std::size_t i) {
  return line.x[i] > 0.0 && line.y[i] > 0.0;
}

std::string drawn(const FigureLine& line, const Axis& x, const Axis& y, const char* colour) {
  std::vector<std::pair<std::string, std::string>> places;
  std::string marks;
  for (std::size_t i = 0; i < line.x.size(); ++i) {
    if (!is_shown(line, i)) continue;
    const auto& [px, py] = places.emplace_back(number(x.at(line.x[i])), number(y.at(line.y[i])));
    marks += svg::element("circle", {{"cx", px}, {"cy", py}, {"r", "3"}});
  }
  return svg::element("polyline", {{"points", svg::points(places)},
                                   {"fill", "none"},
                                   {"stroke-width", "2"},
                                   {"stroke", colour}}) +
         svg::group({{"fill", colour}}, marks);
}

}  // namespace

std::string log_log_svg(const Figure& figure) {
  Axis x{.base = 2.0, .begin = kLeft, .end = kWidth - kRight};
  Axis y{.base = 10.0, .begin = kHeight - kBottom, .end = kTop};
  bool any = false;
  for (const auto& one : figure.lines) {
    if (one.x.size() != one.y.size())
      throw std::invalid_argument("figure: wanted as many x as y of " + one.name);
    for (std::size_t i = 0; i < one.x.size(); ++i) {
      if (!is_shown(one, i)) continue;
      x.include(one.x[i]);
      y.include(one.y[i]);
      any = true;
    }
  }
  if (!any) throw std::invalid_argument("figure: wanted at least one point above 0");
  std::string content = text(kLeft, 28.0, "start", figure.title);
  content += grid(x, y);
  content += text((x.begin + x.end) / 2.0, kHeight - 15.0, "middle", figure.x_title);
  content += svg::group(
      {{"transform", "translate(20 " + number((y.begin + y.end) / 2.0) + ") rotate(-90)"}},
      text(0.0, 0.0, "middle", figure.y_title));
  for (std::size_t i = 0; i < figure.lines.size(); ++i) {
    const auto* colour = kColours.at(i % kColours.size());
    content += drawn(figure.lines[i], x, y, colour);
    const auto row = kTop + 20.0 * static_cast<double>(i + 1);
    content += svg::element("rect", {{"x", number(x.end + 15.0)},
                                     {"y", number(row - 9.0)},
                                     {"width", "10"},
                                     {"height", "10"},
                                     {"fill", colour}});
    content += text(x.end + 31.0, row, "start", figure.lines[i].name);
  }
  return svg::picture(static_cast<int>(kWidth), static_cast<int>(kHeight), 13, content);
}

}  // namespace smdm
