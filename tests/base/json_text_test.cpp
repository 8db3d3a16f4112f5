#include "base/text/json_text.hpp"

#include <ctime>
#include <string>
#include <vector>

#include "base/text/python.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"

namespace smdm {
namespace {

std::string refusal(const std::string& text) {
  return test::error_text<JsonTextError>([&] { return parse_json(text); });
}

}  // namespace

TEST_CASE("numbers are read as Python reads them, whatever their length") {
  struct Case {
    const char* text;
    const char* python;  // json.dumps(json.loads(text)) of CPython 3.11
    const char* line;    // strict JSON with the same value
  };
  const Case cases[] = {{"18446744073709551615", "18446744073709551615", "18446744073709551615"},
                        {"18446744073709551616", "18446744073709551616", "18446744073709551616"},
                        {"18446744073709551617", "18446744073709551617", "18446744073709551617"},
                        {"-9223372036854775808", "-9223372036854775808", "-9223372036854775808"},
                        {"-9223372036854775809", "-9223372036854775809", "-9223372036854775809"},
                        {"123456789012345678", "123456789012345678", "123456789012345678"},
                        {"-0", "0", "0"},
                        {"-0.0", "-0.0", "-0.0"},
                        {"1.10", "1.1", "1.1"},
                        {"1E+2", "100.0", "100.0"},
                        {"1e16", "1e+16", "1e+16"},
                        {"1e22", "1e+22", "1e+22"},
                        {"5e-324", "5e-324", "5e-324"},
                        {"1e-400", "0.0", "0.0"},
                        {"-1e-400", "-0.0", "-0.0"},
                        {"1e400", "Infinity", "1e400"},
                        {"-1e400", "-Infinity", "-1e400"}};
  for (const auto& [text, python, line] : cases) {
    INFO(text);
    CHECK(python_json(parse_json(text)) == python);
    CHECK(json_text(parse_json(text)) == line);
    CHECK(python_json(parse_json(json_text(parse_json(text)))) == python);
    CHECK(json_text(parse_json(text, Numbers::as_written)) == text);
    CHECK(number_value(parse_json(text, Numbers::as_written)) == parse_json(text));
  }
}

TEST_CASE("numbers that differ beyond 64 bits are not equal") {
  CHECK(parse_json("18446744073709551616") != parse_json("18446744073709551617"));
  CHECK(parse_json("18446744073709551616") == parse_json("18446744073709551616"));
  CHECK(number_value(parse_json("1.10", Numbers::as_written)) == parse_json("1.1"));
}

TEST_CASE("numbers keep their spelling within lists and objects") {
  const char* text = R"({"a":[1.10,{"b":-0}],"c":18446744073709551616,"d":"1.10"})";
  CHECK(json_text(parse_json(text, Numbers::as_written)) == text);
  CHECK(python_json(parse_json(text, Numbers::as_written)) == python_json(parse_json(text)));
}

TEST_CASE("a key that comes twice has its last value at its first place") {
  CHECK(json_text(parse_json(R"({"a": 1, "b": 2, "a": {"c": 3}})")) == R"({"a":{"c":3},"b":2})");
}

TEST_CASE("strings hold every character that UTF-8 has") {
  CHECK(parse_json(R"("\ud83d\ude00\u00e9\u0000\/")") ==
        "\xF0\x9F\x98\x80\xC3\xA9" + std::string(1, '\0') + "/");
  for (const char* text : {R"("\ud800")", R"("\udc00")", R"("\ud800\u0041")", R"("\ud800x")"})
    CHECK(refusal(text) == "half of a surrogate pair, which is no text");
  CHECK(refusal("\"\xFF\"") == "bytes that are no UTF-8");
}

TEST_CASE("brackets as deep as Python reads them, and no deeper") {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '[') + std::string(depth, ']');
  };
  CHECK(json_text(parse_json(nested(kDeepestJson))) == nested(kDeepestJson));
  CHECK(refusal(nested(kDeepestJson + 1)) == "more than 1000 brackets within each other");
  CHECK(refusal(std::string(100'000, '[')) == "more than 1000 brackets within each other");
}

TEST_CASE("text that is no JSON") {
  for (const char* text :
       {"",   " ",       "{",         "[1,]",     "{\"a\":1,}", "[1 2]", "01",       "-",
        "+1", ".5",      "5.",        "1e",       "1.e5",       "NaN",   "Infinity", "tru",
        "\"", "\"\\x\"", "\"\\u12\"", "\"a\tb\"", "[1]x",       "{} {}", "{a:1}"}) {
    INFO(text);
    CHECK(refusal(text) == "malformed JSON");
  }
  try {
    static_cast<void>(parse_json("{\"a\": "));
    FAIL();
  } catch (const JsonTextError& error) {
    CHECK(error.byte() == 7);
  }
}

TEST_CASE("objects of many members are read in time that grows with their number") {
  constexpr int members = 150'000;
  std::string text = "{";
  for (int i = 0; i < members; ++i)
    text += "\"key " + std::to_string(i) + "\":" + std::to_string(i) + ",";
  text += R"("key 5":"again","last":0,"key 149999":1})";
  const auto begin = std::clock();
  const auto value = parse_json(text);
  // A tenth of a second; looking at every key for each took half a minute.
  CHECK(std::clock() - begin < 5 * CLOCKS_PER_SEC);
  REQUIRE(value.size() == members + 1);
  auto member = value.begin();
  for (int i = 0; i < members; ++i, ++member) {
    if (member.key() != "key " + std::to_string(i)) FAIL(member.key());
  }
  CHECK(member.key() == "last");
  CHECK(value["key 5"] == "again");
  CHECK(value["key 149999"] == 1);
}

}  // namespace smdm
