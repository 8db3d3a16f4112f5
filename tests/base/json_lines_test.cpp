#include "base/files/json_lines.hpp"

#include <array>
#include <cstdio>
#include <memory>

#include <fcntl.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/files/descriptor.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {
namespace fs = std::filesystem;

using test::contains;

/// Puts another descriptor in the place of standard output while it lives.
class StandardOutput {
 public:
  explicit StandardOutput(int descriptor) : before_(dup(STDOUT_FILENO)) {
    std::fflush(stdout);
    dup2(descriptor, STDOUT_FILENO);
  }
  ~StandardOutput() {
    dup2(before_, STDOUT_FILENO);
    close(before_);
  }
  StandardOutput(const StandardOutput&) = delete;
  StandardOutput& operator=(const StandardOutput&) = delete;

 private:
  int before_;
};

}  // namespace

TEST_CASE("lines become a file when they are complete") {
  const test::TemporaryFolder folder;
  const fs::path path = folder.path() / "out.jsonl";
  JsonLinesWriter writer(path.string());
  writer.write({{"id", "a"}, {"nats", -1.5}});
  writer.write({{"id", 2}, {"nats", nullptr}});
  CHECK_FALSE(fs::exists(path));
  writer.finish();
  CHECK(test::read_file(path) == "{\"id\":\"a\",\"nats\":-1.5}\n{\"id\":2,\"nats\":null}\n");
}

TEST_CASE("without finish no file appears") {
  const test::TemporaryFolder folder;
  {
    JsonLinesWriter writer((folder.path() / "out.jsonl").string());
    writer.write({{"id", 1}});
  }
  CHECK(fs::is_empty(folder.path()));
}

TEST_CASE("a file that exists, a folder and a missing folder are refused before any work") {
  const test::TemporaryFolder folder;
  const fs::path path = folder.path() / "out.jsonl";
  test::write_file(path, "precious");
  CHECK(
      contains(test::error_text<ErrorKind::results>([&] { JsonLinesWriter writer(path.string()); }),
               "not overwritten"));
  CHECK(test::read_file(path) == "precious");
  CHECK(contains(
      test::error_text<ErrorKind::results>([&] { JsonLinesWriter writer(folder.path().string()); }),
      "found a folder"));
  CHECK(contains(test::error_text<ErrorKind::results>(
                     [&] { JsonLinesWriter writer((folder.path() / "no" / "a").string()); }),
                 "wanted a folder"));
  CHECK(contains(test::error_text<ErrorKind::results>(
                     [&] { JsonLinesWriter writer((folder.path() / "new" / "").string()); }),
                 "wanted a file"));
}

TEST_CASE("a file that appears meanwhile is kept") {
  const test::TemporaryFolder folder;
  const fs::path path = folder.path() / "out.jsonl";
  JsonLinesWriter writer(path.string());
  writer.write({{"id", 1}});
  test::write_file(path, "precious");
  CHECK(
      contains(test::error_text<ErrorKind::results>([&] { writer.finish(); }), "not overwritten"));
  CHECK(test::read_file(path) == "precious");
}

TEST_CASE("a full device is reported") {
  if (!fs::exists("/dev/full")) {
    test::skip("no /dev/full on this machine");
    return;
  }
  JsonLinesWriter writer("/dev/full");
  const auto error = test::error_text<ErrorKind::results>([&] {
    writer.write({{"id", 1}});
    writer.finish();
  });
  CHECK(contains(error, "cannot write /dev/full: No space left on device"));
}

TEST_CASE("- is standard output, line by line") {
  const test::TemporaryFolder folder;
  const fs::path path = folder.path() / "stdout";
  const int file = open(path.c_str(), O_WRONLY | O_CREAT, 0600);
  {
    const StandardOutput replaced(file);
    JsonLinesWriter writer("-");
    writer.write({{"id", 1}});
    CHECK(test::read_file(path) == "{\"id\":1}\n");
    writer.write({{"id", 2}});
    writer.finish();
  }
  close(file);
  CHECK(test::read_file(path) == "{\"id\":1}\n{\"id\":2}\n");
  CHECK(fcntl(STDOUT_FILENO, F_GETFD) != -1);
}

TEST_CASE("a reader that has gone is an error, not the end of the process") {
  std::array<int, 2> ends{};
  REQUIRE(pipe(ends.data()) == 0);
  close(ends[0]);
  std::string error;
  {
    const StandardOutput replaced(ends[1]);
    JsonLinesWriter writer("-");
    error = test::error_text<ErrorKind::results>([&] { writer.write({{"id", 1}}); });
  }
  close(ends[1]);
  CHECK(contains(error, "cannot write standard output: Broken pipe"));
}

TEST_CASE("a closed standard output is an error") {
  const int before = dup(STDOUT_FILENO);
  std::fflush(stdout);
  close(STDOUT_FILENO);
  const auto error = test::error_text<ErrorKind::results>([] { JsonLinesWriter writer("-"); });
  dup2(before, STDOUT_FILENO);
  close(before);
  CHECK(contains(error, "cannot write standard output: Bad file descriptor"));
}

}  // namespace smdm
