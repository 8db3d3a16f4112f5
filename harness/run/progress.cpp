// Lines of progress, made anew for the terminal as wide as it is at that moment.
#include "harness/run/progress.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <iostream>

#include <sys/ioctl.h>
#include <unistd.h>

#include "base/text/numbers.hpp"
#include "base/text/visible.hpp"
#include "base/text/width.hpp"

namespace smdm {
namespace {

std::string duration(double seconds) {
  const auto whole = std::llround(seconds);
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%lld:%02lld:%02lld", whole / 3600, whole / 60 % 60,
                whole % 60);
  return text.data();
}

std::string bar(std::size_t done, std::size_t total) {
  constexpr std::size_t kWidth = 30;
  const auto filled = total == 0 ? kWidth : kWidth * done / total;
  return std::string("[").append(filled, '#').append(kWidth - filled, '.').append("]");
}

/// Columns of the terminal behind standard error, which may have been resized since it was asked.
std::size_t terminal_columns() {
  constexpr std::size_t kUsual = 80;
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  const char* told = std::getenv("COLUMNS");
  const auto columns = told == nullptr ? 0 : std::strtol(told, nullptr, 10);
  return columns > 0 ? static_cast<std::size_t>(columns) : kUsual;
}

}  // namespace

std::string terminal_line(const std::string& label,
                          const std::string& bar,
                          const std::string& numbers,
                          std::size_t columns) {
  // In the last column a terminal may go to the next line by itself, which nothing erases.
  const std::size_t free = columns > 0 ? columns - 1 : 0;
  std::string line = visible(label) + " " + bar + " " + visible(numbers);
  if (display_width(line) <= free) return line;
  return cut_to_width(visible(label) + " " + visible(numbers), free);
}

Progress::Progress(std::string label, std::size_t total, std::string unit, const RunProgress* whole)
    : label_(std::move(label)),
      total_(total),
      unit_(std::move(unit)),
      whole_(whole),
      terminal_(isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
  if (terminal_ && done_ > 0) std::cerr << "\n";
}

void Progress::advance() {
  ++done_;
  constexpr std::chrono::milliseconds kBarInterval(100);
  constexpr std::chrono::seconds kLineInterval(30);
  const auto now = Clock::now();
  const bool due = terminal_ ? now - shown_at_ >= kBarInterval : now - shown_at_ >= kLineInterval;
  if (!due && done_ != total_) return;
  shown_at_ = now;
  show();
}

std::string Progress::time_text(const Shown& now) const {
  if (now.done == now.total) return duration(now.seconds);
  if (whole_ == nullptr) {
    const double each = now.seconds / static_cast<double>(now.done);
    return duration(static_cast<double>(now.total - now.done) * each) + " left";
  }
  const auto left = whole_->seconds_left();
  return left ? duration(*left) + " left of the run" : duration(now.seconds);
}

Progress::Shown Progress::shown() const {
  const double seconds = std::chrono::duration<double>(Clock::now() - begin_).count();
  if (whole_ == nullptr || !whole_->is_shown_as_whole())
    return {.label = label_,
            .done = done_,
            .total = total_,
            .since = 0,
            .seconds = seconds,
            .note = note_};
  return {.label = "run",
          .done = whole_->documents_done(),
          .total = whole_->documents(),
          .since = whole_->documents_kept(),
          .seconds = whole_->seconds(),
          .note = whole_->note()};
}

void Progress::show() {
  const auto now = shown();
  const double rate = static_cast<double>(now.done - now.since) / std::max(now.seconds, 1e-9);
  std::string numbers =
      std::to_string(now.done) + "/" + std::to_string(now.total) + " " + unit_ + ", ";
  numbers.append(fixed_text(rate, 1)).append("/s, ");
  numbers.append(time_text(now));
  if (!now.note.empty()) numbers.append(", ").append(now.note);
  if (terminal_) {
    std::cerr << "\r\033[K"
              << terminal_line(now.label, bar(now.done, now.total), numbers, terminal_columns());
  } else {
    std::cerr << visible(now.label) << ": " << visible(numbers) << "\n";
  }
  std::cerr << std::flush;
}

}  // namespace smdm
