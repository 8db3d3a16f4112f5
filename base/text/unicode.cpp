// UTF-8 is decoded to code points, worked on, and encoded again; what is no well-formed character
// becomes U+FFFD on the way. Classes and case mappings come from the tables of unicode_tables.cpp,
// by binary search.
#include "base/text/unicode.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

#include "base/text/unicode_tables.hpp"
#include "base/text/utf8.hpp"

namespace smdm::unicode {
namespace {

constexpr char32_t kCapitalSigma = 0x3A3;
constexpr char32_t kSmallSigma = 0x3C3;
constexpr char32_t kFinalSigma = 0x3C2;

void append_mapped(std::u32string& out,
                   char32_t c,
                   std::span<const Mapping> table,
                   std::span<const CodePoints> special) {
  const auto several =
      std::ranges::lower_bound(special, c, {}, [](const CodePoints& entry) { return entry[0]; });
  if (several != special.end() && (*several)[0] == c) {
    for (std::size_t i = 1; i < several->size() && (*several)[i] != 0; ++i) out += (*several)[i];
    return;
  }
  const auto run =
      std::ranges::lower_bound(table, c, {}, [](const Mapping& entry) { return entry.last; });
  const bool mapped = run != table.end() && run->first <= c && (c - run->first) % run->step == 0;
  out += mapped ? static_cast<char32_t>(static_cast<std::int64_t>(c) + run->delta) : c;
}

/// A capital sigma is final after a cased letter and before none, ignorable characters skipped.
bool is_final_sigma(std::u32string_view text, std::size_t at) noexcept {
  std::size_t before = at;
  while (before > 0 && contains(kCaseIgnorable, text[before - 1])) --before;
  if (before == 0 || !contains(kCased, text[before - 1])) return false;
  std::size_t after = at + 1;
  while (after < text.size() && contains(kCaseIgnorable, text[after])) ++after;
  return after == text.size() || !contains(kCased, text[after]);
}

/// The lower case of text[at], which for a capital sigma depends on its neighbours.
void append_lower(std::u32string& out, std::u32string_view text, std::size_t at) {
  if (text[at] == kCapitalSigma) {
    out += is_final_sigma(text, at) ? kFinalSigma : kSmallSigma;
  } else {
    append_mapped(out, text[at], kLower, kLowerSpecial);
  }
}

}  // namespace

bool contains(std::span<const Range> table, char32_t c) noexcept {
  const auto range =
      std::ranges::lower_bound(table, c, {}, [](const Range& entry) { return entry.last; });
  return range != table.end() && range->first <= c;
}

bool is_valid(std::string_view text) noexcept {
  for (std::size_t at = 0; at < text.size();) {
    const auto character = character_at(text, at);
    if (!character.well_formed) return false;
    at += character.bytes;
  }
  return true;
}

std::u32string decode(std::string_view text) {
  std::u32string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const auto character = character_at(text, at);
    out += character.code;
    at += character.bytes;
  }
  return out;
}

std::string encode(std::u32string_view text) {
  std::string out;
  out.reserve(text.size());
  const auto put = [&](char32_t bits) {
    out += static_cast<char>(static_cast<unsigned char>(bits));
  };
  const auto tail = [&](char32_t c, unsigned shift) { put(0x80U | ((c >> shift) & 0x3FU)); };
  for (const char32_t c : text) {
    if (c < 0x80) {
      put(c);
    } else if (c < 0x800) {
      put(0xC0U | c >> 6U);
      tail(c, 0);
    } else if (c < 0x10000) {
      put(0xE0U | c >> 12U);
      tail(c, 6);
      tail(c, 0);
    } else {
      put(0xF0U | c >> 18U);
      tail(c, 12);
      tail(c, 6);
      tail(c, 0);
    }
  }
  return out;
}

std::size_t length(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); ++count) at += character_at(text, at).bytes;
  return count;
}

bool is_space(char32_t c) noexcept {
  constexpr std::array<Range, 10> spaces{{{.first = 0x09, .last = 0x0D},
                                          {.first = 0x1C, .last = 0x20},
                                          {.first = 0x85, .last = 0x85},
                                          {.first = 0xA0, .last = 0xA0},
                                          {.first = 0x1680, .last = 0x1680},
                                          {.first = 0x2000, .last = 0x200A},
                                          {.first = 0x2028, .last = 0x2029},
                                          {.first = 0x202F, .last = 0x202F},
                                          {.first = 0x205F, .last = 0x205F},
                                          {.first = 0x3000, .last = 0x3000}}};
  return contains(spaces, c);
}

bool is_printable(char32_t c) noexcept {
  return !contains(kUnprintable, c);
}

bool is_digit(std::u32string_view text) noexcept {
  return !text.empty() &&
         std::ranges::all_of(text, [](char32_t c) { return contains(kDigits, c); });
}

std::string strip_left(std::string_view text) {
  const std::u32string all = decode(text);
  const auto first = std::ranges::find_if_not(all, is_space);
  return encode({first, all.end()});
}

std::string_view without_trailing_space(std::string_view text) noexcept {
  std::size_t end = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto character = character_at(text, at);
    at += character.bytes;
    if (!is_space(character.code)) end = at;
  }
  return text.substr(0, end);
}

std::string strip_right(std::string_view text) {
  return encode(decode(without_trailing_space(text)));
}

std::string strip(std::string_view text) {
  const std::u32string all = decode(text);
  auto first = all.begin();
  auto last = all.end();
  while (first != last && is_space(*first)) ++first;
  while (first != last && is_space(*(last - 1))) --last;
  return encode({first, last});
}

std::string lower(std::string_view text) {
  const std::u32string all = decode(text);
  std::u32string out;
  for (std::size_t at = 0; at < all.size(); ++at) append_lower(out, all, at);
  return encode(out);
}

std::string capitalize(std::string_view text) {
  const std::u32string all = decode(text);
  std::u32string out;
  for (std::size_t at = 0; at < all.size(); ++at) {
    if (at == 0) {
      append_mapped(out, all[at], kTitle, kTitleSpecial);
    } else {
      append_lower(out, all, at);
    }
  }
  return encode(out);
}

}  // namespace smdm::unicode
