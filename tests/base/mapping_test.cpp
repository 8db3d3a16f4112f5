// Mapped files, whole and cut short while they are in use.
#include "base/files/mapping.hpp"

#include <csignal>
#include <numeric>
#include <thread>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/files/pending.hpp"
#include "base/files/signals.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

struct Ended {
  int code = 0;  ///< exit code, or 128 + signal
  std::string err;
};

/// Runs an action in another process, as the program runs.
template <typename Action>
Ended in_process(const std::filesystem::path& folder, const Action& action) {
  const auto messages = folder / "messages";
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const int file = open(messages.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    dup2(file, STDERR_FILENO);
    std::signal(SIGBUS, SIG_DFL);
    handle_signals();
    action();
    _exit(0);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  return {.code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status),
          .err = test::read_file(messages)};
}

std::uint64_t sum_of(const MappedFile& file) {
  return std::accumulate(file.data(), file.data() + file.bytes(), std::uint64_t{0});
}

}  // namespace

TEST_CASE("a mapped file has the file's bytes") {
  const test::TemporaryFolder folder;
  test::write_file(folder.path() / "file", "abc");
  test::write_file(folder.path() / "empty", "");
  const MappedFile file(folder.path() / "file", ErrorKind::checkpoint);
  CHECK(std::string(file.data(), file.data() + file.bytes()) == "abc");
  CHECK(MappedFile(folder.path() / "empty", ErrorKind::checkpoint).bytes() == 0);
  CHECK_THROWS_KIND(MappedFile(folder.path(), ErrorKind::checkpoint), checkpoint);
  CHECK_THROWS_KIND(MappedFile(folder.path() / "none", ErrorKind::data), data);
  CHECK(mapped_at(file.data() + 2).name == (folder.path() / "file").string());
  CHECK(mapped_at(&folder).name == nullptr);
}

TEST_CASE("a mapped file that is cut short ends the program with its name, on any thread") {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "weights";
  for (const bool other_thread : {false, true}) {
    test::write_file(path, std::string(1 << 20, 'x'));
    const auto ended = in_process(folder.path(), [&] {
      const PendingName pending(folder.path(), PendingName::Kind::file);
      const MappedFile file(path, ErrorKind::checkpoint);
      if (truncate(path.c_str(), 1000) != 0) _exit(99);
      if (other_thread) {
        std::thread([&] { _exit(sum_of(file) == 0 ? 98 : 97); }).join();
      } else {
        _exit(sum_of(file) == 0 ? 98 : 97);
      }
    });
    CHECK(ended.code == 4);
    CHECK(ended.err == "smdm-eval: error: " + path.string() +
                           ": was cut short, or could not be read on, while it was in use\n");
    CHECK(test::read_file(folder.path() / "messages") == ended.err);
    for (const auto& entry : std::filesystem::directory_iterator(folder.path()))
      CHECK_FALSE(entry.path().filename().string().starts_with("."));
  }
}

TEST_CASE("another bus error stays one") {
  const test::TemporaryFolder folder;
  CHECK(in_process(folder.path(), [] { raise(SIGBUS); }).code == 128 + SIGBUS);
}

}  // namespace smdm
