/// Line charts as SVG, for the documentation.
#pragma once

#include <string>
#include <vector>

namespace smdm {

/// One line of a chart.
struct FigureLine {
  std::string name;
  std::vector<double> x;
  std::vector<double> y;  ///< as long as x
};

struct Figure {
  std::string title;
  std::string x_title;
  std::string y_title;
  std::vector<FigureLine> lines;
};

/// A chart with logarithmic axes. Points that are not above 0 are left out; a line without any is
/// named all the same.
/// @throws std::invalid_argument  if no line has a point, or a line has as many x as y not
[[nodiscard]] std::string log_log_svg(const Figure& figure);

}  // namespace smdm
