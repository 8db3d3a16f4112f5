// Two threads: one gives the signs, the other looks whether it gets an answer, since a call to a
// store whose holder is stopped never returns.
#include "harness/ranks/heartbeat.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "base/error.hpp"

namespace smdm::ranks {

using std::chrono::milliseconds;

std::string beat_key(int rank) {
  return rank_key("beat", rank);
}

milliseconds beat_interval(milliseconds silence) {
  constexpr milliseconds kInterval(1000);
  return std::min(kInterval, silence / 5);
}

bool Watch::look(const std::string& beat) {
  const auto now = Clock::now();
  const auto passed = std::chrono::duration_cast<milliseconds>(now - looked_);
  const bool first = looked_ == Clock::time_point();
  looked_ = now;
  if (first || std::exchange(last_, beat) != beat) {
    last_ = beat;
    silent_ = milliseconds(0);
    return true;
  }
  // Where nobody looked for long, the looker was away, and not the other one silent.
  silent_ += std::min(passed, silence_ / 4);
  return silent_ < silence_;
}

Heartbeat::Heartbeat(std::unique_ptr<Store> store,
                     int rank,
                     milliseconds silence,
                     std::function<void(Store&)> tick,
                     std::function<void(const std::string&)> failed)
    : store_(std::move(store)),
      key_(beat_key(rank)),
      silence_(silence),
      interval_(beat_interval(silence)),
      tick_(std::move(tick)),
      failed_(std::move(failed)),
      thread_([this] { run(); }),
      watchdog_([this] { watch(); }) {}

/// The watchdog goes last: a call that never returns would hold the other one up for ever.
Heartbeat::~Heartbeat() {
  set(ends_);
  thread_.join();
  set(ended_);
  watchdog_.join();
}

void Heartbeat::set(bool& flag) {
  {
    const std::scoped_lock lock(mutex_);
    flag = true;
  }
  changed_.notify_all();
}

void Heartbeat::run() {
  std::unique_lock lock(mutex_);
  while (!ends_) {
    const auto beat = std::to_string(++beats_);
    lock.unlock();
    try {
      store_->set(key_, beat);
      tick_(*store_);
    } catch (const std::exception& error) {
      failed_(one_line(error));
      return;
    }
    lock.lock();
    changed_.wait_for(lock, interval_, [&] { return ends_; });
  }
}

void Heartbeat::watch() {
  Watch own(silence_);
  std::unique_lock lock(mutex_);
  while (!ended_ && own.look(std::to_string(beats_)))
    changed_.wait_for(lock, interval_, [&] { return ended_; });
  if (ended_) return;
  lock.unlock();
  failed_("it gives no answer");
}

}  // namespace smdm::ranks
