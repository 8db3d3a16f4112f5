// Outputs as a table: each kind of thing that can stand at the place of an output, for outputs that
// are to be new and for those that replace.
#include "base/files/output.hpp"

#include <future>

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/error.hpp"
#include "base/files/paths.hpp"
#include "base/files/read.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {
namespace fs = std::filesystem;

using test::contains;

constexpr Existing kBoth[] = {Existing::keep, Existing::replace};

mode_t type_of(const fs::path& path) {
  struct stat status{};
  REQUIRE(lstat(path.c_str(), &status) == 0);
  return status.st_mode & static_cast<mode_t>(S_IFMT);
}

std::string refusal(const fs::path& path, Existing existing) {
  return test::error_text<ErrorKind::results>([&] { write_output(path, "text", existing); });
}

std::size_t entries(const fs::path& folder) {
  return entries_of(folder, ErrorKind::results).size();
}

/// Binds a socket to a path while it lives.
class Socket {
 public:
  explicit Socket(const fs::path& path) : number_(socket(AF_UNIX, SOCK_STREAM, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.string().copy(address.sun_path, sizeof(address.sun_path) - 1);
    REQUIRE(bind(number_.number(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) ==
            0);
  }

 private:
  Descriptor number_;
};

}  // namespace

TEST_CASE("a device is written through and stays one") {
  const test::TemporaryFolder folder;
  for (const auto existing : kBoth) {
    CHECK(refusal("/dev/null", existing).empty());
    if (is_taken("/dev/full"))
      CHECK(contains(refusal("/dev/full", existing),
                     "cannot write /dev/full: No space left on device"));
    fs::create_symlink("/dev/null", folder.path() / "link");
    CHECK(refusal(folder.path() / "link", existing).empty());
    CHECK(type_of(folder.path() / "link") == S_IFLNK);
    fs::remove(folder.path() / "link");
  }
  CHECK(type_of("/dev/null") == S_IFCHR);
}

TEST_CASE("a pipe is written through and stays one") {
  const test::TemporaryFolder folder;
  const auto pipe = folder.path() / "pipe";
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  fs::create_symlink("pipe", folder.path() / "link");
  for (const auto existing : kBoth) {
    for (const char* name : {"pipe", "link"}) {
      auto reader = std::async(std::launch::async, [&] {
        return smdm::read_file(pipe, ErrorKind::data, Input::stream);
      });
      write_output(folder.path() / name, "through", existing);
      CHECK(reader.get() == "through");
    }
  }
  CHECK(type_of(pipe) == S_IFIFO);
  CHECK(type_of(folder.path() / "link") == S_IFLNK);
  CHECK(entries(folder.path()) == 2);
}

TEST_CASE("a socket is refused and stays one") {
  const test::TemporaryFolder folder;
  const Socket socket(folder.path() / "socket");
  for (const auto existing : kBoth)
    CHECK(contains(refusal(folder.path() / "socket", existing), "cannot write "));
  CHECK(type_of(folder.path() / "socket") == S_IFSOCK);
  CHECK(entries(folder.path()) == 1);
}

TEST_CASE("what a link leads to is the output") {
  const test::TemporaryFolder folder;
  fs::create_directory(folder.path() / "other");
  const auto real = folder.path() / "other" / "real";
  test::write_file(real, "before");
  fs::create_symlink("other/real", folder.path() / "first");
  fs::create_symlink(folder.path() / "first", folder.path() / "link");
  CHECK(contains(refusal(folder.path() / "link", Existing::keep), "not overwritten"));
  CHECK(test::read_file(real) == "before");
  CHECK(refusal(folder.path() / "link", Existing::replace).empty());
  CHECK(test::read_file(real) == "text");
  CHECK(type_of(folder.path() / "link") == S_IFLNK);
  CHECK(type_of(folder.path() / "first") == S_IFLNK);
  CHECK(type_of(real) == S_IFREG);
}

TEST_CASE("a link that leads nowhere: refused, or its target is made") {
  const test::TemporaryFolder folder;
  fs::create_symlink("real", folder.path() / "link");
  CHECK(contains(refusal(folder.path() / "link", Existing::keep), "not overwritten"));
  CHECK(entries(folder.path()) == 1);
  CHECK(refusal(folder.path() / "link", Existing::replace).empty());
  CHECK(test::read_file(folder.path() / "real") == "text");
  CHECK(type_of(folder.path() / "link") == S_IFLNK);
  fs::create_symlink("no/real", folder.path() / "lost");
  CHECK(contains(refusal(folder.path() / "lost", Existing::replace), "wanted a folder at "));
}

TEST_CASE("links in a circle, long names and folders that may not be entered have their reason") {
  const test::TemporaryFolder folder;
  fs::create_symlink("b", folder.path() / "a");
  fs::create_symlink("a", folder.path() / "b");
  const auto closed = folder.path() / "closed";
  fs::create_directory(closed);
  for (const auto existing : kBoth) {
    CHECK(contains(refusal(folder.path() / "a", existing), "Too many levels of symbolic links"));
    CHECK(contains(refusal(folder.path() / std::string(300, 'x'), existing), "File name too long"));
    const uid_t user = geteuid();
    fs::permissions(closed, fs::perms(0));
    fs::permissions(folder.path(), fs::perms(0777));
    if (user == 0) REQUIRE(seteuid(65534) == 0);  // root may enter everywhere
    const auto error = refusal(closed / "a", existing);
    if (user == 0) REQUIRE(seteuid(user) == 0);
    CHECK(contains(error, "Permission denied"));
    CHECK(contains(refusal(folder.path(), existing), "found a folder"));
  }
}

TEST_CASE("a name of an open file of this program is that open file") {
  const test::TemporaryFolder folder;
  const auto path = folder.path() / "file";
  test::write_file(path, "before\n");
  for (const auto existing : kBoth) {
    const Descriptor file(open(path.c_str(), O_WRONLY | O_APPEND));
    const auto number = std::to_string(file.number());
    write_output("/dev/fd/" + number, "one\n", existing);
    write_output("/proc/self/fd/" + number, "two\n", existing);
    fs::create_symlink("/proc/self/fd/" + number, folder.path() / "link");
    write_output(folder.path() / "link", "three\n", existing);
    fs::remove(folder.path() / "link");
    CHECK(test::read_file(path) == "before\none\ntwo\nthree\n");
    CHECK(fcntl(file.number(), F_GETFD) != -1);
    test::write_file(path, "before\n");
  }
  // What the program opened itself was not meant by whoever gave the name.
  const Descriptor own(open(path.c_str(), O_WRONLY | O_CLOEXEC));
  CHECK(contains(refusal("/dev/fd/" + std::to_string(own.number()), Existing::replace),
                 "Bad file descriptor"));
  const Descriptor reading(open(path.c_str(), O_RDONLY));
  CHECK(contains(refusal("/dev/fd/" + std::to_string(reading.number()), Existing::replace),
                 "Bad file descriptor"));
  CHECK(contains(refusal("/dev/fd/9999", Existing::replace), "Bad file descriptor"));
}

TEST_CASE("several outputs are on the disk before one has its name") {
  const test::TemporaryFolder folder;
  OutputFile a(folder.path() / "a");
  a.write("A");
  a.close();
  CHECK_FALSE(is_taken(folder.path() / "a"));
  a.finish();
  CHECK(test::read_file(folder.path() / "a") == "A");
}

}  // namespace smdm
