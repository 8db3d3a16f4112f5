#include <atomic>
#include <csignal>
#include <thread>
#include <vector>

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/files/atomic.hpp"
#include "base/files/output.hpp"
#include "base/files/paths.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {
namespace fs = std::filesystem;

using test::contains;

std::size_t entries(const fs::path& folder) {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
}

/// Lets no file of this process grow beyond a size: a write then fails like one to a full disk.
class SmallFiles {
 public:
  explicit SmallFiles(rlim_t bytes) : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit small{.rlim_cur = bytes, .rlim_max = before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
  }
  ~SmallFiles() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  SmallFiles(const SmallFiles&) = delete;
  SmallFiles& operator=(const SmallFiles&) = delete;

 private:
  rlimit before_{};
  void (*handler_)(int);
};

}  // namespace

TEST_CASE("a file stands in a folder, named or not") {
  CHECK(folder_of("a/b") == "a");
  CHECK(folder_of("/b") == "/");
  CHECK(folder_of("b") == ".");
}

TEST_CASE("a file appears whole, under its name, and alone") {
  const test::TemporaryFolder folder;
  std::string content(3 << 20, 'x');
  content += "end";
  write_output(folder.path() / "a.txt", content);
  CHECK(test::read_file(folder.path() / "a.txt") == content);
  CHECK(entries(folder.path()) == 1);
}

TEST_CASE("a file's mode is what the umask leaves, not that of a temporary file") {
  const test::TemporaryFolder folder;
  const mode_t before = umask(022);
  write_output(folder.path() / "a", "x");
  umask(before);
  struct stat status{};
  REQUIRE(stat((folder.path() / "a").c_str(), &status) == 0);
  CHECK((status.st_mode & 0777U) == 0644U);
}

TEST_CASE("a file that exists is kept, or replaced where that is asked for") {
  const test::TemporaryFolder folder;
  const fs::path path = folder.path() / "a.txt";
  write_output(path, "first");
  const auto error = test::error_text<ErrorKind::results>([&] { write_output(path, "second"); });
  CHECK(contains(error, path.string()));
  CHECK(contains(error, "not overwritten"));
  CHECK(test::read_file(path) == "first");
  write_output(path, "third", Existing::replace);
  CHECK(test::read_file(path) == "third");
  fs::create_symlink("nowhere", folder.path() / "dangling");
  CHECK(contains(
      test::error_text<ErrorKind::results>([&] { write_output(folder.path() / "dangling", "x"); }),
      "not overwritten"));
  CHECK(entries(folder.path()) == 2);
}

TEST_CASE("of many that race for one name exactly one wins") {
  const test::TemporaryFolder folder;
  std::atomic<int> won{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&folder, &won, i] {
      PendingFile file(folder.path());
      file.write(std::string(1000, static_cast<char>('a' + i)));
      file.close();
      if (file.commit("same")) ++won;
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(won == 1);
  CHECK(entries(folder.path()) == 1);
  const auto content = test::read_file(folder.path() / "same");
  CHECK(content == std::string(1000, content.at(0)));
}

TEST_CASE("a pending file that is not committed leaves nothing") {
  const test::TemporaryFolder folder;
  {
    PendingFile file(folder.path());
    file.write("half");
    CHECK(entries(folder.path()) == 1);
    const PendingFile moved(std::move(file));
    CHECK(entries(folder.path()) == 1);
  }
  CHECK(entries(folder.path()) == 0);
}

TEST_CASE("a disk without room: one clear line and nothing left") {
  const test::TemporaryFolder folder;
  const SmallFiles limit(4096);
  const auto error = test::error_text<ErrorKind::results>(
      [&] { write_output(folder.path() / "big", std::string(100000, 'x')); });
  CHECK(contains(error, "cannot write"));
  CHECK(contains(error, folder.path().string()));
  CHECK(contains(error, "File too large"));
  CHECK(entries(folder.path()) == 0);
}

TEST_CASE("a missing folder, or a file in its place, is named") {
  const test::TemporaryFolder folder;
  const auto missing =
      test::error_text<ErrorKind::results>([&] { write_output(folder.path() / "no" / "a", "x"); });
  CHECK(contains(missing, "wanted a folder at " + (folder.path() / "no").string()));
  test::write_file(folder.path() / "file", "x");
  const auto file = test::error_text<ErrorKind::results>(
      [&] { write_output(folder.path() / "file" / "a", "x"); });
  CHECK(contains(file, "wanted a folder at " + (folder.path() / "file").string()));
}

TEST_CASE("check_writable makes a folder and leaves it empty") {
  const test::TemporaryFolder folder;
  check_writable(folder.path() / "a" / "b");
  CHECK(entries(folder.path() / "a" / "b") == 0);
  test::write_file(folder.path() / "file", "x");
  CHECK(contains(
      test::error_text<ErrorKind::results>([&] { check_writable(folder.path() / "file"); }),
      "wanted a folder"));
  CHECK(contains(test::error_text<ErrorKind::results>(
                     [&] { check_writable(folder.path() / "file" / "below"); }),
                 "cannot make folder"));
}

TEST_CASE("a folder is made where a link leads nowhere") {
  const test::TemporaryFolder folder;
  fs::create_directory_symlink("far", folder.path() / "link");
  CHECK(make_folder(folder.path() / "link"));
  CHECK(is_folder(folder.path() / "far"));
  CHECK_FALSE(make_folder(folder.path() / "link"));
}

TEST_CASE("folders that were missing go again if they are empty") {
  const test::TemporaryFolder folder;
  fs::create_directory(folder.path() / "old");
  const auto made = [&](const fs::path& path, bool used) {
    const MissingFolders missing(path);
    make_folder(path);
    if (used) test::write_file(path / "file", "x");
  };
  made(folder.path() / "old" / "a" / "b", false);
  CHECK(entries(folder.path() / "old") == 0);
  made(folder.path() / "old", false);
  CHECK(is_folder(folder.path() / "old"));
  made(folder.path() / "new" / "a", true);
  CHECK(is_file(folder.path() / "new" / "a" / "file"));
}

TEST_CASE("a folder that may not be written is refused") {
  const test::TemporaryFolder folder;
  fs::create_directory(folder.path() / "closed");
  fs::permissions(folder.path() / "closed", fs::perms(0555));
  fs::permissions(folder.path(), fs::perms(0755));
  const uid_t user = geteuid();
  if (user == 0) REQUIRE(seteuid(65534) == 0);  // root may write everywhere
  const auto error =
      test::error_text<ErrorKind::results>([&] { check_writable(folder.path() / "closed"); });
  const auto below = test::error_text<ErrorKind::results>(
      [&] { check_writable(folder.path() / "closed" / "new"); });
  if (user == 0) REQUIRE(seteuid(user) == 0);
  CHECK(contains(error, "cannot write into " + (folder.path() / "closed").string()));
  CHECK(contains(error, "Permission denied"));
  CHECK(contains(below, "cannot make folder " + (folder.path() / "closed" / "new").string()));
}

TEST_CASE("a file system that cannot be written is refused") {
  if (!fs::exists("/proc/self")) {
    test::skip("no /proc on this machine");
    return;
  }
  CHECK(contains(test::error_text<ErrorKind::results>([] { check_writable("/proc/self/task"); }),
                 "/proc/self/task"));
}

}  // namespace smdm
