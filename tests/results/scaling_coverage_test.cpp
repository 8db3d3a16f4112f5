// How often intervals of scaling laws hold what the points were made from. The long cases print
// every rate; docs/scaling.md has them.
#include <algorithm>
#include <cmath>
#include <iostream>
#include <map>
#include <string>

#include "results/scaling/gap.hpp"
#include "tests/results/made_laws.hpp"
#include "tests/support/catch.hpp"

namespace smdm {

using scaling::FamilyFit;
using test::MadeFamily;
using test::MadeNoise;

namespace {

constexpr int kLong = 1000;
constexpr int kLongRefits = 300;  // each simulation refits a law hundreds of times
constexpr int kShort = 40;
/// Each simulation has its own draws: the same ones would be too wide or too narrow in all.
scaling::DrawSettings draws_of(std::uint64_t seed) {
  return {.seed = seed, .draws = 600, .refits = 100};
}

const MadeFamily kMdm{};
const MadeFamily kArm{
    .name = "arm", .loss = 2.6, .exponent = -0.064, .params = 4e8, .params_exponent = 0.63};

/// Counts of intervals that held the truth, by what they are of.
class Coverage {
 public:
  void count(const std::string& what, const std::optional<Interval>& interval, double truth) {
    auto& [held, all] = counts_[what];
    ++all;
    held += interval && interval->low <= truth && truth <= interval->high ? 1 : 0;
  }

  void check(const std::string& where, double lowest, double highest) const {
    for (const auto& [what, counts] : counts_) {
      const double share = static_cast<double>(counts.first) / counts.second;
      std::cout << where << ", " << what << ": " << share << " of " << counts.second << "\n";
      INFO(where << ", " << what << ": " << share);
      CHECK(share >= lowest);
      CHECK(share <= highest);
    }
  }

