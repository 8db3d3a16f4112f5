/// Writes answers while others are being computed.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

#include "harness/journal/answer_store.hpp"

namespace smdm {

/// A thread that brings answers to the disk at most a second after they were given to it, and looks
/// after what else has to be done now and then.
class AnswerWriter {
 public:
  /// @param store  outlives the writer
  /// @param tick  called about twice a second, from the writer's thread; what it throws ends the
  ///              work like an error of writing
  /// @param cut   called where a noted signal has waited too long for the end of a forward, when
  /// all
  ///              that is known is on the disk: it ends the program
  AnswerWriter(AnswerStore& store, std::function<void()> tick, std::function<void()> cut);

  /// Stops; what was not written by finish() may be lost.
  ~AnswerWriter();
  AnswerWriter(const AnswerWriter&) = delete;
  AnswerWriter& operator=(const AnswerWriter&) = delete;

  /// @throws  whatever an earlier write or tick threw
  void add(StoredAnswer answer);

  /// Returns when everything is on the disk.
  /// @throws  whatever a write or tick threw
  void finish();

 private:
  using Clock = std::chrono::steady_clock;

  void run();
  void look_after(Clock::time_point now);
  void rethrow();

  AnswerStore& store_;
  std::function<void()> tick_;
  std::function<void()> cut_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<StoredAnswer> waiting_;
  std::exception_ptr failure_;
  bool flush_ = false;
  bool ends_ = false;
  std::optional<Clock::time_point> signalled_;
  std::thread thread_;  ///< the last member: it uses all others
};

}  // namespace smdm
