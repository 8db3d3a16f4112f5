// The grammar is that of RFC 8259, read by recursive descent. Bytes were counted from 0 while
// reading, and are told from 1.
#include "base/text/json_text.hpp"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <unordered_map>
#include <utility>
#include <vector>

#include "base/text/unicode.hpp"
#include "base/text/utf8.hpp"

namespace smdm {
namespace {

/// Says that binary bytes are the spelling of a number.
constexpr std::uint8_t kSpelling = 0x6E;

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

/// Whole numbers of 64 bits, as the parser of nlohmann-json has them; nothing for longer ones.
template <typename Whole>
bool whole_value(std::string_view spelling, Json& value) {
  Whole number = 0;
  const auto [end, error] =
      std::from_chars(spelling.data(), spelling.data() + spelling.size(), number);
  if (error != std::errc() || end != spelling.data() + spelling.size()) return false;
  value = number;
  return true;
}

/// Python's value of a number, or the number itself where we have no type for it.
Json value_of(std::string_view spelling) {
  Json value;
  if (is_whole_spelling(spelling)) {
    const bool fits = spelling.front() == '-' ? whole_value<std::int64_t>(spelling, value)
                                              : whole_value<std::uint64_t>(spelling, value);
    return fits ? value : spelled_number(spelling);
  }
  const double number = std::strtod(std::string(spelling).c_str(), nullptr);
  return std::isfinite(number) ? Json(number) : spelled_number(spelling);
}

/// The members of an object while they are read. The object itself finds a key by looking at each,
/// which a dictionary of a hundred thousand words must not do for every word: many keys have an
/// index.
class Members {
 public:
  /// The value of a key that comes again takes the place of the first one.
  void set(std::string key, Json value) {
    auto& members = object_.get_ref<Json::object_t&>();
    if (members.size() < kFew) {
      members[key] = std::move(value);
      return;
    }
    if (places_.empty()) {
      for (const auto& [known, ignored] : members) places_.emplace(known, places_.size());
    }
    const auto [place, is_new] = places_.emplace(key, members.size());
    if (is_new) {
      members.emplace_back(std::move(key), std::move(value));
    } else {
      (members.begin() + static_cast<std::ptrdiff_t>(place->second))->second = std::move(value);
    }
  }

  [[nodiscard]] Json take() { return std::move(object_); }

 private:
  static constexpr std::size_t kFew = 32;
  Json object_ = Json::object();
  std::unordered_map<std::string, std::size_t> places_;  ///< empty while there are few
};

/// What a number becomes that is to come back as it was written.
Json as_written(std::string_view spelling) {
  if (spelling == "-0" || !is_whole_spelling(spelling)) return spelled_number(spelling);
  return value_of(spelling);
}

class Reader {
 public:
  Reader(std::string_view text, Numbers numbers) : text_(text), numbers_(numbers) {}

  Json read_all() {
    Json all = value();
    skip_spaces();
    if (at_ != text_.size()) fail();
    return all;
  }

 private:
  [[noreturn]] void fail(const char* came = "malformed JSON") const {
    throw JsonTextError(came, at_ + 1);
  }

  [[nodiscard]] bool at_end() const { return at_ >= text_.size(); }
  [[nodiscard]] char peek() const { return at_end() ? '\0' : text_[at_]; }

  void skip_spaces() {
    while (!at_end() && std::string_view(" \t\r\n").find(text_[at_]) != std::string_view::npos)
      ++at_;
  }