 private:
  std::map<std::string, std::pair<int, int>> counts_;
};

/// The long simulations are held to 90 to 98 %, and to two standard errors of so many simulations
/// above: with four sizes and no scatter the true rate is about 98 %. Of few, nothing more can be
/// asked than that they are not far off.
void check(const Coverage& coverage, const std::string& where, int simulations) {
  constexpr double kHighest = 0.98;
  if (simulations >= kLongRefits) {
    const double error = std::sqrt(kHighest * (1.0 - kHighest) / simulations);
    coverage.check(where, 0.90, kHighest + 2.0 * error);
  } else {
    coverage.check(where, 0.80, 1.0);
  }
}

double true_gap(double loss) {
  const auto log_flops = [&](const MadeFamily& law) {
    return std::log(loss / law.loss) / law.exponent;
  };
  return std::exp(log_flops(kMdm) - log_flops(kArm));
}

void count_laws(const FamilyFit& fit, const MadeFamily& law, Coverage& coverage) {
  coverage.count("exponent of loss", fit.loss.value().exponent_interval(), law.exponent);
  coverage.count("loss at the centre", fit.loss.value().value_interval(), law.loss);
  coverage.count("exponent of size", fit.params.value().exponent_interval(), law.params_exponent);
  coverage.count("size at the centre", fit.params.value().value_interval(), law.params);
}

void count_gaps(const FamilyFit& arm, const FamilyFit& mdm, Coverage& coverage) {
  const auto gap = scaling::gap_between(arm, mdm, std::vector<double>{2.4, 2.85});
  for (const auto& point : gap.points)
    coverage.count("gap at " + std::to_string(point.loss), point.interval, true_gap(point.loss));
  coverage.count("difference of exponents", gap.slope_interval, kMdm.exponent - kArm.exponent);
}

void simulate_isoflop(const std::string& where, const MadeNoise& noise, int simulations) {
  Coverage coverage;
  for (int i = 0; i < simulations; ++i) {
    const auto seed = static_cast<std::uint64_t>(i);
    const auto mdm = scaling::fit_isoflop(made_family(kMdm, noise, seed), draws_of(seed));
    const auto arm = scaling::fit_isoflop(made_family(kArm, noise, seed), draws_of(seed));
    count_laws(mdm, kMdm, coverage);
    count_gaps(arm, mdm, coverage);
  }
  check(coverage, where, simulations);
}

void simulate_envelope(const MadeNoise& noise, int simulations) {
  Coverage coverage;
  for (int i = 0; i < simulations; ++i) {
    const auto seed = static_cast<std::uint64_t>(i);
    const auto mdm = scaling::fit_envelope(made_family(kMdm, noise, seed), draws_of(seed));
    const auto arm = scaling::fit_envelope(made_family(kArm, noise, seed), draws_of(seed));
    coverage.count("exponent of loss", mdm.loss.value().exponent_interval(), kMdm.exponent);
    coverage.count("loss at the centre", mdm.loss.value().value_interval(), kMdm.loss);
    count_gaps(arm, mdm, coverage);
  }
  check(coverage, "envelope", simulations);
}

/// About what Quokka's points are of.
const scaling::ThreeTerms kThreeTerms{.log_e = std::log(2.5),
                                      .log_a = std::log(2366.0),
                                      .log_b = std::log(4128.0),
                                      .alpha = 0.45,
                                      .beta = 0.37};

void simulate_parametric(const MadeNoise& noise, int simulations) {
  Coverage coverage;
  for (int i = 0; i < simulations; ++i) {
    const auto seed = static_cast<std::uint64_t>(i);
    const auto fit = scaling::fit_parametric(made_three_terms(kThreeTerms, noise, 5.0, 1.2, seed),
                                             draws_of(seed));
    const auto member = [&](const char* what, double scaling::ThreeTerms::* number) {
      std::vector<double> draws;
      for (const auto& terms : fit.parametric.value().draws) draws.push_back(terms.*number);
      coverage.count(what, scaling::interval_of(std::move(draws)), kThreeTerms.*number);
    };
    member("E", &scaling::ThreeTerms::log_e);
    member("alpha", &scaling::ThreeTerms::alpha);
    member("beta", &scaling::ThreeTerms::beta);
    coverage.count("exponent of size", fit.params.value().exponent_interval(),
                   kThreeTerms.size_exponent());
    coverage.count("best loss", fit.optima.back().loss_interval,
                   std::exp(kThreeTerms.log_best_loss(std::log(fit.optima.back().flops))));
  }
  check(coverage, "parametric", simulations);
}

void simulate_all_isoflop(const std::vector<int>& sizes, int simulations) {
  for (const int count : sizes) {
    for (const double shift : {0.0, 0.006}) {
      simulate_isoflop(
          "isoflop of " + std::to_string(count) + " sizes, shift " + std::to_string(shift),
          {.sizes = count, .shift = shift}, simulations);
    }
  }
}

constexpr MadeNoise kOnePoint{.sizes = 1, .residual = 0.006};
constexpr MadeNoise kNineBudgets{.budgets = 9, .sizes = 8, .residual = 0.004};

}  // namespace

TEST_CASE("intervals by parabolas hold the truth about as often as they say") {
  simulate_all_isoflop({6}, kShort);
}

TEST_CASE("intervals by the envelope hold the truth about as often as they say") {
  simulate_envelope(kOnePoint, kShort);
}

TEST_CASE("intervals of the three-term law hold the truth about as often as they say") {
  simulate_parametric(kNineBudgets, kShort / 4);
}

TEST_CASE("coverage of intervals by parabolas", "[long]") {
  simulate_all_isoflop({4, 6, 10}, kLong);
}

TEST_CASE("coverage of intervals by the envelope", "[long]") {
  simulate_envelope(kOnePoint, kLong);
}

TEST_CASE("coverage of intervals of the three-term law", "[long]") {
  simulate_parametric(kNineBudgets, kLongRefits);
}

}  // namespace smdm
