// Lists of replacements, applied one after the other in the order of the reference implementation.
// Several look odd ("sue", spaces that vanish, rules that hit within words) and stay as they are:
// scores are to be comparable.
#include "tasks/answers/gsm8k_answer.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <utility>

#include "base/text/unicode.hpp"
#include "tasks/answers/math_expression.hpp"

namespace smdm {
namespace {

using Text = std::u32string;  // patterns speak of characters, not of bytes
using TextView = std::u32string_view;

void replace_all(Text& text, TextView from, TextView to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != Text::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
}

void replace_in_turn(Text& text) {
  constexpr std::array<std::pair<TextView, TextView>, 11> rules{{{U"an ", U""},
                                                                 {U"a ", U""},
                                                                 {U".$", U"$"},
                                                                 {U"\\$", U""},
                                                                 {U"\\ ", U""},
                                                                 {U"\\%", U"%"},
                                                                 {U" ", U""},
                                                                 {U"mbox", U"text"},
                                                                 {U",\\text{and}", U","},
                                                                 {U"\\text{and}", U","},
                                                                 {U"\\text{m}", U"\\text{}"}}};
  for (const auto& [from, to] : rules) replace_all(text, from, to);
}

void delete_in_turn(Text& text) {
  constexpr auto rules = std::to_array<TextView>({U"square",       U"ways",
                                                  U"integers",     U"dollars",
                                                  U"mph",          U"inches",
                                                  U"ft",           U"hours",
                                                  U"km",           U"units",
                                                  U"\\ldots",      U"sue",
                                                  U"points",       U"feet",
                                                  U"minutes",      U"digits",
                                                  U"cents",        U"degrees",
                                                  U"cm",           U"gm",
                                                  U"pounds",       U"meters",
                                                  U"meals",        U"edges",
                                                  U"students",     U"childrentickets",
                                                  U"multiples",    U"\\text{s}",
                                                  U"\\text{.}",    U"\\text{\ns}",
                                                  U"\\text{}^2",   U"\\text{}^3",
                                                  U"\\text{\n}",   U"\\text{}",
                                                  U"\\mathrm{th}", U"^\\circ",
                                                  U"^{\\circ}",    U"\\;",
                                                  U",\\!",         U"{,}",
                                                  U"\"",           U"\\dots"});
  for (const TextView word : rules) replace_all(text, word, U"");
}

/// In every line with two dollar signs or more, all but what stands between the first two goes;
/// the two stay.
void keep_first_formula(Text& text) {
  Text out;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t newline = text.find(U'\n', begin);
    const TextView line = TextView(text).substr(begin, newline - begin);
    const std::size_t first = line.find(U'$');
    const std::size_t second = first == TextView::npos ? first : line.find(U'$', first + 1);
    out += second == TextView::npos ? line : line.substr(first, second - first + 1);
    if (newline == Text::npos) break;
    out += U'\n';
    begin = newline + 1;
  }
  text = out;
}

enum class Closing : std::uint8_t { first, last };

/// "open...}" becomes "...", within one line: up to the first closing brace or to the last one.
void unwrap(Text& text, TextView open, Closing closing) {
  std::size_t at = 0;
  while ((at = text.find(open, at)) != Text::npos) {
    const std::size_t begin = at + open.size();
    const TextView line = TextView(text).substr(begin, text.find(U'\n', begin) - begin);
    const std::size_t brace = closing == Closing::first ? line.find(U'}') : line.rfind(U'}');
    if (brace == TextView::npos) {
      ++at;
      continue;
    }
    text.erase(begin + brace, 1);
    text.erase(at, open.size());
    at += brace;
  }
}

/// "word" before a character that is no opening brace: braces around the next `arguments`
/// characters, the second of which may not be a newline.
void add_braces(Text& text, TextView word, std::size_t arguments) {
  std::size_t at = 0;
  while ((at = text.find(word, at)) != Text::npos) {
    const std::size_t begin = at + word.size();
    const bool fits = begin + arguments <= text.size() && text[begin] != U'{' &&
                      (arguments < 2 || text[begin + 1] != U'\n');
    if (!fits) {
      ++at;
      continue;
    }
    Text braced;
    for (std::size_t i = 0; i < arguments; ++i) braced += Text{U'{', text[begin + i], U'}'};
    text.replace(begin, arguments, braced);
    at = begin + braced.size();
  }
}

}  // namespace

std::string extract_answer(std::string_view generation) {
  constexpr std::string_view kMarker = "#### ";
  if (generation.ends_with('\n')) generation.remove_suffix(1);
  const std::size_t newline = generation.rfind('\n');
  const std::string_view line =
      newline == std::string_view::npos ? generation : generation.substr(newline + 1);
  const std::size_t marker = line.find(kMarker);
  if (marker == std::string_view::npos) return "";
  return std::string(line.substr(marker + kMarker.size()));
}

std::string normalize_answer(std::string_view answer) {
  Text text = unicode::decode(answer);
  if (const std::size_t equals = text.rfind(U'='); equals != Text::npos) text.erase(0, equals + 1);
  replace_in_turn(text);
  delete_in_turn(text);
  keep_first_formula(text);
  unwrap(text, U"\\text{", Closing::first);
  unwrap(text, U"\\textbf{", Closing::first);
  unwrap(text, U"\\overline{", Closing::first);
  unwrap(text, U"\\boxed{", Closing::last);
  add_braces(text, U"frac", 2);
  add_braces(text, U"sqrt", 1);
  replace_all(text, U"$", U"");
  Text without_commas = text;
  replace_all(without_commas, U",", U"");
  return unicode::encode(unicode::is_digit(without_commas) ? without_commas : text);
}

bool is_empty_answer(std::string_view reference) {
  return unicode::strip(normalize_answer(reference)).empty();
}

bool equal_as_numbers(std::string_view a, std::string_view b) {
  if (a == b) return true;
  const std::optional<ExactNumber> x = evaluate_expression(a);
  const std::optional<ExactNumber> y = evaluate_expression(b);
  return x && y && *x == *y;
}

AnswerVerdict judge_answer(std::string_view generation, std::string_view reference) {
  AnswerVerdict verdict;
  verdict.extracted = extract_answer(generation);
  verdict.normalized = normalize_answer(verdict.extracted);
  const std::string gold = normalize_answer(reference);
  verdict.equal_string = verdict.normalized == gold;
  verdict.equal_math = equal_as_numbers(verdict.normalized, gold);
  return verdict;
}

}  // namespace smdm
