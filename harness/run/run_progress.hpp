/// How far a whole run is: its tasks, and the time that is left.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/json.hpp"
#include "harness/run/time_left.hpp"

namespace smdm {

/// A task of a run before it begins.
struct TaskToDo {
  std::string name;
  std::size_t documents = 0;
  std::size_t kept = 0;    ///< of these, whose answers are there already
  double cost = 0.0;       ///< of all others, see expected_cost()
  std::string model = {};  ///< for people; empty: it is not said
};

/// Calls from several threads are taken one by one.
class RunProgress {
 public:
  /// @param tasks  in the order in which they will run
  explicit RunProgress(std::vector<TaskToDo> tasks);

  /// The next task begins.
  void begin();

  /// An answer was computed. @param cost  see expected_cost()
  void advance(double cost);

  [[nodiscard]] std::optional<double> seconds_left() const;

  /// From here on people are shown the run as a whole, and never one task of it.
  /// @param note  shown behind the numbers
  void show_as_whole(std::function<std::string()> note) { note_ = std::move(note); }
  [[nodiscard]] bool is_shown_as_whole() const { return note_ != nullptr; }
  [[nodiscard]] std::string note() const { return note_(); }

  /// Seconds since it was made.
  [[nodiscard]] double seconds() const { return now(); }

  /// Of documents_done(), those that were there from the beginning.
  [[nodiscard]] std::size_t documents_kept() const;

  [[nodiscard]] std::size_t documents() const;
  [[nodiscard]] std::size_t documents_done() const;

  /// What progress.json says (docs/runs.md). @param state  "running", "stopped", "failed"
  [[nodiscard]] Json snapshot(const std::string& state) const;

 private:
  using Clock = std::chrono::steady_clock;
  [[nodiscard]] double now() const;

  mutable std::mutex mutex_;
  std::vector<TaskToDo> tasks_;
  std::vector<std::size_t> done_;  ///< documents of each task, kept ones included
  std::size_t begun_ = 0;
  std::function<std::string()> note_;
  TimeLeft left_;
  Clock::time_point start_ = Clock::now();
};

}  // namespace smdm
