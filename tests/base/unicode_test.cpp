#include "base/text/unicode.hpp"

#include "base/files/digest.hpp"
#include "tests/support/catch.hpp"

namespace {

namespace unicode = smdm::unicode;

template <typename Append>
std::string digest_of_all(const Append& append) {
  std::string text;
  for (char32_t c = 0; c <= 0x10FFFF; ++c) {
    if (c < 0xD800 || c > 0xDFFF) append(text, c);
  }
  return smdm::sha256(text);
}

std::string utf8(const std::u32string& text) {
  return unicode::encode(text);
}

}  // namespace

// Oracle, with Python 3.11 (unicodedata.unidata_version 14.0.0):
//   all = [chr(c) for c in range(0x110000) if not 0xD800 <= c <= 0xDFFF]
//   digest = lambda parts: hashlib.sha256("".join(parts).encode()).hexdigest()
//   digest(("a" + c + "b").capitalize() for c in all), digest(c.capitalize() for c in all),
//   digest(str(int(c.isdigit())) for c in all), isspace and isprintable likewise
TEST_CASE("every code point as Python sees it") {
  CHECK(digest_of_all([](std::string& out, char32_t c) {
          out += unicode::capitalize(utf8({U'a', c, U'b'}));
        }) == "11e81be5c42efeccdd0cb563850a35bbbae49708b558ff07880982b368787d63");
  CHECK(digest_of_all([](std::string& out, char32_t c) {
          out += unicode::capitalize(utf8({c}));
        }) == "11cf5777bb4cd71bf6bf880a5c6541914537584a337011ff34cfbc1983b2d4c8");
  CHECK(digest_of_all([](std::string& out, char32_t c) {
          out += unicode::is_digit({&c, 1}) ? '1' : '0';
        }) == "e7c2b8186c1b67d30cc87db34ee533916d1cac0d55a7b71a33741503bb34b30b");
  CHECK(digest_of_all([](std::string& out, char32_t c) {
          out += unicode::is_space(c) ? '1' : '0';
        }) == "c288835013403941e55c84f9c3f66ba0c3c11f80bd5745e95622db8c61d3bf81");
  CHECK(digest_of_all([](std::string& out, char32_t c) {
          out += unicode::is_printable(c) ? '1' : '0';
        }) == "a3643f3bee9a3f7c853d6d179a1bad820e086f4468ac945cbd9b3f433c75b7dc");
}

//   digest(("A" + c + "B").lower() for c in all), digest(c.lower() for c in all)
TEST_CASE("lower case of every code point") {
  CHECK(digest_of_all([](std::string& out, char32_t c) {
          out += unicode::lower(utf8({U'A', c, U'B'}));
        }) == "f9bf9b60e8eda106a9138501241b78c3b9094d50c47cf3f6fb5dec38ea371ce3");
  CHECK(digest_of_all([](std::string& out, char32_t c) { out += unicode::lower(utf8({c})); }) ==
        "958a7ea6410864d6bdee95e35373a838cd50f39ae4208f30d5fe14da0a0faff2");
}

//   digest((a + "\u03a3" + b).capitalize() for a in ["", "x", "x\u0301", "1", "x."]
//          for b in ["", "y", "\u0301y", ".y", "1"])
TEST_CASE("a capital sigma that ends a word") {
  std::string all;
  for (const char* before : {"", "x", "x\u0301", "1", "x."}) {
    for (const char* after : {"", "y", "\u0301y", ".y", "1"}) {
      all += unicode::capitalize(std::string(before) + "\u03a3" + after);
    }
  }
  CHECK(smdm::sha256(all) == "8e1defd5a1b0e75a722c8ba51f553acf3d45e956288fc17daf944b215b2f72d6");
  CHECK(unicode::capitalize("x\u03a3") == "X\u03c2");
  CHECK(unicode::lower("X\u03a3") == "x\u03c2");
  CHECK(unicode::lower("\u03a3X") == "\u03c3x");
}

TEST_CASE("capitalize") {
  CHECK(unicode::capitalize("") == "");
  CHECK(unicode::capitalize("the MAN") == "The man");
  CHECK(unicode::capitalize("\u00df") == "Ss");
  CHECK(unicode::capitalize("\u01c6X") == "\u01c5x");
}

TEST_CASE("strip") {
  CHECK(unicode::strip(" \u00a0\tx y\u3000\n") == "x y");
  CHECK(unicode::strip("\u200bx") == "\u200bx");  // not white space for Python
  CHECK(unicode::strip(" \n") == "");
  CHECK(unicode::strip_left(" x ") == "x ");
  CHECK(unicode::strip_right(" x\u2003\x1c") == " x");
}

TEST_CASE("trailing white space comes off, and other bytes stay as they are") {
  CHECK(unicode::without_trailing_space("") == "");
  CHECK(unicode::without_trailing_space(" \n") == "");
  CHECK(unicode::without_trailing_space(" x y\u00a0\u2028\v") == " x y");
  CHECK(unicode::without_trailing_space("x\u200b ") == "x\u200b");
  CHECK(unicode::without_trailing_space("x\xe2\x80 ") == "x\xe2\x80");
  CHECK(unicode::without_trailing_space("x\xff\u0085") == "x\xff");
  for (char32_t c = 0; c <= 0x10FFFF; ++c) {
    if (c >= 0xD800 && c <= 0xDFFF) continue;
    const auto text = utf8({U'x', c});
    if (unicode::without_trailing_space(text).size() != (unicode::is_space(c) ? 1 : text.size()))
      FAIL("U+" << std::hex << std::uint32_t{c});
  }
}

TEST_CASE("UTF-8") {
  CHECK(unicode::length("a\u00e9\u20ac\U0001F600") == 4);
  CHECK(unicode::length("a\xff\xc3") == 3);
  CHECK(unicode::is_valid("a\u00e9\u20ac\U0001F600"));
  for (const char* bad : {"\x80", "\xc3", "\xc0\x80", "\xe0\x80\x80", "\xed\xa0\x80",
                          "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\xe2\x82"}) {
    CHECK_FALSE(unicode::is_valid(bad));
  }
  CHECK(utf8(unicode::decode("\xc3x")) == "\ufffdx");
  int wrong = 0;
  CHECK(digest_of_all([&](std::string& out, char32_t c) {
          const std::string bytes = utf8({c});
          const bool same = unicode::decode(bytes) == std::u32string(1, c);
          if (!same || !unicode::is_valid(bytes)) ++wrong;
          out += bytes;
        }) == "e0a7693f7362e88827c15e772e55b3490bd983f90711df7f3ef36c2b1ef6847e");
  CHECK(wrong == 0);
}
