// Patterns are written for Oniguruma with Ruby's syntax, and matched by PCRE2, with Perl's. Where
// the two differ (\h, ^, $, {n}+, && in classes, ...) a pattern must not silently get another
// meaning, so only constructs that are known to be the same pass. What is a set of characters is
// resolved here, from the project's own tables, so that it depends on no library's Unicode.
#include "models/text/pattern_syntax.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/text/categories.hpp"

namespace smdm {
namespace {

CharacterSet of_category(std::string_view name) {
  return CharacterSet(unicode::category_ranges(name));
}

CharacterSet space_set() {
  const auto spaces = unicode::white_space();
  return CharacterSet({spaces.begin(), spaces.end()});
}

/// What Oniguruma takes for a word's character: letters, marks, digits, connectors; and the numbers
/// below U+0100, but none above.
CharacterSet word_set() {
  CharacterSet word;
  for (const auto* name : {"L", "M", "Nd", "Nl", "Pc"}) word.add(of_category(name));
  word.add(0xB2, 0xB3);
  word.add(0xB9, 0xB9);
  word.add(0xBC, 0xBE);
  // Letters in circles and squares, which are alphabetic symbols.
  word.add(0x24B6, 0x24E9);
  word.add(0x1F130, 0x1F149);
  word.add(0x1F150, 0x1F169);
  word.add(0x1F170, 0x1F189);
  return word;
}

/// The set that a letter behind a backslash names, or nothing.
std::optional<CharacterSet> named_set(char32_t letter) {
  switch (letter) {
    case U's':
      return space_set();
    case U'S':
      return space_set().complement();
    case U'd':
      return of_category("Nd");
    case U'D':
      return of_category("Nd").complement();
    case U'w':
      return word_set();
    case U'W':
      return word_set().complement();
    default:
      return std::nullopt;
  }
}

bool is_ascii_letter(char32_t c) {
  return (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z');
}

bool is_ascii_alphanumeric(char32_t c) {
  return is_ascii_letter(c) || (c >= U'0' && c <= U'9');
}

class Parser {
 public:
  explicit Parser(std::string_view pattern) : text_(unicode::decode(pattern)) {}

  ParsedPattern parse() {
    alternatives();
    if (at_ < text_.size()) fail("a closing bracket without an opening one");
    return std::move(parsed_);
  }

 private:
  [[noreturn]] void fail(const std::string& why) const { throw PatternError(why); }
  [[noreturn]] void fail_at(std::size_t begin) const {
    fail("the construct " + unicode::encode(text_.substr(begin, std::max(at_, begin + 1) - begin)) +
         ", which is not known to mean the same everywhere");
  }

  [[nodiscard]] bool at_end() const { return at_ >= text_.size(); }
  [[nodiscard]] char32_t peek() const { return at_end() ? U'\0' : text_[at_]; }

  bool take(std::u32string_view wanted) {
    if (!std::u32string_view(text_).substr(at_).starts_with(wanted)) return false;
    at_ += wanted.size();
    return true;
  }

  void emit(std::string operators) { parsed_.parts.push_back({.operators = std::move(operators)}); }

  void emit(const CharacterSet& set) {
    const auto known = std::ranges::find(parsed_.sets, set);
    const auto index = static_cast<std::size_t>(known - parsed_.sets.begin());
    if (known == parsed_.sets.end()) parsed_.sets.push_back(set);
    parsed_.parts.push_back({.operators = {}, .set = index});
  }

  void alternatives() {
    constexpr int deepest = 100;
    if (++depth_ > deepest) fail("more than 100 brackets within each other");
    sequence();
    while (take(U"|")) {
      emit("|");
      last_folded_ = U'\0';
      sequence();
    }
    --depth_;
  }

  void sequence() {
    while (!at_end() && peek() != U'|' && peek() != U')') item();
  }

  void item() {
    const bool repeatable = atom();
    const std::size_t begin = at_;
    if (!quantifier()) return;
    if (!repeatable) fail_at(begin);
    const std::size_t second = at_;
    if (quantifier()) fail_at(second);
  }

  /// @return whether it may be repeated
  bool atom() {
    const std::size_t begin = at_;
    if (take(U"(")) return group(begin);
    if (take(U"[")) {
      if (fold_) fail("a class within (?i:");
      emit(character_class());
      return true;
    }
    if (take(U".")) {
      emit(CharacterSet({{.first = U'\n', .last = U'\n'}}).complement());
      return true;
    }
    if (take(U"\\")) {
      emit_escaped(escape(begin));
      return true;
    }
    ++at_;
    constexpr std::u32string_view special = U"^$*+?{}]";
    if (special.find(text_[begin]) != std::u32string_view::npos) fail_at(begin);
    literal(text_[begin]);
    return true;
  }

  void emit_escaped(const CharacterSet& set) {
    const auto& ranges = set.ranges();
    const bool one = ranges.size() == 1 && ranges.front().first == ranges.front().last;
    if (one) {
      literal(ranges.front().first);
    } else {
      if (fold_) fail("a class within (?i:");
      emit(set);
    }
  }

  void literal(char32_t c) {
    CharacterSet set({{.first = c, .last = c}});
    if (fold_) fold(c, set);
    emit(set);
  }

  /// Adds what a character matches without regard to case. Letters that together fold to one
  /// character ("ss" to U+00DF) would need more than sets.
  void fold(char32_t c, CharacterSet& set) {
    if (c >= 0x80) fail("a character beyond ASCII within (?i:");
    const char32_t low = c >= U'A' && c <= U'Z' ? c + 0x20 : c;
    for (const std::u32string_view pair : {U"ss", U"st", U"ff", U"fi", U"fl"}) {
      if (last_folded_ == pair[0] && low == pair[1])
        fail("letters within (?i: that have a ligature: " + unicode::encode(pair));
    }
    last_folded_ = low;
    if (!is_ascii_letter(c)) return;
    set.add(low, low);
    set.add(low - 0x20, low - 0x20);
    if (low == U's') set.add(0x17F, 0x17F);
    if (low == U'k') set.add(0x212A, 0x212A);
  }

  bool group(std::size_t begin) {
    const bool outer = fold_;
    bool repeatable = true;
    if (!take(U"?") || take(U":")) {
      emit("(?:");
    } else if (take(U"i:")) {
      emit("(?:");
      fold_ = true;
    } else if (take(U">")) {
      emit("(?>");
    } else {
      repeatable = false;
      look(begin);
    }
    alternatives();
    if (!take(U")")) fail("an opening bracket without a closing one");
    emit(")");
    fold_ = outer;
    return repeatable;
  }

  void look(std::size_t begin) {
    for (const std::u32string_view kind : {U"=", U"!", U"<=", U"<!"}) {
      if (!take(kind)) continue;
      emit("(?" + unicode::encode(kind));
      return;
    }
    at_ = std::min(text_.size(), at_ + 2);
    fail_at(begin);
  }

  bool quantifier() {
    const std::size_t begin = at_;
    std::string found;
    bool is_exact = false;
    const bool braces = peek() == U'{';
    if (braces) {
      found = interval(is_exact);
    } else if (peek() == U'*' || peek() == U'+' || peek() == U'?') {
      found = static_cast<char>(peek());
      ++at_;
    } else {
      return false;
    }
    if (take(U"?")) {
      if (is_exact) fail_at(begin);  // Ruby reads a{2}? as (?:a{2})?
      found += '?';
    } else if (take(U"+")) {
      if (braces) fail_at(begin);  // Ruby reads a{1,2}+ as (?:a{1,2})+
      found += '+';
    }
    emit(found);
    return true;
  }

  /// {n}, {n,} or {n,m}, which both syntaxes read alike.
  std::string interval(bool& is_exact) {
    const std::size_t begin = at_++;
    const auto least = number();
    is_exact = !take(U",");
    const auto most = is_exact ? least : number();
    if (!least || !take(U"}")) fail_at(begin);
    if (most && most.value() < least.value()) fail_at(begin);
    return unicode::encode(text_.substr(begin, at_ - begin));
  }

  std::optional<int> number() {
    constexpr std::size_t longest = 4;
    const std::size_t begin = at_;
    while (peek() >= U'0' && peek() <= U'9') ++at_;
    if (at_ == begin) return std::nullopt;
    if (at_ - begin > longest) fail_at(begin);
    return std::stoi(unicode::encode(text_.substr(begin, at_ - begin)));
  }

  /// What stands behind a backslash that begins at `begin`.
  CharacterSet escape(std::size_t begin) {
    if (at_end()) fail("a backslash at the end");
    const char32_t c = text_[at_++];
    if (auto set = named_set(c)) return std::move(set).value();
    if (c == U'p' || c == U'P') return property(begin, c == U'P');
    const auto one = escaped_character(c, begin);
    return CharacterSet({{.first = one, .last = one}});
  }

  char32_t escaped_character(char32_t c, std::size_t begin) {
    constexpr std::u32string_view names = U"rntfva";
    constexpr std::u32string_view meanings = U"\r\n\t\f\v\a";
    if (const auto known = names.find(c); known != std::u32string_view::npos)
      return meanings[known];
    if (c == U'x') return coded(begin, take(U"{"));
    if (c == U'u') return hexadecimal(begin, 4, 4);
    if (is_ascii_alphanumeric(c) || c >= 0x80) fail_at(begin);
    return c;
  }

  char32_t coded(std::size_t begin, bool braces) {
    const char32_t code = braces ? hexadecimal(begin, 1, 6) : hexadecimal(begin, 2, 2);
    if (braces && !take(U"}")) fail_at(begin);
    if (!braces && code >= 0x80) fail_at(begin);  // a byte, not a character
    return code;
  }

  char32_t hexadecimal(std::size_t begin, std::size_t least, std::size_t most) {
    std::string digits;
    while (digits.size() < most && peek() < 0x80 &&
           std::string_view("0123456789abcdefABCDEF").find(static_cast<char>(peek())) !=
               std::string_view::npos &&
           !at_end()) {
      digits += static_cast<char>(text_[at_++]);
    }
    std::uint32_t code = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
    if (digits.size() < least || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
      fail_at(begin);
    return static_cast<char32_t>(code);
  }

  /// \p{Lu}, \p{L}, \p{^L}, \P{L}: a general category by its short name.
  CharacterSet property(std::size_t begin, bool negated) {
    if (!take(U"{")) fail_at(begin);
    if (take(U"^")) negated = !negated;
    const auto close = text_.find(U'}', at_);
    if (close == std::u32string::npos) fail_at(begin);
    const auto name = unicode::encode(text_.substr(at_, close - at_));
    at_ = close + 1;
    const auto set = of_category(name);
    if (set.ranges().empty())
      fail("the property " + unicode::encode(text_.substr(begin, at_ - begin)) +
           ": only general categories by their short names are known, such as \\p{L} and \\p{Nd}");
    return negated ? set.complement() : set;
  }

  CharacterSet character_class() {
    const bool negated = take(U"^");
    CharacterSet set;
    if (peek() == U']') fail("the construct [] or [^]");
    while (!take(U"]")) {
      if (at_end()) fail("a class without a closing bracket");
      class_item(set);
    }
    return negated ? set.complement() : set;
  }

  void class_item(CharacterSet& set) {
    const std::size_t begin = at_;
    if (peek() == U'[') fail("a class within a class, or a POSIX bracket");
    if (take(U"&&")) fail_at(begin);
    const CharacterSet first = class_character();
    const bool is_range = peek() == U'-' && at_ + 1 < text_.size() && text_[at_ + 1] != U']';
    if (!is_range) {
      set.add(first);
      return;
    }
    ++at_;
    if (peek() == U'[') fail("a class within a class, or a POSIX bracket");
    const CharacterSet last = class_character();
    const char32_t from = only(first, begin);
    const char32_t to = only(last, begin);
    if (from > to) fail_at(begin);
    set.add(from, to);
  }

  CharacterSet class_character() {
    const std::size_t begin = at_;
    const char32_t c = text_[at_++];
    if (c == U'\\') return escape(begin);
    return CharacterSet({{.first = c, .last = c}});
  }

  /// The character of a set of one: a range's end.
  char32_t only(const CharacterSet& set, std::size_t begin) const {
    const auto& ranges = set.ranges();
    if (ranges.size() != 1 || ranges.front().first != ranges.front().last) fail_at(begin);
    return ranges.front().first;
  }

  std::u32string text_;
  std::size_t at_ = 0;
  int depth_ = 0;
  bool fold_ = false;
  char32_t last_folded_ = U'\0';
  ParsedPattern parsed_;
};

}  // namespace

ParsedPattern parse_pattern(std::string_view pattern) {
  return Parser(pattern).parse();
}

}  // namespace smdm
