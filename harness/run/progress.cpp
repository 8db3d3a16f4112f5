#include "harness/run/progress.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <iostream>

#include <unistd.h>

#include "base/text/numbers.hpp"

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

}  // namespace

Progress::Progress(std::string label, std::size_t total, std::string unit)
    : label_(std::move(label)),
      total_(total),
      unit_(std::move(unit)),
      terminal_(isatty(STDERR_FILENO) == 1) {}

Progress::~Progress() {
  if (terminal_ && done_ > 0) std::cerr << "\n";
}

void Progress::advance() {
  ++done_;
  constexpr std::chrono::milliseconds kBarInterval(100);
  constexpr std::chrono::seconds kLineInterval(30);
  const auto now = Clock::now();
  const bool due = terminal_ ? now - shown_ >= kBarInterval : now - shown_ >= kLineInterval;
  if (!due && done_ != total_) return;
  shown_ = now;
  show();
}

void Progress::show() {
  const std::chrono::duration<double> elapsed = Clock::now() - begin_;
  const double rate = static_cast<double>(done_) / std::max(elapsed.count(), 1e-9);
  const double left = static_cast<double>(total_ - done_) / rate;
  std::string text = label_;
  text.append(terminal_ ? " " : ":").append(terminal_ ? bar(done_, total_) : "");
  text.append(" ").append(std::to_string(done_)).append("/").append(std::to_string(total_));
  text.append(" ").append(unit_).append(", ").append(fixed_text(rate, 1)).append("/s, ");
  text.append(done_ < total_ ? duration(left) + " left" : duration(elapsed.count()));
  if (!note_.empty()) text.append(", ").append(note_);
  std::cerr << (terminal_ ? "\r\033[K" : "") << text << (terminal_ ? "" : "\n") << std::flush;
}

}  // namespace smdm
