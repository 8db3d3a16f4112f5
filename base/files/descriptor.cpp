// A write to a pipe that nobody reads must be an error like any other, also in programs that have
// not said what they do with SIGPIPE: it is held back for the time of the write.
#include "base/files/descriptor.hpp"

#include <cerrno>
#include <csignal>
#include <ctime>
#include <optional>
#include <system_error>

#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

#include "base/error.hpp"

namespace smdm {
namespace {

/// Holds back SIGPIPE of this thread, so that writing to a closed pipe comes back as EPIPE, and
/// swallows the one that such a write left pending. Other threads and the process's handlers are
/// left alone.
class WithoutBrokenPipeSignal {
 public:
  WithoutBrokenPipeSignal() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    sigset_t pending;
    sigemptyset(&pending);
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~WithoutBrokenPipeSignal() {
    if (!was_pending_) {
      const timespec at_once{};
      while (sigtimedwait(&pipe_, nullptr, &at_once) == -1 && errno == EINTR) {
      }
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  WithoutBrokenPipeSignal(const WithoutBrokenPipeSignal&) = delete;
  WithoutBrokenPipeSignal& operator=(const WithoutBrokenPipeSignal&) = delete;

 private:
  sigset_t pipe_{};
  sigset_t before_{};
  bool was_pending_ = false;
};

/// O_RDONLY, O_WRONLY or O_RDWR, or nothing where the descriptor is closed or the program's own:
/// those are all closed when another program takes its place (O_CLOEXEC).
std::optional<unsigned> access_of(int descriptor) noexcept {
  const int flags = ::fcntl(descriptor, F_GETFL);
  if (flags < 0 || ::fcntl(descriptor, F_GETFD) != 0) return std::nullopt;
  return static_cast<unsigned>(flags) & static_cast<unsigned>(O_ACCMODE);
}

}  // namespace

bool may_read(int descriptor) noexcept {
  const auto access = access_of(descriptor);
  const bool output = descriptor == STDOUT_FILENO || descriptor == STDERR_FILENO;
  return access && (*access == O_RDWR || (*access == O_RDONLY && !output));
}

bool may_write(int descriptor) noexcept {
  const auto access = access_of(descriptor);
  return access && (*access == O_RDWR || (*access == O_WRONLY && descriptor != STDIN_FILENO));
}

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    static_cast<void>(close());
    number_ = std::exchange(other.number_, -1);
  }
  return *this;
}

int Descriptor::close() noexcept {
  if (!is_open()) return 0;
  // Never tried again: on Linux the number is free even after EINTR.
  return ::close(std::exchange(number_, -1)) == 0 || errno == EINTR ? 0 : errno;
}

std::string reason_of(int code) {
  return std::generic_category().message(code);
}

std::string because(const std::string& what, int code) {
  return what + ": " + reason_of(code);
}

std::size_t read_some(int descriptor,
                      std::span<char> into,
                      const std::string& name,
                      ErrorKind kind) {
  std::size_t filled = 0;
  while (filled < into.size()) {
    const ssize_t got = ::read(descriptor, into.data() + filled, into.size() - filled);
    if (got == 0) break;
    if (got > 0) {
      filled += static_cast<std::size_t>(got);
    } else if (errno != EINTR) {
      throw Error(kind, "wanted to read " + name + ", got: " + reason_of(errno));
    }
  }
  return filled;
}

void write_all(int descriptor, std::string_view bytes, const std::string& name) {
  int failure = 0;
  {
    const WithoutBrokenPipeSignal guard;
    while (!bytes.empty() && failure == 0) {
      const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
      if (written >= 0) {
        bytes.remove_prefix(static_cast<std::size_t>(written));
      } else if (errno != EINTR) {
        failure = errno;
      }
    }
  }
  if (failure != 0) throw Error(ErrorKind::results, because("cannot write " + name, failure));
}

}  // namespace smdm
