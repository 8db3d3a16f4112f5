// A recursive-descent parser that computes as it reads, sums above products above powers above
// atoms. Whatever it does not understand ends it by an exception, which becomes "no value": an
// answer is then compared as text. White space is taken out before, except where it keeps apart
// what would become another number without it.
#include "tasks/answers/math_expression.hpp"

#include <array>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <utility>

#include "base/text/unicode.hpp"

namespace smdm {
namespace {

constexpr std::size_t kLongest = 1000;
constexpr int kDeepest = 50;

[[noreturn]] void give_up(const char* why) {
  throw std::range_error(why);
}

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_letter(char32_t c) {
  return (c >= U'a' && c <= U'z') || (c >= U'A' && c <= U'Z');
}

/// Is it a part of a number?
bool is_number_part(char32_t c) {
  return (c >= U'0' && c <= U'9') || c == U'.' || c == U',';
}

/// Would white space between two characters be missed? "5 5" is not 55, "1e 5" no power of ten,
/// "\\ti mes" no command. Between a command and its argument ("\\times 5") it is not.
bool keeps_apart(char32_t before, char32_t after) {
  if (before == U'\\') return true;
  if (before == U'e' || before == U'E')
    return is_number_part(after) || after == U'+' || after == U'-';
  const bool numbers = is_number_part(before) && is_number_part(after);
  const bool exponent = is_number_part(before) && (after == U'e' || after == U'E');
  return numbers || exponent || (is_letter(before) && is_letter(after));
}

/// The text without its white space, of whatever kind. Where that keeps something apart one blank
/// is left, which no expression holds.
std::string without_spaces(std::string_view text) {
  std::u32string kept;
  bool space = false;
  for (const char32_t c : unicode::decode(text)) {
    if (unicode::is_space(c)) {
      space = true;
      continue;
    }
    if (space && !kept.empty() && keeps_apart(kept.back(), c)) kept += U' ';
    space = false;
    kept += c;
  }
  return unicode::encode(kept);
}

ExactNumber whole(Int128 value) {
  return ExactNumber(Fraction{.numerator = value, .denominator = 1});
}

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  ExactNumber parse_all() {
    ExactNumber value = sum();
    if (at_ != text_.size()) give_up("text after the expression");
    return value;
  }

 private:
  [[nodiscard]] std::string_view rest() const { return text_.substr(at_); }
  [[nodiscard]] char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }

  bool take(std::string_view token) {
    if (!rest().starts_with(token)) return false;
    at_ += token.size();
    return true;
  }

  bool take_any(std::initializer_list<std::string_view> tokens) {
    for (const std::string_view token : tokens) {
      if (take(token)) return true;
    }
    return false;
  }

  ExactNumber sum() {
    ExactNumber total = product();
    for (;;) {
      if (take("+")) {
        total = total + product();
      } else if (take("-")) {
        total = total + -product();
      } else {
        return total;
      }
    }
  }

  ExactNumber product() {
    ExactNumber total = signed_power();
    for (;;) {
      if (take_any({"*", "\\times", "\\cdot"})) {
        total = total * signed_power();
      } else if (take_any({"/", ":", "\\div"})) {
        total = total / signed_power();
      } else if (next_is_factor()) {
        total = total * power();
      } else {
        return total;
      }
    }
  }

  /// Does a factor follow without a sign of multiplication?
  [[nodiscard]] bool next_is_factor() const {
    if (last_was_number_ && next_is_fraction()) give_up("a mixed number");
    if (is_digit(peek()) || peek() == '.') return !last_was_number_;
    for (const std::string_view start : {"(", "[", "{", "\\left", "\\{", "\\sqrt"}) {
      if (rest().starts_with(start)) return true;
    }
    return next_is_fraction();
  }

  [[nodiscard]] bool next_is_fraction() const {
    return rest().starts_with("\\frac") || rest().starts_with("\\dfrac") ||
           rest().starts_with("\\tfrac");
  }

  ExactNumber signed_power() {
    bool negative = false;
    for (; peek() == '+' || peek() == '-'; ++at_) negative = negative != (peek() == '-');
    const ExactNumber value = power();
    return negative ? -value : value;
  }

  ExactNumber power() {
    ExactNumber base = postfixed(atom());
    if (!take("^")) return base;
    base = postfixed(base.power(exponent()));
    if (peek() == '^') give_up("a tower of powers");
    last_was_number_ = false;
    return base;
  }

