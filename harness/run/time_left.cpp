#include "harness/run/time_left.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace smdm {
namespace {

/// The share of the whole run's cost after which a task's own speed counts as much as that of all.
constexpr double kOwnShare = 0.1;

}  // namespace

TimeLeft::TimeLeft(std::vector<double> costs) {
  for (const double cost : costs) {
    tasks_.push_back({.cost = cost});
    total_ += cost;
  }
}

void TimeLeft::begin(double now) {
  ++begun_;
  last_ = now;
}

void TimeLeft::add(double cost, double now) {
  auto& task = tasks_.at(begun_ - 1);
  task.done += cost;
  task.seconds += now - std::exchange(last_, now);
}

double TimeLeft::rate_of_all() const {
  double done = 0.0;
  double seconds = 0.0;
  for (const auto& task : tasks_) {
    done += task.done;
    seconds += task.seconds;
  }
  return done > 0.0 ? seconds / done : 0.0;
}

std::optional<double> TimeLeft::seconds(double now) const {
  const double of_all = rate_of_all();
  if (of_all <= 0.0) return std::nullopt;
  const double weight = kOwnShare * total_;
  double left = 0.0;
  for (const auto& task : tasks_) {
    const double rate = (task.seconds + weight * of_all) / (task.done + weight);
    left += rate * std::max(task.cost - task.done, 0.0);
  }
  // What has gone into answers that are not there yet is no longer left.
  return std::max(left - std::max(now - last_, 0.0), 0.0);
}

}  // namespace smdm
