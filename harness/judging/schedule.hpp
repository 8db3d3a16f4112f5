/// Which request is made when. Pure: the time is an argument, in seconds on any clock.
#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace smdm::judging {

struct ScheduleRules {
  int concurrency = 4;      ///< requests at a time, at least 1
  int retries = 5;          ///< tries after the first one of a request
  double retry_wait = 1.0;  ///< back_off()'s first wait
};

/// Requests 0, 1, ... in this order, a few at a time; those that failed again later.
class Schedule {
 public:
  Schedule(std::size_t requests, const ScheduleRules& rules);

  /// A request to be made now, if one may be; it counts as being made from here on.
  [[nodiscard]] std::optional<std::size_t> start(double now);

  /// It has come to its end. REQUIRES: being made
  void end(std::size_t request);

  /// It is to be tried again, if it has a try left; else it has come to its end.
  /// @param random  uniform in (0, 1), for the back-off
  /// @return whether it is tried again
  [[nodiscard]] bool try_again(std::size_t request, double now, double random);

  /// Nothing starts for so many seconds from now: a server that is asked too often says so to all.
  void pause(double now, double seconds);

  /// Seconds until start() may give another request; nothing where that takes one to end first.
  [[nodiscard]] std::optional<double> wait(double now) const;

  /// Whether all have come to their end.
  [[nodiscard]] bool is_done() const noexcept { return waiting_.empty() && running_ == 0; }

  /// How often a request was tried.
  [[nodiscard]] int tries(std::size_t request) const { return tries_.at(request); }

 private:
  ScheduleRules rules_;
  std::set<std::pair<double, std::size_t>> waiting_;  ///< (not before, request)
  std::vector<int> tries_;
  int running_ = 0;
  double paused_until_ = 0.0;
};

}  // namespace smdm::judging