  ExactNumber exponent() {
    bool negative = false;
    if (peek() == '+' || peek() == '-') negative = text_[at_++] == '-';
    const ExactNumber value = atom();
    return negative ? -value : value;
  }

  ExactNumber postfixed(ExactNumber value) {
    for (;;) {
      if (take("%")) {
        value = value / whole(100);
      } else if (take("!")) {
        value = value.factorial();
      } else {
        return value;
      }
      last_was_number_ = false;
    }
  }

  ExactNumber atom() {
    if (++depth_ > kDeepest) give_up("too deep");
    const bool is_number = is_digit(peek()) || peek() == '.';
    ExactNumber value = is_number ? number() : structure();
    last_was_number_ = is_number;
    --depth_;
    return value;
  }

  ExactNumber structure() {
    if (take_any({"\\frac", "\\dfrac", "\\tfrac"})) {
      const ExactNumber top = argument();
      return top / argument();
    }
    if (take("\\sqrt")) {
      const ExactNumber degree = take("[") ? closed("]") : whole(2);
      return argument().root(degree);
    }
    if (take("|")) return closed("|").absolute();
    constexpr std::array<std::pair<std::string_view, std::string_view>, 7> brackets{
        {{"(", ")"},
         {"[", "]"},
         {"{", "}"},
         {"\\{", "\\}"},
         {"\\left(", "\\right)"},
         {"\\left[", "\\right]"},
         {"\\left\\{", "\\right\\}"}}};
    for (const auto& [open, close] : brackets) {
      if (take(open)) return closed(close);
    }
    if (take("\\left|")) return closed("\\right|").absolute();
    give_up("no number");
  }

  /// The rest of a bracket.
  ExactNumber closed(std::string_view close) {
    ExactNumber value = sum();
    if (!take(close)) give_up("a bracket that is not closed");
    return value;
  }

  /// What a LaTeX command applies to: a group in braces, or one digit.
  ExactNumber argument() {
    if (take("{")) return closed("}");
    if (!is_digit(peek())) give_up("a command without its argument");
    return whole(text_[at_++] - '0');
  }

  ExactNumber number() {
    std::string digits = take_digits();
    while (!digits.empty() && peek() == ',' && is_digit(peek(1)) && is_digit(peek(2)) &&
           is_digit(peek(3)) && !is_digit(peek(4))) {
      ++at_;
      digits += take_digits();
    }
    std::string decimals = take(".") ? take_digits() : std::string();
    if (digits.empty() && decimals.empty()) give_up("a point without digits");
    while (decimals.ends_with('0')) decimals.pop_back();
    Int128 value = 0;
    for (const char c : digits + decimals) {
      if (__builtin_mul_overflow(value, Int128{10}, &value)) give_up("more than 127 bits");
      if (__builtin_add_overflow(value, Int128{c - '0'}, &value)) give_up("more than 127 bits");
    }
    const Int128 shift = power_of_ten() - static_cast<Int128>(decimals.size());
    return whole(value) * whole(10).power(whole(shift));
  }

  std::string take_digits() {
    const std::size_t begin = at_;
    while (is_digit(peek())) ++at_;
    return std::string(text_.substr(begin, at_ - begin));
  }

  /// The exponent of "e3", "E-3", or 0 where none follows.
  Int128 power_of_ten() {
    const bool has_sign = peek(1) == '+' || peek(1) == '-';
    if ((peek() != 'e' && peek() != 'E') || !is_digit(peek(has_sign ? 2 : 1))) return 0;
    const bool negative = peek(1) == '-';
    at_ += has_sign ? 2 : 1;
    const std::string digits = take_digits();
    if (digits.size() > 3) give_up("a long exponent");
    const Int128 value = std::stoi(digits);
    return negative ? -value : value;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  int depth_ = 0;
  bool last_was_number_ = false;  // so that "2 3" is no product and "2\frac{1}{2}" is seen
};

}  // namespace

std::optional<ExactNumber> evaluate_expression(std::string_view text) {
  if (text.size() > kLongest) return std::nullopt;
  std::string expression = without_spaces(text);
  if (expression.ends_with('.')) expression.pop_back();  // the point that ends a sentence
  if (expression.empty()) return std::nullopt;
  try {
    return Parser(expression).parse_all();
  } catch (const std::range_error&) {
    return std::nullopt;
  }
}

}  // namespace smdm
