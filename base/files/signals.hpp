/// What a process does with its standard streams and with signals, set up once when it starts.
///
/// A program that this file is linked into gives standard input, output and error a file where it
/// was started without, before its libraries start: nothing that is opened later can then take
/// their place and have messages written into it. Using them still fails: input is opened for
/// writing only, output and error for reading only.
#pragma once

#include <array>
#include <csignal>
#include <stdexcept>
#include <string>
#include <string_view>

namespace smdm {

/// How the program's errors begin.
inline constexpr std::string_view kErrorBegin = "smdm-eval: error: ";

/// One line of error on standard error, without memory of its own: for moments in which nothing
/// else works. May be called in a signal handler.
void say_error(std::string_view first, std::string_view second = "") noexcept;

/// From here on
///   a closed pipe and a file over the limit of its size   are errors of the write (SIGPIPE,
///                                                          SIGXFSZ)
///   a mapped file that was cut short                       is one line and an exit code (SIGBUS)
///   a signal that ends the program                         ends it as it would have, without our
///                                                          files under construction
void handle_signals() noexcept;

/// While one lives, the first SIGINT, SIGTERM or SIGHUP is only noted: whoever works asks for it
/// where it can stop, keeps what there is, and ends by end_by(). A second one ends the program at
/// once, and so does the first after 25 seconds in which nobody has stopped. Signals that the
/// program was started to ignore stay ignored. One at a time.
class NotedSignals {
 public:
  NotedSignals() noexcept;
  ~NotedSignals();
  NotedSignals(const NotedSignals&) = delete;
  NotedSignals& operator=(const NotedSignals&) = delete;

 private:
  std::array<struct sigaction, 3> before_{};  ///< what each did
  struct sigaction before_alarm_{};
};

/// The signal that was noted, or 0.
[[nodiscard]] int noted_signal() noexcept;

/// Ends the program as the signal would have, without our files under construction.
[[noreturn]] void end_by(int signal) noexcept;

/// "SIGINT", "SIGTERM", "SIGHUP", or "signal N".
[[nodiscard]] std::string signal_name(int signal);

/// Work has ended where it could because of a noted signal. No error: what() says how far it got.
class Stopped : public std::runtime_error {
 public:
  Stopped(int signal, const std::string& text) : std::runtime_error(text), signal_(signal) {}
  [[nodiscard]] int signal() const noexcept { return signal_; }

 private:
  int signal_;
};

/// @throws Stopped  if a signal was noted
void stop_if_noted();

}  // namespace smdm
