// BLEU over words and over characters. Oracles: the reference's recorded values
// (tests/golden/reverse_metrics.json), and what sacrebleu 2.6.0 gave for texts of our own;
// bleu_test.py compares with sacrebleu itself where it is installed.
#include "base/metrics/bleu.hpp"

#include <cmath>

#include "tasks/ask/catalog_entries.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/golden_cases.hpp"
#include "tests/support/support.hpp"

namespace {

using namespace smdm;
using Words = std::vector<std::string>;

}  // namespace

TEST_CASE("reverse_metrics.json: contained and bleu_char of every case, and their means") {
  const auto cases = test::golden_cases("reverse_metrics.json");
  double contained = 0.0;
  double bleu = 0.0;
  for (const auto& recorded : cases) {
    const std::string generation = recorded.at("generation");
    const std::string reference = recorded.at("reference");
    INFO(generation << " / " << reference);
    for (const auto& task : {reverse_curse_d2n(), reverse_curse_n2d(), reverse_curse_d2n_reverse(),
                             reverse_curse_n2d_reverse()}) {
      const auto values = task.score(generation, reference);
      REQUIRE(values.size() == 2 + kBleuCounts);
      CHECK(values[0] == (recorded.at("contained").get<bool>() ? 1.0 : 0.0));
      CHECK(values[1] == Approx(recorded.at("bleu").get<double>()).epsilon(1e-12).margin(0.0));
    }
    contained += reverse_curse_n2d().score(generation, reference)[0];
    bleu += reverse_curse_n2d().score(generation, reference)[1];
  }
  REQUIRE(cases.size() == 20);
  const auto whole =
      nlohmann::json::parse(test::read_file(test::golden() / "reverse_metrics.json"));
  const auto& mean = whole.at("aggregate");
  CHECK(contained / 20 == Approx(mean.at("accuracy").get<double>()).epsilon(1e-15));
  CHECK(bleu / 20 == Approx(mean.at("bleu").get<double>()).epsilon(1e-12));
}

TEST_CASE("characters are code points, and only the exact text has BLEU 1") {
  CHECK(character_bleu("\u00e9l\u00e0n", "\u00e9l\u00e0n") == 1.0);
  // One of four characters differs, at the end: 3/4, 2/3, 1/2 and nothing of length 4.
  const double tiny = 2.2250738585072014e-308;
  CHECK(character_bleu("\u00e9l\u00e0n", "\u00e9l\u00e0m") ==
        Approx(std::pow(0.75 * 2.0 / 3 * 0.5, 0.25) * std::pow(tiny, 0.25)).epsilon(1e-12));
  CHECK(character_bleu("abcdx", "abcd") < 1.0);
  CHECK(character_bleu("abcd", "abcdx") < 1.0);
  CHECK(character_bleu("xyz", "abc") == 0.0);
}

TEST_CASE("the tokens of 13a are sacrebleu's") {
  CHECK(tokenize_13a("Hello, world! It's 1,000.50 (approx.) -- 3-4; a.b ... x,y 5.") ==
        Words{"Hello", ",",  "world", "!", "It's", "1,000.50", "(", "approx", ".",
              ")",     "--", "3",     "-", "4",    ";",        "a", ".",      "b",
              ".",     ".",  ".",     "x", ",",    "y",        "5", "."});
  CHECK(tokenize_13a("well-known hyphen-\nated &quot;A&amp;lt;B&quot; <skipped>end-\n") ==
        Words{"well-known", "hyphenated", "\"", "A", "<", "B", "\"", "end-"});
  CHECK(tokenize_13a("  tab\there\u00a0nbsp 1. 2, .5 ,5 5-a a-5 it''s \u00e9.\u00e8 \u65e5\u672c"
                     "\u8a9e\u3002") ==
        Words{"tab",   "here",   "nbsp", "1",      ".",
              "2",     ",",      ".",    "5",      ",",
              "5",     "5",      "-",    "a",      "a-5",
              "it''s", "\u00e9", ".",    "\u00e8", "\u65e5\u672c\u8a9e\u3002"});
  CHECK(tokenize_13a("a..b,,c 1..2 ") ==
        Words{"a", ".", ".", "b", ",", ",", "c", "1", ".", ".", "2"});
  CHECK(tokenize_13a("&amp;quot; $5.00 50% [x]{y}~z`w^v_u\\t|s@r#q*p+o=n<m>l?k") ==
        Words{"&", "quot", ";", "$", "5.00", "50", "%", "[",  "x", "]", "{", "y", "}", "~",
              "z", "`",    "w", "^", "v",    "_",  "u", "\\", "t", "|", "s", "@", "r", "#",
              "q", "*",    "p", "+", "o",    "=",  "n", "<",  "m", ">", "l", "?", "k"});
  CHECK(tokenize_13a("").empty());
  CHECK(tokenize_13a(" \n\t ").empty());
}

TEST_CASE("counts of a document are sacrebleu's") {
  CHECK(bleu_counts("the cat sat on the mat.", "the cat is on the mat.") ==
        std::vector<double>{7, 7, 6, 4, 2, 1, 7, 6, 5, 4});
  CHECK(bleu_counts("Uriah Hawthorne", "Uriah Hawthorne is a composer of songs") ==
        std::vector<double>{2, 7, 2, 1, 0, 0, 2, 1, 0, 0});
  CHECK(bleu_counts("", "something") == std::vector<double>{0, 1, 0, 0, 0, 0, 0, 0, 0, 0});
  // An n-gram counts at most as often as the reference has it.
  CHECK(bleu_counts("the the the the", "the cat the") ==
        std::vector<double>{4, 3, 2, 0, 0, 0, 4, 3, 2, 1});
  CHECK(bleu_counts("Cat", "cat") == std::vector<double>{1, 1, 0, 0, 0, 0, 1, 0, 0, 0});
}
