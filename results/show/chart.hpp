/// Charts of several series as SVG: marks, lines, or both, on linear or logarithmic axes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace smdm {

enum class Drawn : std::uint8_t { marks, line, dashed, dotted };

/// Points that belong together. Series of one name share a colour and an entry of the legend.
struct Series {
  std::string name;
  Drawn drawn = Drawn::line;
  std::vector<double> x;
  std::vector<double> y;  ///< as many as x
};

struct Scale {
  std::string title;
  bool logarithmic = false;
};

struct Chart {
  std::string title;
  Scale x;
  Scale y;
  std::vector<Series> series;
};

/// The chart between its outermost points; points that are not finite, or not above 0 on a
/// logarithmic axis, are left out.
/// @throws std::invalid_argument  if no point is left, or a series has as many x as y not
[[nodiscard]] std::string chart_svg(const Chart& chart);

}  // namespace smdm
