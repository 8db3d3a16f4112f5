#include "base/charts/chart.hpp"

#include <cmath>
#include <stdexcept>

#include "base/charts/ticks.hpp"
#include "base/files/digest.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"

namespace smdm {

TEST_CASE("round numbers between two ends") {
  CHECK(linear_ticks(2.37, 3.37) == std::vector<double>{2.4, 2.6, 2.8, 3.0, 3.2});
  CHECK(linear_ticks(-3.0, 3.0) == std::vector<double>{-3, -2, -1, 0, 1, 2, 3});
  CHECK(linear_ticks(5.0, 5.0) == std::vector<double>{5.0});
  CHECK_FALSE(std::signbit(linear_ticks(0.0, 5.0).front()));  // no axis begins at "-0"
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
  CHECK(test::contains(svg, "points=\"94.4,389.5 545.6,60.5 \""));
  CHECK(test::contains(svg, "stroke-dasharray=\"8 5\""));
}

TEST_CASE("axes at whole powers") {
  const auto svg = chart_svg(
      {.title = "errors & rows",
       .x = {.title = "rows", .logarithmic = true, .base = 2.0},
       .y = {.title = "nats", .logarithmic = true, .base = 10.0},
       .series = {{.name = "one", .drawn = Drawn::joined, .x = {8, 16, 32}, .y = {1.0, 0.1, 0.01}},
                  {.name = "none", .drawn = Drawn::joined, .x = {8}, .y = {0.0}}}});
  // 8 and 32 rows at the ends of the axis, one decade per half of the other one.
  CHECK(test::contains(svg, "points=\"80.0,50.0 320.0,225.0 560.0,400.0 \""));
  CHECK(test::contains(svg, ">none</text>"));
  CHECK(test::contains(svg, ">0.01</text>"));
  CHECK(svg.find("circle") != svg.rfind("circle"));
}

// The digest is of the file as the program has always written it: figures of the documentation
// would change with it.
TEST_CASE("a chart at whole powers has the bytes it always had") {
  const auto svg = chart_svg(
      {.title = "errors & rows",
       .x = {.title = "rows", .logarithmic = true, .base = 2.0},
       .y = {.title = "nats <0.1", .logarithmic = true, .base = 10.0},
       .series = {
           {.name = "one", .drawn = Drawn::joined, .x = {8, 16, 32, 700}, .y = {1.0, 0.1, 0.01, 0}},
           {.name = "none", .drawn = Drawn::joined, .x = {8}, .y = {0.0}},
           {.name = "two", .drawn = Drawn::joined, .x = {8, 24}, .y = {0.7, 123.4}}}});
  CHECK(sha256(svg) == "a0f797d3758e12efdd4352803dd66145781af9f80d5f61ad8dc60a88f403cace");
}

TEST_CASE("axes with ends of their own: what lies beyond is drawn there") {
  const auto svg = chart_svg(
      {.title = "",
       .x = {.title = "x", .low = 0.0},
       .y = {.title = "y", .low = 0.0, .high = 2.0},
       .series = {{.name = "a", .drawn = Drawn::thin, .x = {0, 1, 2, 4}, .y = {1, 9, -3, 2}}}});
  CHECK(test::contains(svg, "points=\"80.0,225.0 200.0,50.0 320.0,400.0 560.0,50.0 \""));
  CHECK(test::contains(svg, "stroke-width=\"0.5\""));
  // Nothing to draw is no fault where all ends are given.
  const Scale given{.title = "", .low = 0.0, .high = 1.0};
  CHECK_NOTHROW(chart_svg({.title = "", .x = given, .y = given, .series = {}}));
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
