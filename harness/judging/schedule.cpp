#include "harness/judging/schedule.hpp"

#include <algorithm>
#include <limits>

#include "harness/judging/reply.hpp"

namespace smdm::judging {
namespace {

/// Before every time.
constexpr double kAtOnce = -std::numeric_limits<double>::infinity();

}  // namespace

Schedule::Schedule(std::size_t requests, const ScheduleRules& rules)
    : rules_(rules), tries_(requests), paused_until_(kAtOnce) {
  for (std::size_t i = 0; i < requests; ++i) waiting_.emplace(kAtOnce, i);
}

std::optional<std::size_t> Schedule::start(double now) {
  const auto seconds = wait(now);
  if (!seconds || *seconds > 0.0) return std::nullopt;
  const auto request = waiting_.begin()->second;
  waiting_.erase(waiting_.begin());
  ++tries_.at(request);
  ++running_;
  return request;
}

void Schedule::end(std::size_t /*request*/) {
  --running_;
}

bool Schedule::try_again(std::size_t request, double now, double random) {
  --running_;
  const int tries = tries_.at(request);
  if (tries > rules_.retries) return false;
  waiting_.emplace(now + back_off(rules_.retry_wait, tries, random), request);
  return true;
}

void Schedule::pause(double now, double seconds) {
  paused_until_ = std::max(paused_until_, now + seconds);
}

std::optional<double> Schedule::wait(double now) const {
  if (waiting_.empty() || running_ >= rules_.concurrency) return std::nullopt;
  return std::max(0.0, std::max(waiting_.begin()->first, paused_until_) - now);
}

}  // namespace smdm::judging
