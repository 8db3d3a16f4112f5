// A place belongs to one process at a time; what a dead one left, or another machine long ago, is
// taken.
#include "base/files/run_lock.hpp"

#include <csignal>
#include <ctime>
#include <filesystem>
#include <string>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/files/signals.hpp"
#include "base/json.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;
using test::contains;

std::string refusal(const fs::path& file) {
  return test::error_text<ErrorKind::results>([&] {
    const RunLock lock(file, "runs/a");
    return 0;
  });
}

/// A lock that another machine left so many seconds ago.
void leave(const fs::path& file, time_t age) {
  test::write_file(file, R"({"host":"node-7","pid":42,"since":"2026-01-01T00-00-00"})");
  timespec times[2];
  clock_gettime(CLOCK_REALTIME, &times[0]);
  times[0].tv_sec -= age;
  times[1] = times[0];
  REQUIRE(utimensat(AT_FDCWD, file.c_str(), times, 0) == 0);
}

}  // namespace

TEST_CASE("a second one is refused with the name of the first") {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "run.lock";
  {
    const RunLock lock(file, "runs/a");
    const auto said = Json::parse(test::read_file(file));
    CHECK(said.at("pid") == getpid());
    CHECK(said.contains("boot_id"));
    CHECK(contains(refusal(file), "runs/a: is in use by process " + std::to_string(getpid())));
    CHECK(fs::exists(file));
  }
  CHECK_FALSE(fs::exists(file));
  CHECK(refusal(file).empty());
}

TEST_CASE("what a process left that was killed is taken") {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "run.lock";
  const pid_t child = fork();
  if (child == 0) {
    const RunLock lock(file, "runs/a");
    ::kill(getpid(), SIGKILL);
  }
  waitpid(child, nullptr, 0);
  CHECK(fs::exists(file));
  const RunLock lock(file, "runs/a");
  CHECK(Json::parse(test::read_file(file)).at("pid") == getpid());
}

TEST_CASE("a lock of another machine holds while it is renewed") {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "run.lock";
  leave(file, 20);
  CHECK(contains(refusal(file), "process 42 on node-7 since 2026-01-01T00-00-00 UTC"));
  // Trying does not count as a renewal.
  struct stat status{};
  REQUIRE(::stat(file.c_str(), &status) == 0);
  CHECK(std::time(nullptr) - status.st_mtime >= 20);
  leave(file, -3600);  // clocks that were set back
  CHECK(refusal(file).empty());
  leave(file, 3600);
  CHECK(refusal(file).empty());
}

TEST_CASE("a place that is gone or another one's is noticed") {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "run.lock";
  RunLock lock(file, "runs/a");
  lock.refresh();
  fs::remove(file);
  CHECK(test::thrown_kind([&] { lock.refresh(); }) == ErrorKind::results);
  test::write_file(file, "another");
  CHECK(test::thrown_kind([&] { lock.refresh(); }) == ErrorKind::results);
  CHECK(test::read_file(file) == "another");
}

TEST_CASE("a signal is noted while that is wanted") {
  {
    const NotedSignals signals;
    CHECK(noted_signal() == 0);
    CHECK_NOTHROW(stop_if_noted());
    ::raise(SIGTERM);
    CHECK(noted_signal() == SIGTERM);
    CHECK(test::error_text<Stopped>([] {
            stop_if_noted();
            return 0;
          }) == "stopped by SIGTERM");
  }
  const NotedSignals again;
  CHECK(noted_signal() == 0);
}

TEST_CASE("a second signal ends the program, and one that was ignored stays so") {
  const auto status_of = [](auto work) {
    const pid_t child = fork();
    if (child == 0) {
      work();
      _exit(7);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return status;
  };
  const int twice = status_of([] {
    const NotedSignals signals;
    ::raise(SIGINT);
    ::raise(SIGTERM);
  });
  CHECK(WIFSIGNALED(twice));
  CHECK(WTERMSIG(twice) == SIGTERM);
  const int ignored = status_of([] {
    std::signal(SIGHUP, SIG_IGN);
    const NotedSignals signals;
    ::raise(SIGHUP);
    if (noted_signal() != 0) _exit(1);
  });
  CHECK(WIFEXITED(ignored));
  CHECK(WEXITSTATUS(ignored) == 7);
  const int ended = status_of([] {
    std::signal(SIGTERM, SIG_DFL);
    end_by(SIGTERM);
  });
  CHECK(WIFSIGNALED(ended));
  CHECK(WTERMSIG(ended) == SIGTERM);
}

}  // namespace smdm
