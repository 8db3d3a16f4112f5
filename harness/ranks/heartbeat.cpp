#include "harness/ranks/heartbeat.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "base/error.hpp"

namespace smdm::ranks {

std::string beat_key(int rank) {
  return "beat/" + std::to_string(rank);
}

bool Watch::look(const std::string& beat) {
  const auto now = Clock::now();
  const auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(now - looked_);
  const bool first = looked_ == Clock::time_point();
  looked_ = now;
  if (first || std::exchange(last_, beat) != beat) {
    last_ = beat;
    silent_ = std::chrono::milliseconds(0);
    return true;
  }
  // Where nobody looked for long, the looker was away, and not the other one silent.
  silent_ += std::min(passed, silence_ / 4);
  return silent_ < silence_;
}

Heartbeat::Heartbeat(std::unique_ptr<Store> store,
                     int rank,
                     std::chrono::milliseconds interval,
                     std::function<void(Store&)> tick,
                     std::function<void(const std::string&)> failed)
    : store_(std::move(store)),
      key_(beat_key(rank)),
      interval_(interval),
      tick_(std::move(tick)),
      failed_(std::move(failed)),
      thread_([this] { run(); }) {}

Heartbeat::~Heartbeat() {
  {
    const std::scoped_lock lock(mutex_);
    ends_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void Heartbeat::run() {
  std::unique_lock lock(mutex_);
  for (std::int64_t beat = 1; !ends_; ++beat) {
    lock.unlock();
    try {
      store_->set(key_, std::to_string(beat));
      tick_(*store_);
    } catch (const std::exception& error) {
      failed_(one_line(error));
      return;
    }
    lock.lock();
    changed_.wait_for(lock, interval_, [&] { return ends_; });
  }
}

}  // namespace smdm::ranks
