// Base64 and gzip: bytes that others open.
#include <cstdint>
#include <string>

#include "base/error.hpp"
#include "base/files/gzip.hpp"
#include "base/files/unpack.hpp"
#include "base/text/base64.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

std::string unpacked(const std::string& packed) {
  const test::TemporaryFolder folder;
  test::write_file(folder.path() / "packed", packed);
  Unpacker file(folder.path() / "packed", Input::file);
  std::string bytes;
  std::string block(100'000, '\0');
  while (const auto got = file.read(block)) bytes.append(block, 0, got);
  return bytes;
}

}  // namespace

TEST_CASE("base64: the vectors of RFC 4648, section 10") {
  CHECK(base64("").empty());
  CHECK(base64("f") == "Zg==");
  CHECK(base64("fo") == "Zm8=");
  CHECK(base64("foo") == "Zm9v");
  CHECK(base64("foob") == "Zm9vYg==");
  CHECK(base64("fooba") == "Zm9vYmE=");
  CHECK(base64("foobar") == "Zm9vYmFy");
  CHECK(base64("\xfb\xff\xfe") == "+//+");
  CHECK(base64(std::string_view("\0\0", 2)) == "AAA=");
}

TEST_CASE("gzip is what the reader of packed files opens, and depends on the bytes alone") {
  std::string long_text;
  for (std::int64_t i = 0; i < 400'000; ++i) long_text += std::to_string(i * 7919 % 10'007);
  for (const auto& text : {std::string(), std::string("one"), std::string(1000, '\0'), long_text}) {
    const auto packed = gzip(text);
    CHECK(packed.starts_with("\x1f\x8b"));
    CHECK(unpacked(packed) == text);
    CHECK(gzip(text) == packed);
  }
  CHECK(gzip(long_text).size() < long_text.size() / 2);
}

}  // namespace smdm
