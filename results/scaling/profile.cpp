#include "results/scaling/profile.hpp"

#include <algorithm>
#include <cmath>

#include "base/text/numbers.hpp"

namespace smdm::scaling {
namespace {

constexpr std::size_t kFewestSizes = 3;

double mean_square_error(const Budget& budget) {
  double sum = 0.0;
  for (const Point& point : budget.points) sum += std::pow(point.se.value_or(0.0), 2.0);
  return sum / static_cast<double>(budget.points.size());
}

Parabola parabola_through(const Budget& budget) {
  std::vector<double> x;
  std::vector<double> y;
  x.reserve(budget.points.size());
  y.reserve(budget.points.size());
  for (const Point& point : budget.points) {
    x.push_back(std::log(point.params));
    y.push_back(point.loss);
  }
  return parabola_of(x, y);
}

}  // namespace

double Profile::variance(double pooled) const {
  return std::max(pooled, given);
}

Lowest error_of(const Profile& profile, double pooled) {
  const auto unit = profile.parabola.variance_of_lowest();
  const double variance = profile.variance(pooled);
  return {.x = unit.x * variance, .y = unit.y * variance};
}

std::variant<Profile, std::string> profile_of(const Budget& budget) {
  if (budget.sizes < kFewestSizes)
    return "wanted at least " + std::to_string(kFewestSizes) + " sizes, got " +
           std::to_string(budget.sizes);
  Profile profile{.budget = &budget,
                  .parabola = parabola_through(budget),
                  .lowest = {},
                  .given = mean_square_error(budget)};
  const auto lowest = profile.parabola.lowest();
  if (!lowest) return "wanted a parabola that opens upwards, got one that does not";
  const double params = std::exp(lowest->x);
  const double smallest = budget.points.front().params;
  const double largest = budget.points.back().params;
  if (params < smallest || params > largest)
    return "wanted a lowest point within the sizes " + short_text(smallest) + " to " +
           short_text(largest) + ", got one at " + short_text(params);
  if (!(lowest->y > 0.0)) return "wanted a lowest loss above 0, got " + short_text(lowest->y);
  profile.lowest = *lowest;
  return profile;
}

Pooled pooled_over(const std::vector<Profile>& profiles) {
  Pooled pooled;
  double squares = 0.0;
  for (const Profile& profile : profiles) {
    squares += profile.parabola.squares;
    pooled.degrees += static_cast<double>(profile.parabola.points) - 3.0;
  }
  if (pooled.degrees > 0.0) pooled.variance = squares / pooled.degrees;
  return pooled;
}

}  // namespace smdm::scaling
