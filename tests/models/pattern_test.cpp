// Patterns: what they match, and that what could mean something else in another syntax is refused.
#include "models/text/pattern.hpp"

#include <string>
#include <vector>

#include "models/text/character_set.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"

namespace smdm {
namespace {

/// The matches of a pattern, in brackets, and what lies between.
std::string marked(const std::string& pattern, const std::string& text) {
  std::string out;
  for (const auto& span : make_regular_expression("test", pattern)->cut(text)) {
    const auto part = text.substr(span.first, span.last - span.first);
    out += span.matched ? "[" + part + "]" : part;
  }
  return out;
}

std::string refusal(const std::string& pattern) {
  return test::error_text<ErrorKind::checkpoint>(
      [&] { return make_regular_expression("test", pattern); });
}

}  // namespace

TEST_CASE("patterns match what they say, over characters") {
  CHECK(marked("b+", "abbcb") == "a[bb]c[b]");
  CHECK(marked(R"(\p{L}+| ?\p{N}{1,3})", "\u00e9\u4e2d 12345!") == "[\u00e9\u4e2d][ 123][45]!");
  CHECK(marked(R"([^\s\p{L}])", "a1 \u3000\u200b") == "a[1] \u3000[\u200b]");
  CHECK(marked("(?i:'s|k)", "'S'\u017f'sK\u212a") == "['S]['\u017f]['s][K][\u212a]");
  CHECK(marked(R"(\s+(?!\S)|\s+)", "a   b ") == "a[  ][ ]b[ ]");
  CHECK(marked("x*", "axb") == "[]a[x]b[]");
  CHECK(marked(R"([\x{4e00}-\u9fff])", "a\u4e2db") == "a[\u4e2d]b");
  CHECK(marked(R"((?<=a)b|(?<!a)c|d++|(?>e))", "abacdde") == "a[b]ac[dd][e]");
  CHECK(marked(R"(\w+)", "a_\u0301\u00b2 \u2160-\u2080") == "[a_\u0301\u00b2] [\u2160]-\u2080");
  CHECK(marked(R"([^^\-\]]+|\.)", "a-^].") == "[a]-^][.]");
  CHECK(marked(".", "\n\r") == "\n[\r]");
}

TEST_CASE("constructs whose meaning is not certain are refused by name") {
  for (const std::string pattern :
       {R"(\h)",  R"(\H)",  R"(\R)",  R"(\X)",   R"(\A)", R"(\z)",    R"(\Z)",
        R"(\G)",  R"(\K)",  R"(\b)",  R"(\B)",   R"(\1)", R"(\k<a>)", R"(\g<1>)",
        R"(\pL)", R"(\e)",  R"(\cA)", R"(\xff)", "^a",    "a$",       "a{1,2}+",
        "a{2}?",  "a{,2}",  "a**",    "a+*",     "{",     "}",        "]",
        "(?m:a)", "(?x:a)", "(?i)a",  "(?<n>a)", "(?#c)", "(?=a)*"}) {
    INFO(pattern << ": " << refusal(pattern));
    CHECK(test::contains(refusal(pattern), "test: wanted a pattern that is known here, got"));
    CHECK(test::contains(refusal(pattern), pattern));
  }
  for (const std::string pattern :
       {"[a&&b]",   "[[:alpha:]]", "[a[b]]",     "[]",           "[]a]",
        "[b-a]",    R"([\s-a])",   R"(\p{Han})", R"(\p{Alpha})", R"(\p{Lx})",
        "(a",       "a)",          "[a",         "\\",           "(?i:ss)",
        "(?i:[a])", "(?i:\u00e9)", R"((?i:\s))", "a{99999}",     R"(\x{110000})",
        "(?<=a+)b"}) {
    INFO(pattern << ": " << refusal(pattern));
    CHECK(test::contains(refusal(pattern), "test: wanted a pattern that is known here, got"));
  }
  CHECK(test::contains(refusal(R"(a|\h+)"), R"(the construct \h)"));
  CHECK(test::contains(refusal(R"(\p{Han})"), R"(the property \p{Han})"));
  CHECK(test::contains(refusal(std::string(200, '(') + std::string(200, ')')), "100 brackets"));
}

TEST_CASE("matches that each look at all the rest of a text end when they take too long") {
  const std::string text(200'000, 'a');
  const auto pattern =
      make_regular_expression("test", "[^b]*b|a", {.seconds = 0.01, .more_for_a_character = 0});
  CHECK(test::contains(test::error_text<ErrorKind::checkpoint>([&] { return pattern->cut(text); }),
                       "got [^b]*b|a on a text of 200000 characters: they take too long"));
  CHECK(make_regular_expression("test", "a")->cut(text).size() == text.size());
}

TEST_CASE("a pattern is not longer than any that was written by hand") {
  const std::string all(10'001, 'a');
  CHECK(test::contains(refusal(all), "got more than 10000 bytes in aaa"));
  CHECK(refusal(all).size() < 1200);
  CHECK(marked(all.substr(1), all) == "[" + all.substr(1) + "]a");
}

TEST_CASE("the fewest bytes that a pattern matches") {
  CHECK(make_regular_expression("test", "ab?")->shortest() == 1);
  CHECK(make_regular_expression("test", "(?=a)|b+")->shortest() == 0);
  CHECK(make_regular_expression("test", "a*?")->shortest() == 0);
  CHECK(make_literal("\u4e2d")->shortest() == 3);
}

TEST_CASE("sets of characters stay sorted ranges that do not touch") {
  CharacterSet set;
  for (const char32_t c : {U'm', U'c', U'a', U'b', U'z', U'l'}) set.add(c, c);
  CHECK(set == CharacterSet({{.first = U'a', .last = U'c'},
                             {.first = U'l', .last = U'm'},
                             {.first = U'z', .last = U'z'}}));
  set.add(U'b', U'x');
  CHECK(set == CharacterSet({{.first = U'a', .last = U'x'}, {.first = U'z', .last = U'z'}}));
  set.add(U'y', U'y');
  CHECK(set == CharacterSet({{.first = U'a', .last = U'z'}}));
}

}  // namespace smdm
