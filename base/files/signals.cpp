// Handlers call only what POSIX allows them to call, and touch only what is made for them: the
// lists of files under construction (pending.cpp) and of mapped files (mapping.cpp).
#include "base/files/signals.hpp"

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <string_view>

#include <fcntl.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/files/mapping.hpp"
#include "base/files/pending.hpp"

namespace smdm {
namespace {

/// Lets the signal do what it does to a program without handlers, as soon as the handler returns.
void die_of(int signal) noexcept {
  std::signal(signal, SIG_DFL);
  ::raise(signal);
}

// The system's type of handler has no const. NOLINTNEXTLINE(misc-const-correctness)
void on_bus_error(int signal, siginfo_t* info, void* /*context*/) {
  const auto file = mapped_at(info->si_addr);
  remove_pending_files();
  if (file.name == nullptr) return die_of(signal);
  say_error(file.name, ": was cut short, or could not be read on, while it was in use");
  ::_exit(static_cast<int>(file.kind));
}

void on_end(int signal) {
  const int code = errno;
  remove_pending_files();
  die_of(signal);
  errno = code;
}

// Handlers of two threads may run at once, and both threads of a job ask for it.
std::atomic<int> noted{0};
static_assert(std::atomic<int>::is_always_lock_free);

constexpr unsigned kLongest = 25;  ///< seconds from a noted signal to the end, whatever happens

void on_stop(int signal) {
  int none = 0;
  if (!noted.compare_exchange_strong(none, signal)) return on_end(signal);
  ::alarm(kLongest);
}

/// Nobody has come to a place where the work can stop.
void on_alarm(int /*signal*/) {
  on_end(noted.load());
}

constexpr std::array<int, 3> kStopping = {SIGINT, SIGTERM, SIGHUP};

/// Leaves alone what the program was started to ignore, as nohup does with SIGHUP.
void end_with(int signal) noexcept {
  struct sigaction before{};
  if (::sigaction(signal, nullptr, &before) != 0 || before.sa_handler != SIG_DFL) return;
  struct sigaction action{};
  action.sa_handler = on_end;
  ::sigaction(signal, &action, nullptr);
}

// Before the program's libraries start, which may open files themselves. Instrumented code cannot
// run there yet.
#if defined(__SANITIZE_ADDRESS__)
#define SMDM_NOT_INSTRUMENTED __attribute__((no_sanitize("address", "undefined")))
#else
#define SMDM_NOT_INSTRUMENTED
#endif

SMDM_NOT_INSTRUMENTED void hold(int number, int mode) noexcept {
  if (::fcntl(number, F_GETFD) >= 0 || errno != EBADF) return;
  // The lowest number that is free is this one, since those below it are held.
  if (::open("/dev/null", mode) >= 0) return;
  static_cast<void>(::open("/", O_PATH));  // no /dev here: can neither be read nor written
}

SMDM_NOT_INSTRUMENTED void hold_standard_streams() {
  hold(STDIN_FILENO, O_WRONLY);
  hold(STDOUT_FILENO, O_RDONLY);
  hold(STDERR_FILENO, O_RDONLY);
}

[[gnu::section(".preinit_array"), gnu::used]] void (*const kFirst)() = hold_standard_streams;

/// To standard error, whole.
void say(std::string_view text) noexcept {
  while (!text.empty()) {
    const auto written = ::write(STDERR_FILENO, text.data(), text.size());
    if (written <= 0) return;  // nobody is left to be told
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace

void say_error(std::string_view first, std::string_view second) noexcept {
  for (const auto part : {kErrorBegin, first, second, std::string_view("\n")}) say(part);
}

NotedSignals::NotedSignals() noexcept {
  noted = 0;
  for (std::size_t k = 0; k < kStopping.size(); ++k) {
    if (::sigaction(kStopping[k], nullptr, &before_[k]) != 0) continue;
    if (before_[k].sa_handler == SIG_IGN) continue;
    struct sigaction action{};
    action.sa_handler = on_stop;
    action.sa_flags = SA_RESTART;  // writes in progress are not to fail
    ::sigaction(kStopping[k], &action, nullptr);
  }
  struct sigaction action{};
  action.sa_handler = on_alarm;
  ::sigaction(SIGALRM, &action, &before_alarm_);
}

NotedSignals::~NotedSignals() {
  ::alarm(0);
  ::sigaction(SIGALRM, &before_alarm_, nullptr);
  for (std::size_t k = 0; k < kStopping.size(); ++k)
    ::sigaction(kStopping[k], &before_[k], nullptr);
}

int noted_signal() noexcept {
  return noted;
}

void end_by(int signal) noexcept {
  remove_pending_files();
  die_of(signal);
  ::_exit(128 + signal);  // the signal is blocked
}

std::string signal_name(int signal) {
  switch (signal) {
    case SIGINT:
      return "SIGINT";
    case SIGTERM:
      return "SIGTERM";
    case SIGHUP:
      return "SIGHUP";
    default:
      return "signal " + std::to_string(signal);
  }
}

void stop_if_noted() {
  if (const int signal = noted_signal(); signal != 0)
    throw Stopped(signal, "stopped by " + signal_name(signal));
}

void handle_signals() noexcept {
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);
  struct sigaction action{};
  action.sa_sigaction = on_bus_error;
  action.sa_flags = SA_SIGINFO;
  ::sigaction(SIGBUS, &action, nullptr);
  for (const int signal :
       {SIGHUP, SIGINT, SIGTERM, SIGQUIT, SIGXCPU, SIGABRT, SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM,
        SIGPROF, SIGSEGV, SIGFPE, SIGILL, SIGTRAP, SIGSYS, SIGIO, SIGPWR})
    end_with(signal);
}

}  // namespace smdm
