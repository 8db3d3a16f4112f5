// A recursive-descent reader for the small part of Python's syntax that data sets are stored in,
// and the writer that gives it back as Python would, down to the choice of quotes.
#include "tasks/data/python_literal.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <string>

#include "base/error.hpp"
#include "base/text/json_text.hpp"
#include "base/text/unicode.hpp"
#include "tasks/data/fields.hpp"

namespace smdm {
namespace {

constexpr int kDeepest = 32;

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Json parse_all() {
    Json parsed = value(0);
    skip_spaces();
    if (at_ != text_.size()) fail("the end of the text");
    return parsed;
  }

 private:
  [[noreturn]] void fail(const std::string& wanted) const {
    throw Error(ErrorKind::data,
                "wanted a Python literal with " + wanted + " at byte " + std::to_string(at_ + 1) +
                    ", got " + (at_ < text_.size() ? "another character" : "the end of the text"));
  }

  [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }

  void skip_spaces() {
    while (at_ < text_.size() &&
           std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos)
      ++at_;
  }

  bool take(char c) {
    skip_spaces();
    if (peek() != c) return false;
    ++at_;
    return true;
  }

  bool take_word(std::string_view word) {
    if (!text_.substr(at_).starts_with(word)) return false;
    at_ += word.size();
    return true;
  }

  Json value(int depth) {
    if (depth > kDeepest) fail("at most 32 levels");
    skip_spaces();
    const char c = peek();
    if (c == '[') return list(depth);
    if (c == '{') return dictionary(depth);
    if (c == '\'' || c == '"') return strings();
    if (take_word("None")) return nullptr;
    if (take_word("True")) return true;
    if (take_word("False")) return false;
    return number();
  }

  Json number() {
    std::int64_t parsed = 0;
    const char* begin = text_.data() + at_;
    const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), parsed);
    if (error != std::errc()) fail("a value");
    at_ += static_cast<std::size_t>(end - begin);
    return parsed;
  }

  Json list(int depth) {
    ++at_;
    Json items = Json::array();
    while (!take(']')) {
      items.push_back(value(depth + 1));
      if (take(',')) continue;
      if (!take(']')) fail("',' or ']'");
      break;
    }
    return items;
  }

  Json dictionary(int depth) {
    ++at_;
    Json members = Json::object();
    while (!take('}')) {
      skip_spaces();
      if (peek() != '\'' && peek() != '"') fail("a string as key");
      const std::string key = strings();
      if (!take(':')) fail("':'");
      members[key] = value(depth + 1);
      if (take(',')) continue;
      if (!take('}')) fail("',' or '}'");
      break;
    }
    return members;
  }

  /// One string, or several that stand side by side.
  std::string strings() {
    std::string joined;
    do {
      joined += one_string();
      skip_spaces();
    } while (peek() == '\'' || peek() == '"');
    return joined;
  }

  std::string one_string() {
    const char quote = text_[at_++];
    std::string out;
    while (peek() != quote) {
      if (at_ >= text_.size() || peek() == '\n') fail("the end of a string");
      if (peek() == '\\') {
        escape(out);
      } else {
        out += text_[at_++];
      }
    }
    ++at_;
    return out;
  }

  void escape(std::string& out) {
    constexpr std::string_view names = "\\'\"abfnrtv";
    constexpr std::string_view values = "\\'\"\a\b\f\n\r\t\v";
    ++at_;
    const char c = peek();
    if (const std::size_t known = names.find(c); known != std::string_view::npos) {
      out += values[known];
      ++at_;
    } else if (c == 'x' || c == 'u' || c == 'U') {
      ++at_;
      out += code_point(c == 'x' ? 2 : c == 'u' ? 4 : 8);
    } else if (c >= '0' && c <= '7') {
      out += octal();
    } else if (c == '\n') {
      ++at_;  // a line that goes on
    } else {
      out += '\\';  // as Python does with an escape that it does not know
    }
  }

  std::string octal() {
    char32_t code = 0;
    for (int digits = 0; digits < 3 && peek() >= '0' && peek() <= '7'; ++digits) {
      code = code * 8 + static_cast<char32_t>(text_[at_++] - '0');
    }
    return unicode::encode(std::u32string(1, code));
  }

  std::string code_point(std::size_t digits) {
    std::uint32_t code = 0;
    const std::string_view hex = text_.substr(at_, digits);
    const auto [end, error] = std::from_chars(hex.data(), hex.data() + hex.size(), code, 16);
    const bool whole = hex.size() == digits && end == hex.data() + digits && error == std::errc();
    if (!whole || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) fail("a character's code");
    at_ += digits;
    return unicode::encode(std::u32string(1, static_cast<char32_t>(code)));
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

void append_escaped(std::u32string& out, char32_t c) {
  constexpr std::u32string_view digits = U"0123456789abcdef";
  const unsigned count = c <= 0xFF ? 2 : c <= 0xFFFF ? 4 : 8;
  out += count == 2 ? U"\\x" : count == 4 ? U"\\u" : U"\\U";
  for (unsigned left = count; left-- > 0;) out += digits[(c >> (4 * left)) & 15U];
}

std::string quoted(const std::string& text) {
  const bool has_single = text.find('\'') != std::string::npos;
  const char32_t quote = has_single && text.find('"') == std::string::npos ? U'"' : U'\'';
  std::u32string out(1, quote);
  for (const char32_t c : unicode::decode(text)) {
    if (c == U'\\' || c == quote) {
      out += U'\\';
      out += c;
    } else if (c == U'\n') {
      out += U"\\n";
    } else if (c == U'\r') {
      out += U"\\r";
    } else if (c == U'\t') {
      out += U"\\t";
    } else if (!unicode::is_printable(c)) {
      append_escaped(out, c);
    } else {
      out += c;
    }
  }
  out += quote;
  return unicode::encode(out);
}

}  // namespace

Json parse_python_literal(std::string_view text) {
  return Parser(text).parse_all();
}

std::string to_python_literal(const Json& value) {
  if (value.is_null()) return "None";
  if (value.is_boolean()) return value.get<bool>() ? "True" : "False";
  if (value.is_number_integer()) return json_text(value);
  if (value.is_string()) return quoted(value.get<std::string>());
  if (!value.is_structured()) {
    throw Error(ErrorKind::data, "wanted a value of strings and lists, got " + describe(value));
  }
  std::string items;
  for (const auto& member : value.items()) {
    items += items.empty() ? "" : ", ";
    if (value.is_object()) items += quoted(member.key()) + ": ";
    items += to_python_literal(member.value());
  }
  return value.is_object() ? "{" + items + "}" : "[" + items + "]";
}

}  // namespace smdm
