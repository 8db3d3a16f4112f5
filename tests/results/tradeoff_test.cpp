// Statistics of a trade-off, on studies whose every number is known.
#include <cmath>
#include <stdexcept>

#include "results/statistics/clusters.hpp"
#include "results/tradeoff/aup.hpp"
#include "results/tradeoff/report.hpp"
#include "results/tradeoff/study.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"

namespace smdm::tradeoff {
namespace {

using test::contains;

constexpr std::size_t kDocuments = 400;

/// A point that is wrong on every k-th document, 0 for none, and takes so many forwards of each.
Point made_point(const std::string& name,
                 const std::string& curve,
                 std::size_t wrong,
                 std::int64_t forwards) {
  Point point{.name = name,
              .curve = curve,
              .settings = Json::object(),
              .quality = {},
              .work = {},
              .latencies = {},
              .rates = {}};
  for (std::size_t i = 0; i < kDocuments; ++i) {
    point.quality.push_back(wrong > 0 && i % wrong == 0 ? 0.0 : 1.0);
    point.work.push_back(
        {.forwards = forwards, .rows = forwards, .tokens = 10 * forwards, .new_tokens = 16});
  }
  return point;
}

/// Odd documents choose, even ones report.
Study made_study() {
  Study study{.task = "made",
              .metric = {.name = "exact_match", .document = DocumentValue::verdict},
              .margin = 0.02,
              .clusters = {},
              .chooses = {},
              .timed = {},
              .points = {made_point("one", "steps", 0, 16), made_point("four", "steps", 0, 4),
                         made_point("eight", "steps", 2, 2)},
              .arm = made_point("arm", "", 0, 16)};
  for (std::size_t i = 0; i < kDocuments; ++i) study.chooses.push_back(i % 2 == 1);
  return study;
}

Choice choice(const Analysis& analysis, Reference reference, Cost cost) {
  for (const auto& one : analysis.choices) {
    if (one.reference == reference && one.cost == cost) return one;
  }
  throw std::logic_error("no such choice");
}

}  // namespace

TEST_CASE("area under parallelism follows its definition") {
  CHECK(area_under_parallelism({{1.0, 72.55}}, 74.79) == Approx(72.55));
  // The second quality is the best: its weight is 1, the first one's exp(-3 (1 - 70/80)).
  const double weight = std::exp(-3.0 * (1.0 - 70.0 / 80.0));
  const double expected = 1.5 * 70.0 + (4.0 - 1.5) * (80.0 + 70.0 * weight) / 2.0;
  CHECK(area_under_parallelism({{4.0, 80.0}, {1.5, 70.0}}, 80.0) == Approx(expected));
  CHECK(area_under_parallelism({}, 80.0) == 0.0);
  CHECK(area_under_parallelism({{1.0, 0.0}}, 0.0) == 0.0);
}

TEST_CASE("area under parallelism leaves out what is more than 5 points below the first") {
  const auto without = area_under_parallelism({{1.0, 80.0}, {2.0, 79.0}}, 80.0);
  CHECK(area_under_parallelism({{1.0, 80.0}, {2.0, 79.0}, {9.0, 74.9}}, 80.0) == without);
  CHECK(area_under_parallelism({{1.0, 80.0}, {2.0, 79.0}, {9.0, 75.0}}, 80.0) > without);
}

TEST_CASE("a trade-off's figures are those of its documents") {
  const auto analysis = analyse(made_study());
  const auto& eight = analysis.points[2];
  CHECK(eight.quality == 0.5);
  CHECK(eight.rows == 2.0);
  CHECK(eight.tokens == 20.0);
  CHECK(eight.tokens_per_forward == 8.0);
  CHECK(eight.from_arm.value().difference == -0.5);
  CHECK(analysis.best_quality == 1.0);
  CHECK_FALSE(analysis.points[0].on_front);  // "four" is as good for less
  CHECK(analysis.points[1].on_front);
  CHECK(eight.on_front);
}

TEST_CASE(
    "the cheapest setting that keeps the quality is chosen on one half, reported on the other") {
  auto study = made_study();
  // "eight" is wrong on even documents alone: the half that chooses does not see it.
  const auto analysis = analyse(study);
  const auto fooled = choice(analysis, Reference::arm, Cost::row_forwards);
  REQUIRE(fooled.chosen == std::size_t{2});
  CHECK(fooled.difference.difference == -1.0);
  CHECK_FALSE(fooled.holds);
  CHECK(fooled.ratio.value == 8.0);
  CHECK(fooled.difference.documents == kDocuments / 2);

  study.chooses.flip();
  const auto seen = choice(analyse(study), Reference::arm, Cost::token_forwards);
  REQUIRE(seen.chosen == std::size_t{1});
  CHECK(seen.kept == std::vector<std::size_t>{0, 1});
  CHECK(seen.holds);
  CHECK(seen.ratio.value == 4.0);
  CHECK(seen.difference.difference == 0.0);
}

TEST_CASE("a setting is kept by the lower end of its interval, not by its value") {
  auto study = made_study();
  // One of 200 choosing documents is lost: half a point, whose interval reaches beyond one point.
  study.points[1].quality[1] = 0.0;
  study.points.pop_back();
  study.margin = 0.01;
  CHECK(choice(analyse(study), Reference::arm, Cost::row_forwards).kept ==
        std::vector<std::size_t>{0});
  study.margin = 0.05;
  CHECK(choice(analyse(study), Reference::arm, Cost::row_forwards).kept ==
        std::vector<std::size_t>{0, 1});
}

TEST_CASE("ratios of times come with intervals of what was measured") {
  auto study = made_study();
  study.timed = {0, 1, 2, 3};
  for (auto& point : study.points) {
    point.latencies = {1.0, 1.0, 1.0, 1.0};
    point.rates = {10.0, 20.0, 40.0};
  }
  study.arm->latencies = {2.0, 2.0, 4.0, 4.0};
  study.arm->rates = {5.0, 10.0, 20.0};
  const auto analysis = analyse(study);
  const auto latency = choice(analysis, Reference::arm, Cost::latency);
  CHECK(latency.ratio.value == 3.0);  // of documents 0 and 2
  REQUIRE(latency.ratio.interval);
  CHECK(latency.ratio.interval->low < 3.0);
  CHECK(latency.ratio.interval->high > 3.0);
  const auto throughput = choice(analysis, Reference::arm, Cost::throughput);
  CHECK(throughput.ratio.value == Approx(2.0));
  CHECK(analysis.arm.value().p50 == 3.0);
  CHECK(analysis.points[0].rate == 20.0);
}

TEST_CASE("clusters of a trade-off count as one each") {
  auto study = made_study();
  for (std::size_t i = 0; i < kDocuments; ++i) study.points[1].quality[i] = i % 20 == 1 ? 0.0 : 1.0;
  const auto width = [](const Analysis& analysis) {
    const auto& interval = analysis.points[1].interval.value();
    return interval.high - interval.low;
  };
  const auto alone = width(analyse(study));
  // The errors stand in four clusters, and every other document in one of its own.
  std::vector<std::string> keys;
  for (std::size_t i = 0; i < kDocuments; ++i)
    keys.push_back(i % 20 == 1 ? "error " + std::to_string((i / 20) % 4) : "");
  study.clusters = dense_clusters(keys);
  CHECK(width(analyse(study)) > 1.2 * alone);
}

TEST_CASE("a study that contradicts itself is refused") {
  auto study = made_study();
  study.points[1].quality.pop_back();
  CHECK_THROWS_AS(analyse(study), std::invalid_argument);
  study = made_study();
  study.sequential = 3;
  CHECK_THROWS_AS(analyse(study), std::invalid_argument);
  study = made_study();
  study.points.clear();
  CHECK_THROWS_AS(analyse(study), std::invalid_argument);
}

TEST_CASE("without an autoregressive model there is one reference") {
  auto study = made_study();
  study.arm.reset();
  const auto analysis = analyse(study);
  CHECK(analysis.choices.size() == 2);  // no times were measured either
  CHECK(study_json(study, analysis).at("arm") == nullptr);
  CHECK(contains(study_text(study, analysis), "of one token a step, by row-forwards"));
  CHECK(contains(front_svg(study, analysis), "<svg"));
}

}  // namespace smdm::tradeoff
