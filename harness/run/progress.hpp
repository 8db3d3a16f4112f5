/// How far the work is, for people: a bar on a terminal, now and then a line elsewhere. Standard
/// error only.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <utility>

#include "harness/run/run_progress.hpp"

namespace smdm {

/// What a terminal shows of a progress, on one line whatever its width: the bar is left out where
/// it does not fit, then the end is cut.
/// @param bar      one column per byte
/// @param columns  of the terminal
[[nodiscard]] std::string terminal_line(const std::string& label,
                                        const std::string& bar,
                                        const std::string& numbers,
                                        std::size_t columns);

class Progress {
 public:
  /// @param unit   what is counted: "requests"
  /// @param whole  the run that this is a part of, whose time left is shown; outlives this. Null:
  /// it
  ///               is the whole
  Progress(std::string label,
           std::size_t total,
           std::string unit,
           const RunProgress* whole = nullptr);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void advance();

  /// Shown behind the numbers from now on.
  void note(std::string text) { note_ = std::move(text); }

 private:
  using Clock = std::chrono::steady_clock;
  /// What is shown: of this, or of the run that it is a part of.
  struct Shown {
    std::string label;
    std::size_t done, total;
    std::size_t since;  ///< of those that are done, what was there before
    double seconds;     ///< for the others
    std::string note;
  };
  void show();
  [[nodiscard]] Shown shown() const;
  [[nodiscard]] std::string time_text(const Shown& now) const;

  std::string label_;
  std::size_t total_;
  std::string unit_;
  const RunProgress* whole_;
  std::string note_;
  std::size_t done_ = 0;
  bool terminal_;
  Clock::time_point begin_ = Clock::now();
  Clock::time_point shown_at_ = begin_;
};

}  // namespace smdm
