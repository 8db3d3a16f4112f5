#include "results/show/figure.hpp"

#include <stdexcept>

#include "base/files/digest.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"

namespace smdm {

TEST_CASE("a chart has its lines, names and axes") {
  const auto svg = log_log_svg({.title = "errors & rows",
                                .x_title = "rows",
                                .y_title = "nats",
                                .lines = {{.name = "one", .x = {8, 16, 32}, .y = {1.0, 0.1, 0.01}},
                                          {.name = "none", .x = {8}, .y = {0.0}}}});
  CHECK(test::contains(svg, "errors &amp; rows"));
  // 8 and 32 rows at the ends of the axis, one decade per half of the other one.
  CHECK(test::contains(svg, "points=\"80.0,50.0 320.0,225.0 560.0,400.0 \""));
  CHECK(test::contains(svg, ">none</text>"));
  CHECK(test::contains(svg, ">0.01</text>"));
  CHECK(svg.find("circle") != svg.rfind("circle"));
}

// The digest is of the file as the program has always written it: figures of the documentation
// would change with it.
TEST_CASE("a chart has the bytes it always had") {
  const auto svg =
      log_log_svg({.title = "errors & rows",
                   .x_title = "rows",
                   .y_title = "nats <0.1",
                   .lines = {{.name = "one", .x = {8, 16, 32, 700}, .y = {1.0, 0.1, 0.01, 0.0}},
                             {.name = "none", .x = {8}, .y = {0.0}},
                             {.name = "two", .x = {8, 24}, .y = {0.7, 123.4}}}});
  CHECK(sha256(svg) == "a0f797d3758e12efdd4352803dd66145781af9f80d5f61ad8dc60a88f403cace");
}

TEST_CASE("charts without points are refused") {
  CHECK_THROWS_AS(log_log_svg({}), std::invalid_argument);
  CHECK_THROWS_AS(
      log_log_svg(
          {.title = "", .x_title = "", .y_title = "", .lines = {{.name = "a", .x = {1}, .y = {}}}}),
      std::invalid_argument);
}

}  // namespace smdm
