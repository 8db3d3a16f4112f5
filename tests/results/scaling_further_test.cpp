// What further trainings would do to the gap's interval, beside trainings that are simulated, added
// and fitted.
#include <algorithm>
#include <cmath>
#include <variant>

#include "results/scaling/further.hpp"
#include "results/scaling/gap.hpp"
#include "results/scaling/methods.hpp"
#include "results/scaling/points.hpp"
#include "results/scaling/profile.hpp"
#include "results/scaling/random.hpp"
#include "tests/results/made_laws.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/support.hpp"

namespace smdm {

using scaling::Addition;
using scaling::Family;
using scaling::FamilyFit;
using scaling::FurtherRun;
using scaling::Profile;

namespace {

constexpr scaling::DrawSettings kFewDraws{.seed = 0, .draws = 100, .refits = 100};

/// Two families with their fits.
struct Pair {
  std::vector<Family> families;
  std::vector<FamilyFit> fits;

  void fit() {
    fits.clear();
    for (const Family& family : families) fits.push_back(scaling::fit_isoflop(family, kFewDraws));
  }
};

Pair made_pair(std::uint64_t seed, double shift) {
  const test::MadeFamily mdm{};
  const test::MadeFamily arm{
      .name = "arm", .loss = 2.6, .exponent = -0.064, .params = 4e8, .params_exponent = 0.63};
  const test::MadeNoise noise{.sizes = 6, .shift = shift};
  Pair pair{.families = {test::made_family(mdm, noise, seed), test::made_family(arm, noise, seed)},
            .fits = {}};
  pair.fit();
  return pair;
}

Pair published_pair() {
  auto points = scaling::read_points({(test::golden() / "scaling/sahoo2026_isoflop.csv").string()});
  scaling::exclude(points, {"duo", "esolm"});
  Pair pair{.families = scaling::families_of(points.points), .fits = {}};
  pair.fit();
  return pair;
}

double log_width(const Interval& interval) {
  return std::log(interval.high / interval.low);
}

/// The profile of a budget, or of the nearest one.
Profile profile_near(const Family& family, double flops) {
  const auto budget = std::ranges::min_element(
      family.budgets, {}, [&](const auto& one) { return std::fabs(std::log(one.flops / flops)); });
  return std::get<Profile>(scaling::profile_of(*budget));
}

double residual_deviation(const Family& family) {
  std::vector<Profile> profiles;
  for (const auto& budget : family.budgets) {
    auto profile = scaling::profile_of(budget);
    if (const auto* good = std::get_if<Profile>(&profile)) profiles.push_back(*good);
  }
  return std::sqrt(scaling::pooled_over(profiles).variance);
}

/// The losses of further trainings, drawn from what the fit says of its family.
std::vector<scaling::Point> simulated(const Family& family,
                                      const FamilyFit& fit,
                                      const FurtherRun& run,
                                      std::uint64_t seed) {
  scaling::Random random(seed, "further " + family.name, 0);
  const bool is_new = run.addition != Addition::seed && run.addition != Addition::sizes;
  const auto near = profile_near(family, run.budget);
  const double deviation = residual_deviation(family);
  const double best =
      fit.loss.value().at(run.budget) * std::exp(fit.loss.value().scatter * random.normal());
  const double centre = std::log(fit.params.value().at(run.budget));
  std::vector<scaling::Point> points;
  for (const double params : run.params) {
    const double u = std::log(params) - centre;
    auto point = family.budgets.front().points.front();
    point.flops = run.budget;
    point.params = params;
    point.loss = (is_new ? best + near.parabola.c[2] * u * u : near.parabola.at(std::log(params))) +
                 deviation * random.normal();
    points.push_back(point);
  }
  return points;
}

/// ln of the width of the gap's interval with these points.
double width_with(const Pair& pair,
                  const std::string& name,
                  const std::vector<scaling::Point>& more,
                  double loss) {
  Pair other = pair;
  for (Family& family : other.families) {
    if (family.name != name) continue;
    std::vector<scaling::Point> points = more;
    for (const auto& budget : family.budgets)
      points.insert(points.end(), budget.points.begin(), budget.points.end());
    family = scaling::families_of(points).front();
  }
  other.fit();
  const auto gap = scaling::gap_between(other.fits[0], other.fits[1], std::vector<double>{loss});
  return log_width(gap.points.at(0).interval.value());
}

/// Mean width of simulations over the predicted one.
double simulated_over_predicted(const Pair& pair, const FurtherRun& run, double loss, int times) {
  const auto place = static_cast<std::size_t>(
      std::ranges::find(pair.families, run.family, &Family::name) - pair.families.begin());
  double sum = 0.0;
  for (int i = 0; i < times; ++i) {
    const auto more =
        simulated(pair.families[place], pair.fits[place], run, static_cast<std::uint64_t>(i));
    sum += width_with(pair, run.family, more, loss);
  }
  return sum / times / log_width(run.interval);
}

void check_against_simulation(const Pair& pair, int times) {
  const auto all = scaling::further_runs(pair.families, pair.fits, std::nullopt);
  REQUIRE(all.size() == 1);
  const auto& gap = all.front();
  CHECK_FALSE(gap.none);
  for (const FurtherRun& run : gap.runs) {
    const double ratio = simulated_over_predicted(pair, run, gap.loss, times);
    INFO(run.family << ", " << scaling::name_of(run.addition) << " at " << run.budget << ": "
                    << ratio);
    CHECK(ratio == Approx(1.0).margin(0.15));
  }
}

}  // namespace

TEST_CASE("what further trainings promise is what they do in simulations") {
  check_against_simulation(made_pair(3, 0.006), 40);
  check_against_simulation(published_pair(), 40);
}

TEST_CASE("further trainings: every budget and three new ones of each family") {
  const auto pair = made_pair(1, 0.0);
  const auto all = scaling::further_runs(pair.families, pair.fits, std::nullopt);
  REQUIRE(all.size() == 1);
  const auto& gap = all.front();
  CHECK(gap.more == "mdm");
  CHECK(gap.loss == Approx(scaling::middle_loss(pair.fits[0], pair.fits[1])));
  // Two additions to each of five budgets besides, in each of two families.
  REQUIRE(gap.runs.size() == 2 * (3 + 2 * 5));
  CHECK(std::ranges::is_sorted(gap.runs, std::ranges::greater{}, &FurtherRun::narrower_per_flop));
  for (const auto& run : gap.runs) {
    INFO(scaling::name_of(run.addition) << " at " << run.budget);
    CHECK(run.narrower > 0.0);
    CHECK(log_width(run.interval) ==
          Approx((1.0 - run.narrower) * log_width(gap.interval.value())));
    CHECK(run.params.size() == (run.addition == Addition::sizes ? 5 : 6));
  }
}

TEST_CASE("further trainings at another loss, and reasons why none are told") {
  const auto pair = made_pair(1, 0.0);
  const auto far = scaling::further_runs(pair.families, pair.fits, 2.4);
  CHECK(far.at(0).loss == 2.4);
  const auto gap = scaling::gap_between(pair.fits[0], pair.fits[1], std::vector<double>{2.4});
  CHECK(far.at(0).ratio == gap.points.at(0).ratio);
  CHECK(far.at(0).interval.value().high == gap.points.at(0).interval.value().high);
  Pair few = pair;
  few.families[0].budgets.resize(3);
  few.fit();
  const auto none = scaling::further_runs(few.families, few.fits, std::nullopt);
  CHECK(none.at(0).runs.empty());
  CHECK(none.at(0).none.value() == "mdm: wanted at least 4 budgets for an interval, got 3");
  CHECK(scaling::further_runs(std::span(pair.families).first(1), std::span(pair.fits).first(1),
                              std::nullopt)
            .empty());
}

}  // namespace smdm
