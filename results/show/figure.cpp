// Line charts drawn as SVG: axes between whole powers, lines with their names at the side.
#include "results/show/figure.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <limits>
#include <stdexcept>

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

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '<') {
      out += "&lt;";
    } else if (c == '&') {
      out += "&amp;";
    } else {
      out += c;
    }
  }
  return out;
}

std::string number(double value, const char* format = "%.1f") {
  std::array<char, 64> text{};
  const int length = std::snprintf(text.data(), text.size(), format, value);
  return {text.data(), static_cast<std::size_t>(length)};
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
  return "<text x=\"" + number(x) + "\" y=\"" + number(y) + "\" text-anchor=\"" + anchor + "\">" +
         escaped(content) + "</text>\n";
}

std::string line(double x1, double y1, double x2, double y2) {
  return "<line x1=\"" + number(x1) + "\" y1=\"" + number(y1) + "\" x2=\"" + number(x2) +
         "\" y2=\"" + number(y2) + "\" stroke=\"#cccccc\"/>\n";
}

std::string grid(const Axis& x, const Axis& y) {
  std::string svg;
  for (int e = static_cast<int>(x.low); e <= static_cast<int>(x.high); ++e) {
    const auto value = std::pow(x.base, e);
    svg += line(x.at(value), y.begin, x.at(value), y.end);
    svg += text(x.at(value), y.begin + 20.0, "middle", number(value, "%g"));
  }
  for (int e = static_cast<int>(y.low); e <= static_cast<int>(y.high); ++e) {
    const auto value = std::pow(y.base, e);
    svg += line(x.begin, y.at(value), x.end, y.at(value));
    svg += text(x.begin - 8.0, y.at(value) + 4.0, "end", number(value, "%g"));
  }
  return svg;
}

bool is_shown(const FigureLine& line, std::size_t i) {
  return line.x[i] > 0.0 && line.y[i] > 0.0;
}

std::string drawn(const FigureLine& line, const Axis& x, const Axis& y, const char* colour) {
  std::string points;
  std::string marks;
  for (std::size_t i = 0; i < line.x.size(); ++i) {
    if (!is_shown(line, i)) continue;
    const auto px = number(x.at(line.x[i]));
    const auto py = number(y.at(line.y[i]));
    points.append(px).append(",").append(py).append(" ");
    marks.append("<circle cx=\"").append(px).append("\" cy=\"").append(py).append("\" r=\"3\"/>\n");
  }
  const std::string paint = colour;
  return "<polyline points=\"" + points + "\" fill=\"none\" stroke-width=\"2\" stroke=\"" + paint +
         "\"/>\n<g fill=\"" + paint + "\">\n" + marks + "</g>\n";
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
  std::string svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"" + number(kWidth, "%.0f") +
                    "\" height=\"" + number(kHeight, "%.0f") +
                    "\" font-family=\"sans-serif\" font-size=\"13\">\n"
                    "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n";
  svg += text(kLeft, 28.0, "start", figure.title);
  svg += grid(x, y);
  svg += text((x.begin + x.end) / 2.0, kHeight - 15.0, "middle", figure.x_title);
  svg += "<g transform=\"translate(20 " + number((y.begin + y.end) / 2.0) + ") rotate(-90)\">\n" +
         text(0.0, 0.0, "middle", figure.y_title) + "</g>\n";
  for (std::size_t i = 0; i < figure.lines.size(); ++i) {
    const auto* colour = kColours.at(i % kColours.size());
    svg += drawn(figure.lines[i], x, y, colour);
    const auto row = kTop + 20.0 * static_cast<double>(i + 1);
    svg += "<rect x=\"" + number(x.end + 15.0) + "\" y=\"" + number(row - 9.0) +
           "\" width=\"10\" height=\"10\" fill=\"" + colour + "\"/>\n";
    svg += text(x.end + 31.0, row, "start", figure.lines[i].name);
  }
  return svg + "</svg>\n";
}

}  // namespace smdm
