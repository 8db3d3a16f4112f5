/// Signs of life of a rank, by a thread and a connection of their own: a forward that takes minutes
/// does not silence a rank.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "harness/ranks/store.hpp"

namespace smdm::ranks {

/// The key of a rank's sign of life, whose value changes with each.
[[nodiscard]] std::string beat_key(int rank);

/// How long it is from one sign of life to the next.
/// @param silence  how long there may be none
[[nodiscard]] std::chrono::milliseconds beat_interval(std::chrono::milliseconds silence);

/// Whether somebody still gives signs of life. Silence counts from when this is asked, not by
/// anybody's clock: a process that was itself stopped does not take others for dead.
class Watch {
 public:
  /// @param silence  how long none may be seen
  explicit Watch(std::chrono::milliseconds silence) : silence_(silence) {}

  /// @param beat  what the key holds now
  /// @return whether that is a living one's
  bool look(const std::string& beat);

 private:
  using Clock = std::chrono::steady_clock;
  std::chrono::milliseconds silence_;
  std::string last_;
  Clock::time_point looked_{};
  std::chrono::milliseconds silent_{0};
};

class Heartbeat {
 public:
  /// @param store    a connection for this alone
  /// @param silence  how long the store may take for an answer: one whose holder is stopped, and
  ///                 not dead, gives none and does not say so
  /// @param tick     called after each sign of life, from its thread. What it throws ends the signs
  /// @param failed   called then, or when the store is silent, with the reason, from a thread of
  ///                 its own
  Heartbeat(std::unique_ptr<Store> store,
            int rank,
            std::chrono::milliseconds silence,
            std::function<void(Store&)> tick,
            std::function<void(const std::string& why)> failed);
  ~Heartbeat();
  Heartbeat(const Heartbeat&) = delete;
  Heartbeat& operator=(const Heartbeat&) = delete;

 private:
  void run();
  void watch();
  void set(bool& flag);

  std::unique_ptr<Store> store_;
  std::string key_;
  std::chrono::milliseconds silence_;
  std::chrono::milliseconds interval_;
  std::function<void(Store&)> tick_;
  std::function<void(const std::string&)> failed_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool ends_ = false;
  bool ended_ = false;
  std::int64_t beats_ = 0;
  // The last members: they use all others.
  std::thread thread_;
  std::thread watchdog_;
};

}  // namespace smdm::ranks
