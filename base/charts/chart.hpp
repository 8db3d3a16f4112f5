/// Charts of several series as SVG: marks, lines, or both, on linear or logarithmic axes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace smdm {

enum class Drawn : std::uint8_t {
  marks,
  line,
  joined,  ///< marks that a line joins
  thin,    ///< a line below others
  dashed,
  dotted,
};

/// Points that belong together. Series of one name share a colour and an entry of the legend.
struct Series {
  std::string name;
  Drawn drawn = Drawn::line;
  std::vector<double> x;
  std::vector<double> y;  ///< as many as x
};

/// An axis. It ends a little beyond the outermost points, unless its ends are given or it is marked
/// at powers.
struct Scale {
  std::string title;  ///< what it shows, and in what unit
  bool logarithmic = false;
  std::optional<double> base = std::nullopt;  ///< of a logarithmic axis that ends, and is marked,
                                              ///< at whole powers of it
  std::optional<double> low = std::nullopt;   ///< where it begins; points below are drawn there
  std::optional<double> high = std::nullopt;  ///< where it ends; points above are drawn there
};

struct Chart {
  std::string title;
  Scale x;
  Scale y;
  std::vector<Series> series;
};

/// The chart; points that are not finite, or not above 0 on a logarithmic axis, are left out. A
/// series without any is named all the same.
/// @throws std::invalid_argument  if no point is left and an end of an axis is not given, or a
///                                series has as many x as y not
[[nodiscard]] std::string chart_svg(const Chart& chart);

}  // namespace smdm
