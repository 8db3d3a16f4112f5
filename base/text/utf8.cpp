#include "base/text/utf8.hpp"

#include <array>

namespace smdm::unicode {
namespace {

struct Limits {
  unsigned char least = 0x80;
  unsigned char most = 0xBF;
};

/// What may follow a lead byte: the limits keep out overlong forms, surrogates and what lies beyond
/// U+10FFFF.
Limits second_byte(unsigned char lead) noexcept {
  switch (lead) {
    case 0xE0:
      return {.least = 0xA0};
    case 0xED:
      return {.most = 0x9F};
    case 0xF0:
      return {.least = 0x90};
    case 0xF4:
      return {.most = 0x8F};
    default:
      return {};
  }
}

/// How many bytes from `at` on could begin a character that is not complete; at least 1.
/// REQUIRES: no character starts at text[at]
std::size_t malformed_length(std::string_view text, std::size_t at) noexcept {
  const auto lead = static_cast<unsigned char>(text[at]);
  if (lead < 0xC2 || lead > 0xF4) return 1;
  const std::size_t wanted = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  Limits limits = second_byte(lead);
  std::size_t length = 1;
  for (; length < wanted && at + length < text.size(); ++length) {
    const auto next = static_cast<unsigned char>(text[at + length]);
    if (next < limits.least || next > limits.most) break;
    limits = {};
  }
  return length;
}

}  // namespace

Character character_at(std::string_view text, std::size_t at) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(at);
  if (lead < 0x80) return {.code = lead, .bytes = 1, .well_formed = true};
  const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || at + bytes > text.size()) return {};
  char32_t code = lead & (0x7FU >> bytes);
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((byte(at + i) & 0xC0U) != 0x80U) return {};
    code = code << 6U | (byte(at + i) & 0x3FU);
  }
  constexpr std::array<char32_t, 5> smallest{0, 0, 0x80, 0x800, 0x10000};
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (code < smallest[bytes] || code > 0x10FFFF || surrogate) return {};
  return {.code = code, .bytes = bytes, .well_formed = true};
}

std::string with_replacements(std::string_view bytes) {
  constexpr std::string_view replacement = "\xEF\xBF\xBD";
  std::string text;
  text.reserve(bytes.size());
  for (std::size_t at = 0; at < bytes.size();) {
    const auto character = character_at(bytes, at);
    const std::size_t length =
        character.well_formed ? character.bytes : malformed_length(bytes, at);
    text += character.well_formed ? bytes.substr(at, length) : replacement;
    at += length;
  }
  return text;
}

}  // namespace smdm::unicode
