// Whole files, their SHA-256, and lines of files, compressed or not.
#include <zlib.h>

#include "base/error.hpp"
#include "base/files/digest.hpp"
#include "base/files/lines.hpp"
#include "base/files/read.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/gzip.hpp"
#include "tests/support/support.hpp"

namespace {

using namespace smdm;
using test::gzip;
using test::TemporaryFolder;

struct AllLines {
  std::vector<std::string> lines;
  std::string sha256;
};

AllLines read_all(const std::filesystem::path& path) {
  LineReader reader(path);
  AllLines all;
  for (std::string line; reader.next(line);) {
    all.lines.push_back(line);
    CHECK(reader.line_number() == static_cast<std::int64_t>(all.lines.size()));
  }
  std::string again;
  CHECK_FALSE(reader.next(again));
  all.sha256 = reader.sha256();
  return all;
}

std::string error_of(const std::filesystem::path& path) {
  return test::error_text<ErrorKind::data>([&] { return read_all(path); });
}

}  // namespace

TEST_CASE("SHA-256 of FIPS 180-4's examples") {
  CHECK(sha256("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  CHECK(sha256(std::string(1'000'000, 'a')) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("SHA-256 of files and pieces") {
  const TemporaryFolder folder;
  std::string bytes(3'000'001, '\0');
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * i % 251);
  test::write_file(folder.path() / "big", bytes);
  CHECK(sha256_of_file(folder.path() / "big") == sha256(bytes));
  Sha256 pieces;
  pieces.update(std::string_view(bytes).substr(0, 77));
  pieces.update(std::string_view(bytes).substr(77));
  CHECK(pieces.finish() == sha256(bytes));
  const std::string error =
      test::error_text<ErrorKind::data>([&] { return sha256_of_file(folder.path() / "none"); });
  CHECK(error ==
        "wanted to read " + (folder.path() / "none").string() + ", got: No such file or directory");
  CHECK_FALSE(
      test::error_text<ErrorKind::data>([&] { return sha256_of_file(folder.path()); }).empty());
  CHECK_THROWS_KIND(sha256_of_file(folder.path() / "none", ErrorKind::checkpoint), checkpoint);
}

TEST_CASE("lines") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "file";
  const auto lines_of = [&](const std::string& text) {
    test::write_file(path, text);
    const AllLines all = read_all(path);
    CHECK(all.sha256 == sha256(text));
    test::write_file(path, gzip(text));  // by content: the name says nothing
    const AllLines unpacked = read_all(path);
    CHECK(unpacked.lines == all.lines);
    CHECK(unpacked.sha256 == all.sha256);
    return all.lines;
  };
  CHECK(lines_of("").empty());
  CHECK(lines_of("a") == std::vector<std::string>{"a"});
  CHECK(lines_of("a\n") == std::vector<std::string>{"a"});
  CHECK(lines_of("a\n\nb") == std::vector<std::string>{"a", "", "b"});
  CHECK(lines_of("a\r\nb\r\n") == std::vector<std::string>{"a", "b"});
  const std::string two_blocks(600'000, 'x');
  CHECK(lines_of(two_blocks + "\n" + two_blocks) ==
        std::vector<std::string>{two_blocks, two_blocks});
}

TEST_CASE("a file is read to its last byte, or not at all") {
  const TemporaryFolder folder;
  std::string bytes(200'001, 'x');  // several blocks, the last one short
  bytes[0] = '\0';
  bytes.back() = '\xff';
  test::write_file(folder.path() / "some", bytes);
  test::write_file(folder.path() / "empty", "");
  CHECK(read_file(folder.path() / "some", ErrorKind::results) == bytes);
  CHECK(read_file(folder.path() / "empty", ErrorKind::results).empty());
  CHECK_THROWS_KIND(read_file(folder.path() / "none", ErrorKind::results), results);
  CHECK_THROWS_KIND(read_file(folder.path(), ErrorKind::gate), gate);
  CHECK_FALSE(read_file_if_there(folder.path() / "none", ErrorKind::results).has_value());
  CHECK(read_file_if_there(folder.path() / "some", ErrorKind::results) == bytes);
  CHECK_THROWS_KIND(read_file_if_there(folder.path(), ErrorKind::results), results);
  std::filesystem::create_symlink("none", folder.path() / "link");
  CHECK_THROWS_KIND(read_file_if_there(folder.path() / "link", ErrorKind::results), results);
}

TEST_CASE("gzip members follow each other") {
  const TemporaryFolder folder;
  test::write_file(folder.path() / "two.gz", gzip("a\nb") + gzip("c\n"));
  CHECK(read_all(folder.path() / "two.gz").lines == std::vector<std::string>{"a", "bc"});
}

TEST_CASE("files that cannot be read") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "x.gz";
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += std::to_string(i * 7919) + "\n";
  const std::string packed = gzip(text);

  test::write_file(path, packed.substr(0, packed.size() / 2));
  CHECK(error_of(path).find(": wanted a whole gzip file, got one that ends after this line") !=
        std::string::npos);
  test::write_file(path, packed.substr(0, packed.size() - 4));
  CHECK(error_of(path).find("wanted a whole gzip file") != std::string::npos);

  std::string damaged = packed;
  damaged[damaged.size() - 6] = static_cast<char>(damaged[damaged.size() - 6] ^ 1);
  test::write_file(path, damaged);
  CHECK(error_of(path).find(": wanted an intact gzip file, got a damaged one (") !=
        std::string::npos);

  test::write_file(path, "good\nbad \xff\n");
  CHECK(error_of(path) == path.string() + ":2: wanted UTF-8 text, got other bytes");
  CHECK(error_of(folder.path()) == "wanted the file " + folder.path().string() + ", got a folder");
  CHECK(error_of(folder.path() / "none") ==
        "wanted to read " + (folder.path() / "none").string() + ", got: No such file or directory");
}

TEST_CASE("what stands behind a gzip member is checked to the end of the file") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "x.gz";
  const auto after = [&](const std::string& more) {
    test::write_file(path, gzip("a\nb\n") + more);
    return error_of(path);
  };
  const std::string whole = gzip("c\n");
  const std::string zeros(700, '\0');
  const std::string many_zeros(200'000, '\0');
  CHECK(after("").empty());
  for (const auto* padding : {&zeros, &many_zeros}) {
    CHECK(after(*padding).empty());
    CHECK(after(*padding + whole).empty());
    CHECK(after(whole + *padding + whole + *padding).empty());
  }
  const std::string damaged = ":2: wanted an intact gzip file, got a damaged one (";
  for (const char* junk : {"junk", "\x1f", "\x1f\x8c"}) {
    CHECK(test::contains(after(junk), damaged));
    CHECK(test::contains(after(zeros + junk), damaged));
    CHECK(test::contains(after(many_zeros + junk), damaged));
    CHECK(test::contains(after(whole + junk), ":3: wanted an intact gzip file"));
  }
  auto wrong_sum = whole;
  wrong_sum[wrong_sum.size() - 6] = static_cast<char>(wrong_sum[wrong_sum.size() - 6] ^ 1);
  CHECK(test::contains(after(wrong_sum), ": wanted an intact gzip file, got a damaged one ("));
  auto wrong_method = whole;
  wrong_method[2] = 7;
  CHECK(test::contains(after(wrong_method), damaged));
  for (std::size_t bytes = 2; bytes < whole.size(); ++bytes) {
    INFO("a second member cut after " << bytes << " bytes");
    CHECK(test::contains(after(whole.substr(0, bytes)),
                         ": wanted a whole gzip file, got one that ends after this line"));
  }
}

TEST_CASE("many members, none of them at the edge of a block") {
  const TemporaryFolder folder;
  std::string packed;
  std::vector<std::string> wanted;
  for (int i = 0; i < 3000; ++i) {
    wanted.push_back(std::to_string(i * 7919));
    packed += gzip(wanted.back() + "\n") + std::string(static_cast<std::size_t>(i) % 5, '\0');
  }
  test::write_file(folder.path() / "x", packed);
  CHECK(read_all(folder.path() / "x").lines == wanted);
}

TEST_CASE("a byte order mark at the begin is no part of the text") {
  const TemporaryFolder folder;
  const auto path = folder.path() / "x";
  const std::string mark = "\xEF\xBB\xBF";
  for (const bool packed : {false, true}) {
    const auto text = mark + "a" + mark + "\n" + mark + "b\n";
    test::write_file(path, packed ? gzip(text) : text);
    const auto all = read_all(path);
    CHECK(all.lines == std::vector<std::string>{"a" + mark, mark + "b"});
    CHECK(all.sha256 == sha256(text));  // of the file as it is
  }
  test::write_file(path, mark);
  CHECK(read_all(path).lines == std::vector<std::string>{""});
}
