// Sweeps as users write them.
#include "base/error.hpp"
#include "harness/tradeoff/sweep.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"

namespace smdm::tradeoff {
namespace {

using test::contains;

std::string error_of(const std::string& sweep) {
  return test::error_text<ErrorKind::usage>(
      [&] { static_cast<void>(sweep_points(sweep, Settings{})); });
}

}  // namespace

TEST_CASE("a sweep has a point for each combination, the last setting varying fastest") {
  Settings base;
  base.seed = 5;
  const auto points = sweep_points("sampler=llada block-length=8,16 steps=4,8,16", base);
  REQUIRE(points.size() == 6);
  CHECK(points[0].name == "llada, block-length 8, steps 4");
  CHECK(points[0].curve == "llada, block-length 8");
  CHECK(points[2].settings.steps == 16);
  CHECK(points[2].settings.block_length == 8);
  CHECK(points[3].settings.steps == 4);
  CHECK(points[3].settings.block_length == 16);
  CHECK(points[3].curve == "llada, block-length 16");
  for (const auto& point : points) {
    CHECK(point.settings.sampler == "llada");
    CHECK(point.settings.seed == 5);
  }
}

TEST_CASE("a curve runs along the last setting that has several values") {
  const auto points = sweep_points("sampler=threshold threshold=0.5,0.9 cfg=0.5", {});
  REQUIRE(points.size() == 2);
  CHECK(points[1].name == "threshold 0.9, cfg 0.5");
  CHECK(points[1].curve == "threshold, cfg 0.5");
  CHECK(sweep_points("steps=4,8", {})[0].curve == "steps");
  CHECK(sweep_points("sampler=llada steps=48", {})[0].curve == "llada, steps 48");
}

TEST_CASE("settings are also known by the names that results have") {
  CHECK(sweep_points("block_length=8", {})[0].settings.block_length == 8);
}

TEST_CASE("a sweep that cannot be read is refused, with what is wrong") {
  CHECK(contains(error_of(""), "--sweep: wanted setting=value,value, got ''"));
  CHECK(contains(error_of("steps"), "--sweep \"steps\": wanted setting=value,value, got steps"));
  CHECK(contains(error_of("=4"), "wanted setting=value,value, got =4"));
  CHECK(contains(error_of("steps="), "wanted at least one value"));
  CHECK(contains(error_of("stepz=4"), "got stepz: did you mean steps?"));
  CHECK(contains(error_of("estimator=mc"), "wanted settings of a generation"));
  CHECK(contains(error_of("model=a"), "wanted settings of a generation"));
  CHECK(contains(error_of("steps=four"), "steps: wanted a whole number, got four"));
  CHECK(contains(error_of("steps=0"), "--steps: wanted"));
  CHECK(contains(error_of("sampler=lada"), "sampler: wanted"));
  CHECK(contains(error_of("sampler=lada"), "did you mean llada?"));
  CHECK(contains(error_of("parity=yes"), "parity: wanted true or false, got yes"));
  CHECK(contains(error_of("steps=4 steps=8"), "wanted each setting once, got steps twice"));
}

TEST_CASE("sweeps where nobody names them can all be read") {
  std::size_t points = 0;
  for (const auto& sweep : default_sweeps(48)) points += sweep_points(sweep, {}).size();
  CHECK(points >= 20);
  CHECK(sweep_points(sequential_sweep(48), {})[0].settings.steps == 48);
  for (const auto& sweep : default_sweeps(1)) CHECK_NOTHROW(sweep_points(sweep, {}));
}

}  // namespace smdm::tradeoff
