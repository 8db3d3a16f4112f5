#include "tests/results/made_laws.hpp"

#include <cmath>

#include "results/scaling/random.hpp"

namespace smdm::test {

using scaling::Family;
using scaling::Point;

namespace {

Point made_point(const std::string& family, double flops, double log_params, double loss) {
  Point point;
  point.family = family;
  point.flops = flops;
  point.params = std::exp(log_params);
  point.loss = loss;
  point.unit = "nats_per_token";
  return point;
}

/// Places from -1 to 1; the middle alone for one.
double place(int i, int count) {
  return count == 1 ? 0.0 : -1.0 + 2.0 * i / (count - 1);
}

}  // namespace

std::vector<double> made_budgets(int count) {
  std::vector<double> flops;
  for (int i = 0; i < count; ++i)
    flops.push_back(kMadeCentre * std::exp(std::log(1e20 / kMadeCentre) * place(i, count)));
  return flops;
}

Family made_family(const MadeFamily& law, const MadeNoise& noise, std::uint64_t seed) {
  constexpr double kReach = 1.2;  // in ln N
  constexpr double kOff = 0.15;   // nobody's grid is centred on what it looks for
  scaling::Random random(seed, "made " + law.name, 0);
  std::vector<Point> points;
  for (const double flops : made_budgets(noise.budgets)) {
    const double x = std::log(flops / kMadeCentre);
    const double best = law.loss * std::exp(law.exponent * x);
    const double best_params = std::log(law.params) + law.params_exponent * x;
    const double shift = noise.shift * random.normal();
    for (int i = 0; i < noise.sizes; ++i) {
      const double u = noise.sizes == 1 ? 0.0 : kOff + kReach * place(i, noise.sizes);
      const double loss = best + law.curvature * u * u + shift + noise.residual * random.normal();
      points.push_back(made_point(law.name, flops, best_params + u, loss));
    }
  }
  return scaling::families_of(points).front();
}

Family made_three_terms(const scaling::ThreeTerms& law,
                        const MadeNoise& noise,
                        double reach,
                        double off,
                        std::uint64_t seed) {
  scaling::Random random(seed, "made three terms", 0);
  std::vector<Point> points;
  for (const double flops : made_budgets(noise.budgets)) {
    const double middle = law.log_best_params(std::log(flops)) + std::log(off);
    for (int i = 0; i < noise.sizes; ++i) {
      const double log_params = middle + std::log(reach) * place(i, noise.sizes);
      const double log_loss = law.log_loss(log_params, std::log(flops / 6.0) - log_params) +
                              noise.residual * random.normal();
      points.push_back(made_point("made", flops, log_params, std::exp(log_loss)));
    }
  }
  return scaling::families_of(points).front();
}

}  // namespace smdm::test
