#include "results/scaling/budgets.hpp"

#include <algorithm>
#include <cmath>

namespace smdm::scaling {
namespace {

constexpr double kSameBudget = 1.01;

void finish(Budget& budget) {
  std::ranges::stable_sort(budget.points, {}, &Point::params);
  std::vector<double> flops;
  flops.reserve(budget.points.size());
  double last = 0.0;
  for (const Point& point : budget.points) {
    flops.push_back(point.flops);
    budget.sizes += point.params == last ? 0 : 1;
    last = point.params;
  }
  budget.flops = centre_of(flops);
}

std::vector<Budget> budgets_of(std::vector<Point> points) {
  std::ranges::stable_sort(points, {}, &Point::flops);
  std::vector<Budget> budgets;
  for (Point& point : points) {
    const bool is_new =
        budgets.empty() || point.flops > kSameBudget * budgets.back().points.front().flops;
    if (is_new) budgets.emplace_back();
    budgets.back().points.push_back(std::move(point));
  }
  for (Budget& budget : budgets) finish(budget);
  return budgets;
}

}  // namespace

double centre_of(std::span<const double> flops) {
  const auto [low, high] = std::ranges::minmax(flops);
  if (low == high) return low;  // not to a rounding
  double sum = 0.0;
  for (const double value : flops) sum += std::log(value);
  return std::exp(sum / static_cast<double>(flops.size()));
}

std::vector<Family> families_of(std::span<const Point> points) {
  std::vector<std::string> names;
  std::vector<std::vector<Point>> members;
  for (const Point& point : points) {
    const auto found = std::ranges::find(names, point.family);
    const auto place = static_cast<std::size_t>(found - names.begin());
    if (found == names.end()) {
      names.push_back(point.family);
      members.emplace_back();
    }
    members[place].push_back(point);
  }
  std::vector<Family> families;
  families.reserve(names.size());
  for (std::size_t i = 0; i < names.size(); ++i)
    families.push_back({.name = names[i], .budgets = budgets_of(std::move(members[i]))});
  return families;
}

}  // namespace smdm::scaling
