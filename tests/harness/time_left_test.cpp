// The time that is left, over streams of answers as real runs have them.
#include "harness/run/time_left.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <vector>

#include "tests/support/catch.hpp"

namespace smdm {
namespace {

/// A task of a simulated run.
struct Stream {
  int answers = 0;
  double cost = 1.0;    ///< of an answer, as expected
  double rate = 1.0;    ///< seconds a unit
  double spread = 0.0;  ///< of the time of an answer about what was expected, in ln units
  int batch = 1;        ///< answers that come at once
};

/// Numbers of a fixed stream, near to normal.
class Draws {
 public:
  double next() {
    double sum = -6.0;
    for (int k = 0; k < 12; ++k) sum += uniform();
    return sum;
  }

 private:
  double uniform() {
    state_ = state_ * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<double>(state_ >> 11) / 9007199254740992.0;
  }
  std::uint64_t state_ = 7;
};

/// The largest jump of what is told once 5 % of the time is over: how far it is from what was told
/// before, less the time between, as a share of that.
double largest_jump(const std::vector<Stream>& streams) {
  std::vector<double> costs;
  for (const auto& stream : streams) costs.push_back(stream.answers * stream.cost);
  TimeLeft left(costs);
  Draws draws;
  double all = 0.0;
  for (const auto& stream : streams) all += stream.answers * stream.cost * stream.rate;
  double now = 0.0;
  double told_at = 0.0;
  std::optional<double> told;
  double largest = 0.0;
  for (const auto& stream : streams) {
    left.begin(now);
    for (int k = 0; k < stream.answers; k += stream.batch) {
      const int here = std::min(stream.batch, stream.answers - k);
      now += here * stream.cost * stream.rate * std::exp(stream.spread * draws.next());
      for (int i = 0; i < here; ++i) left.add(stream.cost, now);
      const auto next = left.seconds(now);
      // Near the end a second more or less is a large share of nothing.
      if (told && now > 0.05 * all && *told > 0.05 * all) {
        const double expected = *told - (now - told_at);
        largest = std::max(largest, std::abs(*next - expected) / *told);
      }
      told = next;
      told_at = now;
    }
  }
  return largest;
}

}  // namespace

TEST_CASE("the time left is weighted by cost, over tasks that have not begun too") {
  TimeLeft left({10.0, 30.0});
  left.begin(100.0);
  CHECK_FALSE(left.seconds(100.0).has_value());
  left.add(5.0, 110.0);  // two seconds a unit
  CHECK(left.seconds(110.0).value() == Approx(70.0));
  CHECK(left.seconds(113.0).value() == Approx(67.0));  // while the next answer is on its way
  left.add(5.0, 120.0);
  left.begin(120.0);
  CHECK(left.seconds(120.0).value() == Approx(60.0));
}

TEST_CASE("a task of another speed is learned step by step") {
  TimeLeft left({100.0, 100.0});
  left.begin(0.0);
  for (int k = 1; k <= 100; ++k) left.add(1.0, k);
  left.begin(100.0);
  double now = 100.0;
  for (int k = 1; k <= 50; ++k) left.add(1.0, now += 3.0);
  // What was expected of it by now is less than the truth and more than the first task's speed.
  CHECK(left.seconds(now).value() > 120.0);
  CHECK(left.seconds(now).value() < 150.0);
  for (int k = 1; k <= 50; ++k) left.add(1.0, now += 3.0);
  CHECK(left.seconds(now).value() == 0.0);
}

TEST_CASE("short answers and long gaps do not keep it from the truth") {
  TimeLeft quick({10'000.0});
  quick.begin(0.0);
  double now = 0.0;
  for (int k = 0; k < 1000; ++k) quick.add(1.0, now += 0.001);
  for (int k = 0; k < 8000; ++k) quick.add(1.0, now += 0.005);
  CHECK(quick.seconds(now).value() == Approx(5.0).epsilon(0.3));
  TimeLeft gap({100.0});
  gap.begin(0.0);
  for (int k = 1; k <= 50; ++k) gap.add(1.0, k);
  CHECK(gap.seconds(50.0).value() == Approx(50.0));
  gap.add(1.0, 150.0);  // longer than what was told
  now = 150.0;
  for (int k = 0; k < 30; ++k) gap.add(1.0, now += 1.0);
  CHECK(gap.seconds(now).value() > 10.0);
}

TEST_CASE("what is told does not jump by a quarter") {
  CHECK(largest_jump({{.answers = 1000}}) < 0.01);
  CHECK(largest_jump({{.answers = 1000, .spread = 0.7}}) < 0.25);
  CHECK(largest_jump({{.answers = 300}, {.answers = 300, .rate = 3.0}}) < 0.25);
  CHECK(largest_jump({{.answers = 300, .rate = 3.0}, {.answers = 300, .spread = 0.5}}) < 0.25);
  CHECK(largest_jump({{.answers = 2000, .spread = 1.0, .batch = 16},
                      {.answers = 500, .cost = 40.0, .rate = 0.4, .spread = 0.3, .batch = 8},
                      {.answers = 100, .cost = 300.0, .rate = 2.0, .batch = 4}}) < 0.25);
}

}  // namespace smdm
