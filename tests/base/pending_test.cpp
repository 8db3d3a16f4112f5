// Files under construction: found again after their writer was killed, and left alone while it
// lives.
#include "base/files/pending.hpp"

#include <csignal>

#include <sys/wait.h>
#include <unistd.h>

#include "base/files/atomic.hpp"
#include "base/files/output.hpp"
#include "base/files/paths.hpp"
#include "base/files/signals.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {
namespace fs = std::filesystem;

std::size_t entries(const fs::path& folder) {
  return entries_of(folder, ErrorKind::results).size();
}

/// Begins an output in another process, which then ends by a signal.
void leave_behind(const fs::path& folder, int signal) {
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    std::signal(signal, SIG_DFL);  // the test framework's own handler is not the program's
    handle_signals();
    OutputFile file(folder / "new.txt");
    file.write("half");
    const PendingFolder below(folder / "new");
    raise(signal);
    _exit(1);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(WIFSIGNALED(status));
  CHECK(WTERMSIG(status) == signal);
}

}  // namespace

TEST_CASE("what a killed writer leaves is removed by the next one") {
  const test::TemporaryFolder folder;
  leave_behind(folder.path(), SIGKILL);
  CHECK(entries(folder.path()) == 2);
  check_writable(folder.path());
  CHECK(entries(folder.path()) == 0);
  leave_behind(folder.path(), SIGKILL);
  write_output(folder.path() / "a", "x");
  CHECK(entries(folder.path()) == 1);
}

TEST_CASE("a signal that ends the program takes its files with it") {
  for (const int signal :
       {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGXCPU, SIGABRT, SIGUSR1, SIGUSR2, SIGALRM}) {
    INFO(signal);
    const test::TemporaryFolder folder;
    leave_behind(folder.path(), signal);
    CHECK_FALSE(is_taken(folder.path() / "new.txt"));
    for (const auto& left : entries_of(folder.path(), ErrorKind::results)) CHECK(is_folder(left));
  }
}

TEST_CASE("what is being written, and what is not ours, stays") {
  const test::TemporaryFolder folder;
  PendingFile file(folder.path());
  PendingFolder below(folder.path() / "below");
  const auto others = {".smdm-x",         "smdm-1.part",      ".other.part",
                       ".smdm-mine.part", ".smdm-1-2.part",   ".smdm-1-2-3-4.part",
                       ".smdm-1-2-.part", ".smdm-1-2-3-.part"};
  for (const char* name : others) test::write_file(folder.path() / name, "");
  fs::create_symlink("smdm-1.part", folder.path() / ".smdm-1-1-1.part");
  const auto all = others.size() + 3;
  CHECK(entries(folder.path()) == all);
  remove_abandoned(folder.path());
  CHECK(entries(folder.path()) == all);
  file.close();
  remove_abandoned(folder.path());
  CHECK(file.commit("file"));
  below.write("a/b", "text");
  below.commit();
  CHECK(test::read_file(folder.path() / "file").empty());
  CHECK(test::read_file(folder.path() / "below" / "a" / "b") == "text");
  CHECK(entries(folder.path()) == all);
}

TEST_CASE("a new folder: in the place of nothing, of an empty one, or of what a link leads to") {
  const test::TemporaryFolder folder;
  const auto made = [&](const fs::path& target) {
    PendingFolder pending(target);
    pending.write("file", "text");
    CHECK_FALSE(is_file(target / "file"));
    pending.commit();
    return test::read_file(target / "file") == "text";
  };
  CHECK(made(folder.path() / "new" / ""));
  fs::create_directory(folder.path() / "empty");
  CHECK(made(folder.path() / "empty"));
  fs::create_directory(folder.path() / "far");
  fs::create_directory_symlink("far", folder.path() / "link");
  fs::create_directory_symlink("farther", folder.path() / "dangling");
  for (const char* link : {"link", "dangling"}) {
    CHECK(made(folder.path() / link));
    CHECK(fs::is_symlink(folder.path() / link));
  }
  const auto refused = [&](const fs::path& target) {
    return test::contains(
        test::error_text<ErrorKind::results>([&] { PendingFolder pending(target); }),
        "not overwritten");
  };
  CHECK(refused(folder.path() / "new"));
  test::write_file(folder.path() / "file", "");
  CHECK(refused(folder.path() / "file"));
  CHECK(entries(folder.path()) == 7);
}

}  // namespace smdm
