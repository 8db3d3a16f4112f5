// Two speeds are mixed: that of a task so far, and that of all of the run so far, which stands for
// it until it has shown its own.
#include "harness/run/time_left.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace smdm {
namespace {

/// The share of the whole run's cost after which a task's own speed counts as much as that of all.
constexpr double kOwnShare = 0.1;

/// The share of the whole run's cost in which what is told may jump.
constexpr double kUnsteady = 0.05;

/// Later it moves by so much of itself at most with each answer: many short answers soon reach any
/// truth, and one that was very long turns nothing upside down.
constexpr double kLargestStep = 0.2;

constexpr double kAtLeast = 0.25;

constexpr double kAtOnce = 0.02;  // seconds

}  // namespace

TimeLeft::TimeLeft(const std::vector<double>& costs) {
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
  tell(now);
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

double TimeLeft::estimated() const {
  const double of_all = rate_of_all();
  const double weight = kOwnShare * total_;
  double left = 0.0;
  for (const auto& task : tasks_) {
    const double rate = (task.seconds + weight * of_all) / (task.done + weight);
    left += rate * std::max(task.cost - task.done, 0.0);
  }
  return left;
}

void TimeLeft::tell(double now) {
  const auto left = estimated();
  double done = 0.0;
  for (const auto& task : tasks_) done += task.done;
  if (!told_ || done < kUnsteady * total_ || left == 0.0) {
    told_ = before_ = left;
    group_began_ = now;
  } else {
    // Answers of one forward come at once and count as one.
    if (now - group_began_ > kAtOnce) {
      before_ = std::max(*told_ - (now - told_at_), 0.0);
      group_began_ = now;
    }
    // What an answer that was very long has used up grows back.
    const double step = kLargestStep * std::max(before_, kAtLeast * left);
    told_ = std::clamp(left, before_ - step, before_ + step);
  }
  told_at_ = now;
}

std::optional<double> TimeLeft::seconds(double now) const {
  if (!told_) return std::nullopt;
  // What has gone into answers that are not there yet is no longer left.
  return std::max(*told_ - std::max(now - told_at_, 0.0), 0.0);
}

}  // namespace smdm
