// What tokenizers rest on, over every code point: general categories of Unicode 16.0 and normal
// form C of Unicode 9.0.
#include <string>
#include <vector>

#include "base/files/digest.hpp"
#include "base/text/categories.hpp"
#include "base/text/nfc.hpp"
#include "base/text/unicode.hpp"
#include "tests/support/catch.hpp"

namespace smdm::unicode {
namespace {

template <typename Append>
std::string digest_of_all(const Append& append) {
  std::string text;
  for (char32_t c = 0; c <= 0x10FFFF; ++c) {
    if (c < 0xD800 || c > 0xDFFF) append(text, c);
  }
  return sha256(text);
}

}  // namespace

// Oracle, with pip's tokenizers 0.22.2: nfc = normalizers.NFC().normalize_str, all and digest as in
// unicode_test.cpp; digest(nfc(c) for c in all), digest(nfc("a" + c + "\u0323\u0301\u0334") ...),
// digest(nfc("\u0915\u1100" + c + "\u1161\u11a8\u093c") ...)
TEST_CASE("normal form C of every code point, alone and among others") {
  CHECK(digest_of_all([](std::string& out, char32_t c) { out += nfc(encode({&c, 1})); }) ==
        "1ffc8e6ce9e83df8e49fd62d6abb68f981775aed0b5101b88c213d4653e9b540");
  CHECK(digest_of_all([](std::string& out, char32_t c) {
          out += nfc(encode(std::u32string{U'a', c, 0x323, 0x301, 0x334}));
        }) == "7d583cd3c32ce2694b1479a1c870b8980851b4a5de0a60c899c44e8089a6059d");
  CHECK(digest_of_all([](std::string& out, char32_t c) {
          out += nfc(encode(std::u32string{0x915, 0x1100, c, 0x1161, 0x11A8, 0x93C}));
        }) == "99c44f58ebff20b4d3f53d6e05df96362e5c6d49cacbf74a7183928cf536ef29");
  CHECK(nfc("e\u0301\u0323") == "\u1eb9\u0301");
  CHECK(nfc("\u1112\u1161\u11ab") == "\ud55c");
  CHECK(nfc("a\u07fd\u0334") == "a\u07fd\u0334");  // U+07FD is of Unicode 11
  CHECK(nfc("\xC3") == "\ufffd");
}

// Oracle, with pip's unicodedata2 16.0.0: digest(category(c) for c in all)
TEST_CASE("the general category of every code point") {
  std::vector<const char*> category(0x110000, "");
  for (const char* name :
       {"Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Pc", "Pd", "Ps", "Pe",
        "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Cn"}) {
    for (const auto& range : category_ranges(name)) {
      for (char32_t c = range.first; c <= range.last; ++c) category[c] = name;
    }
  }
  CHECK(digest_of_all([&](std::string& out, char32_t c) { out += category[c]; }) ==
        "f710be47b257d77d22fea7f1e3ba740d0d52dd367b9afa48d1802f8d5b7a4538");
  CHECK(category_ranges("L").front().first == U'A');
  CHECK(category_ranges("N").size() > category_ranges("Nd").size());
  CHECK(category_ranges("Han").empty());
  CHECK(category_ranges("").empty());
  CHECK(category_ranges("l").empty());
  CHECK(is_white_space(0x85));
  CHECK_FALSE(is_white_space(0x1C));
  CHECK_FALSE(is_white_space(0x200B));
}

}  // namespace smdm::unicode
