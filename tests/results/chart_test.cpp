#include "results/show/chart.hpp"

#include <stdexcept>

#include "results/show/ticks.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"

namespace smdm {

TEST_CASE("round numbers between two ends") {
  CHECK(linear_ticks(2.37, 3.37) == std::vector<double>{2.4, 2.6, 2.8, 3.0, 3.2});
  CHECK(linear_ticks(-3.0, 3.0) == std::vector<double>{-3, -2, -1, 0, 1, 2, 3});
  CHECK(linear_ticks(5.0, 5.0) == std::vector<double>{5.0});
  CHECK(logarithmic_ticks(3.0, 60.0) == std::vector<double>{5, 10, 20, 50});
  CHECK(logarithmic_ticks(0.5, 20000.0) == std::vector<double>{1, 10, 100, 1000, 10000});
}

TEST_CASE("a chart of marks and lines; one colour a name") {
  const auto svg = chart_svg(
      {.title = "a & b",
       .x = {.title = "x", .logarithmic = true},
       .y = {.title = "y"},
       .series = {{.name = "one", .drawn = Drawn::marks, .x = {1, 10}, .y = {0, 1}},
                  {.name = "one", .drawn = Drawn::dashed, .x = {1, 10, -1}, .y = {0, 1, 5}}}});
  CHECK(test::contains(svg, "a &amp; b"));
  CHECK(svg.find(">one</text>") == svg.rfind(">one</text>"));
  // The ends of both axes, with their margins; the point at -1 has no place.
  CHECK(test::contains(svg, "points=\"95.9,408.9 594.1,61.1 \""));
  CHECK(test::contains(svg, "stroke-dasharray=\"8 5\""));
}

TEST_CASE("charts without points or with half a point are refused") {
  CHECK_THROWS_AS(chart_svg({}), std::invalid_argument);
  CHECK_THROWS_AS(chart_svg({.title = "",
                             .x = {},
                             .y = {},
                             .series = {{.name = "a", .drawn = Drawn::line, .x = {1}, .y = {}}}}),
                  std::invalid_argument);
}

}  // namespace smdm
