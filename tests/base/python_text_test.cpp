#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

#include "base/text/python.hpp"
#include "tests/support/catch.hpp"

namespace smdm {

TEST_CASE("floats are written as Python's repr") {
  // Right-hand sides: repr() of CPython 3.11.
  const std::pair<double, const char*> cases[] = {
      {1e16, "1e+16"},
      {1e15, "1000000000000000.0"},
      {123456789012345680.0, "1.2345678901234568e+17"},
      {1e-4, "0.0001"},
      {1e-5, "1e-05"},
      {0.1, "0.1"},
      {1.0 / 3, "0.3333333333333333"},
      {5e-324, "5e-324"},
      {1.7976931348623157e308, "1.7976931348623157e+308"},
      {-7.62280082457942, "-7.62280082457942"},
      {100.0, "100.0"},
      {0.0, "0.0"},
      {-0.0, "-0.0"},
      {2.5e-10, "2.5e-10"},
      {12345.678, "12345.678"},
      {9007199254740992.0, "9007199254740992.0"}};
  for (const auto& [value, text] : cases) CHECK(python_float(value) == text);
  CHECK(python_float(std::numeric_limits<double>::infinity()) == "inf");
  CHECK(python_float(-std::numeric_limits<double>::infinity()) == "-inf");
  CHECK(python_float(std::nan("")) == "nan");
}

TEST_CASE("a float's text and its JSON read back to the same bits") {
  std::uint64_t bits = 1;
  for (int i = 0; i < 20000; ++i) {
    bits = bits * 6364136223846793005ULL + 1442695040888963407ULL;
    double value = 0.0;
    std::memcpy(&value, &bits, sizeof value);
    if (!std::isfinite(value)) continue;
    REQUIRE(std::strtod(python_float(value).c_str(), nullptr) == value);
    REQUIRE(Json::parse(json_line(Json(value))).get<double>() == value);
  }
}

TEST_CASE("documents are written and hashed as Python's json.dumps writes them") {
  const Json document = {
      {"a", Json::array({1, 2.5, Json::array(), Json::object(), {{"k", nullptr}}})},
      {"é", "x\"\\\n\t\x01\x7F\xC2\xA0"},
      {"t", true},
      {"f", 1e-7},
      {"e", ""},
      {"n", -3}};
  const char* wanted =
      "{\n  \"a\": [\n    1,\n    2.5,\n    [],\n    {},\n    {\n      \"k\": null\n    }\n  ],\n"
      "  \"é\": \"x\\\"\\\\\\n\\t\\u0001\x7F\xC2\xA0\",\n  \"t\": true,\n  \"f\": 1e-07,\n  \"e\": "
      "\"\",\n  \"n\": -3\n}";
  CHECK(python_json(document) == wanted);
  CHECK(python_json(Json::object()) == "{}");
  CHECK(python_json(Json("a")) == "\"a\"");
}

TEST_CASE("a line of JSON is one line, valid whatever it holds") {
  CHECK(json_line({{"x", std::nan("")}, {"y", -std::numeric_limits<double>::infinity()}}) ==
        "{\"x\":null,\"y\":null}\n");
  CHECK(json_line({{"text",
                    "a\xFF"
                    "b\nc"}}) ==
        "{\"text\":\"a\xEF\xBF\xBD"
        "b\\nc\"}\n");
}

}  // namespace smdm
