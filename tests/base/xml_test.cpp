#include "base/text/xml.hpp"

#include <string>
#include <string_view>

#include "tests/support/catch.hpp"

namespace smdm {

TEST_CASE("text in XML") {
  CHECK(xml_text("<a b=\"c\">'&'</a>") == "&lt;a b=&quot;c&quot;&gt;&apos;&amp;&apos;&lt;/a&gt;");
  CHECK(xml_text("é 漢 😀") == "é 漢 😀");
  CHECK(xml_text(std::string_view("\0\x1b", 2)) == "\xEF\xBF\xBD\xEF\xBF\xBD");
  CHECK(xml_text("\xff\xc3") == "\xEF\xBF\xBD\xEF\xBF\xBD");
  CHECK(xml_text("\xED\xA0\x80").find("\xED") == std::string::npos);  // half a surrogate pair
  CHECK(xml_text("\xEF\xBF\xBF").find("\xBF\xBF") == std::string::npos);
  CHECK(xml_text("a\nb\tc") == "a&#10;b&#9;c");
}

TEST_CASE("bytes of XML that are no character are replaced one by one") {
  const auto replaced = [](std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) text += "\xEF\xBF\xBD";
    return text;
  };
  for (const std::string bytes : {"\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xF0\x8F\xBF\xBF",
                                  "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xE6\xBC", "\x80"}) {
    CAPTURE(bytes);
    CHECK(xml_text(bytes) == replaced(bytes.size()));
  }
  // The least and the greatest of each length, and those beside the gap of the surrogates.
  for (const std::string bytes :
       {"\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80", "\xEF\xBF\xBD",
        "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
    CAPTURE(bytes);
    CHECK(xml_text(bytes) == bytes);
  }
}

}  // namespace smdm
