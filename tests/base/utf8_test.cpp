#include "base/text/utf8.hpp"

#include <string>

#include "base/text/unicode.hpp"
#include "tests/support/catch.hpp"

namespace smdm::unicode {
namespace {

bool is_one(std::string_view bytes, char32_t code) {
  const auto character = character_at(bytes, 0);
  return character.well_formed && character.code == code && character.bytes == bytes.size();
}

}  // namespace

TEST_CASE("every code point but the surrogates has one well-formed form") {
  for (char32_t c = 0; c <= 0x10FFFF; ++c) {
    const bool surrogate = c >= 0xD800 && c <= 0xDFFF;
    if (is_one(encode({&c, 1}), c) == surrogate) FAIL("U+" << std::hex << std::uint32_t{c});
  }
}

// Table 3-7 of The Unicode Standard, chapter 3: what its rows leave out.
TEST_CASE("malformed bytes are passed one by one") {
  for (const std::string bytes :
       {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xC2", "\xC2\x41", "\xE0\x9F\xBF", "\xE6\xBC",
        "\xED\xA0\x80", "\xED\xBF\xBF", "\xF0\x8F\xBF\xBF", "\xF0\x9F\x98", "\xF4\x90\x80\x80",
        "\xF5\x80\x80\x80", "\xFE", "\xFF"}) {
    CAPTURE(bytes);
    const auto character = character_at(bytes, 0);
    CHECK_FALSE(character.well_formed);
    CHECK(character.code == kReplacement);
    CHECK(character.bytes == 1);
  }
}

TEST_CASE("a written U+FFFD is well formed, and reading begins where one says") {
  CHECK(is_one("\xEF\xBF\xBD", kReplacement));
  const auto second = character_at("a\xC3\xA9z", 1);
  CHECK(second.well_formed);
  CHECK(second.code == 0xE9);
  CHECK(second.bytes == 2);
}

// Oracle: bytes.decode("utf-8", "replace") of CPython 3.11.
TEST_CASE("malformed bytes are replaced by the runs that begin a character") {
  CHECK(with_replacements("a\u00e9\U0001F600") == "a\u00e9\U0001F600");
  CHECK(with_replacements("\xe2\x82"
                          "b\xff\xc0\x80") == "\ufffdb\ufffd\ufffd\ufffd");
  CHECK(with_replacements("\xf0\x9f\x98") == "\ufffd");
  CHECK(with_replacements("\xf0\x80\x80!") == "\ufffd\ufffd\ufffd!");
  CHECK(with_replacements("\xed\xa0\x80") == "\ufffd\ufffd\ufffd");
  CHECK(with_replacements("\xf4\x90\x80") == "\ufffd\ufffd\ufffd");
  CHECK(with_replacements("\xe0\x9f\xbf") == "\ufffd\ufffd\ufffd");
  CHECK(with_replacements("\xf1\x80\x80\xc3\xa9") == "\ufffd\u00e9");
  CHECK(with_replacements("\xc3") == "\ufffd");
}

}  // namespace smdm::unicode