  bool take(char c) {
    if (at_end() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  void want(char c) {
    skip_spaces();
    if (!take(c)) fail();
  }

  Json value() {
    skip_spaces();
    switch (peek()) {
      case '{':
        return nested([this] { return object(); });
      case '[':
        return nested([this] { return array(); });
      case '"':
        return string();
      case 't':
        return word("true", true);
      case 'f':
        return word("false", false);
      case 'n':
        return word("null", nullptr);
      default:
        return number();
    }
  }

  template <typename Read>
  Json nested(const Read& read) {
    if (++depth_ > kDeepestJson) fail("more than 1000 brackets within each other");
    ++at_;
    Json read_value = read();
    --depth_;
    return read_value;
  }

  Json object() {
    Members members;
    skip_spaces();
    if (take('}')) return members.take();
    do {
      skip_spaces();
      if (peek() != '"') fail();
      std::string key = string();
      want(':');
      members.set(std::move(key), value());
      skip_spaces();
    } while (take(','));
    if (!take('}')) fail();
    return members.take();
  }

  Json array() {
    Json items = Json::array();
    skip_spaces();
    if (take(']')) return items;
    do {
      items.push_back(value());
      skip_spaces();
    } while (take(','));
    if (!take(']')) fail();
    return items;
  }

  Json word(std::string_view wanted, Json meaning) {
    for (const char c : wanted) {
      if (!take(c)) fail();
    }
    return meaning;
  }

  /// Passes over a name of a number that is not finite.
  bool take_name() {
    if (numbers_ != Numbers::with_names) return false;
    for (const std::string_view name : {"NaN", "Infinity", "-Infinity"}) {
      if (!text_.substr(at_).starts_with(name)) continue;
      at_ += name.size();
      return true;
    }
    return false;
  }

  Json number() {
    if (take_name()) return nullptr;
    const std::size_t begin = at_;
    take('-');
    if (!take('0')) digits();
    if (take('.')) digits();
    if (take('e') || take('E')) {
      if (!take('+')) take('-');
      digits();
    }
    const std::string_view spelling = text_.substr(begin, at_ - begin);
    return numbers_ == Numbers::as_written ? as_written(spelling) : value_of(spelling);
  }

  /// At least one.
  void digits() {
    if (!is_digit(peek())) fail();
    while (is_digit(peek())) ++at_;
  }

  std::string string() {
    std::string out;
    ++at_;
    while (!take('"')) {
      if (static_cast<unsigned char>(peek()) < 0x20) fail();  // the end of the text, too
      if (take('\\')) {
        escape(out);
        continue;
      }
      const auto character = unicode::character_at(text_, at_);
      if (!character.well_formed) fail("bytes that are no UTF-8");
      out += text_.substr(at_, character.bytes);
      at_ += character.bytes;
    }
    return out;
  }

  void escape(std::string& out) {
    constexpr std::string_view names = "\"\\/bfnrt";
    constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
    if (take('u')) {
      append_character(out);
      return;
    }
    const std::size_t known = at_end() ? std::string_view::npos : names.find(text_[at_]);
    if (known == std::string_view::npos) fail();
    out += meanings[known];
    ++at_;
  }

  /// What stands behind "\u": four digits, and "\u" and four more behind the first half of a pair.
  void append_character(std::string& out) {
    const std::size_t begin = at_ - 2;
    char32_t code = code_unit();
    if (code >= 0xD800 && code <= 0xDFFF) {
      const bool paired = code <= 0xDBFF && text_.substr(at_).starts_with("\\u");
      if (paired) at_ += 2;
      const char32_t low = paired ? code_unit() : U'\0';
      if (low < 0xDC00 || low > 0xDFFF) {
        at_ = begin;
        fail("half of a surrogate pair, which is no text");
      }
      code = 0x10000 + ((code - 0xD800) << 10U) + (low - 0xDC00);
    }
    out += unicode::encode(std::u32string(1, code));
  }

  char32_t code_unit() {
    std::uint32_t code = 0;
    const std::string_view hex = text_.substr(at_, 4);
    const auto [end, error] = std::from_chars(hex.data(), hex.data() + hex.size(), code, 16);
    if (hex.size() != 4 || end != hex.data() + 4 || error != std::errc()) fail();
    at_ += 4;
    return static_cast<char32_t>(code);
  }

  std::string_view text_;
  Numbers numbers_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

std::string dumped(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void append_text(const Json& value, std::string& out) {
  if (is_spelled_number(value)) {
    out += spelling_of(value);
    return;
  }
  if (!value.is_structured()) {
    out += dumped(value);
    return;
  }
  out += value.is_object() ? '{' : '[';
  bool first = true;
  for (auto item = value.begin(); item != value.end(); ++item) {
    if (!std::exchange(first, false)) out += ',';
    if (value.is_object()) out += dumped(Json(item.key())) + ":";
    append_text(*item, out);
  }
  out += value.is_object() ? '}' : ']';
}

}  // namespace

Json parse_json(std::string_view text, Numbers numbers) {
  return Reader(text, numbers).read_all();
}

bool is_spelled_number(const Json& value) {
  if (!value.is_binary()) return false;
  const auto& bytes = value.get_binary();
  return bytes.has_subtype() && bytes.subtype() == kSpelling;
}

Json spelled_number(std::string_view spelling) {
  return Json::binary(std::vector<std::uint8_t>(spelling.begin(), spelling.end()), kSpelling);
}

std::string spelling_of(const Json& number) {
  const auto& bytes = number.get_binary();
  return {bytes.begin(), bytes.end()};
}

Json number_value(const Json& value) {
  return is_spelled_number(value) ? value_of(spelling_of(value)) : value;
}

bool is_whole_spelling(std::string_view spelling) noexcept {
  return spelling.find_first_of(".eE") == std::string_view::npos;
}

std::string json_text(const Json& value) {
  std::string out;
  append_text(value, out);
  return out;
}

}  // namespace smdm
