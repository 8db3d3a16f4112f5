#include "base/text/visible.hpp"

#include <array>
#include <cstdint>

#include "base/text/unicode.hpp"
#include "base/text/utf8.hpp"

namespace smdm {
namespace {

using unicode::Range;

// Sorted.
constexpr std::array<Range, 5> kObeyed{{{.first = 0x0000, .last = 0x001F},
                                        {.first = 0x007F, .last = 0x009F},
                                        {.first = 0x2028, .last = 0x2029},
                                        {.first = 0x202A, .last = 0x202E},
                                        {.first = 0x2066, .last = 0x2069}}};

/// The last `digits` hexadecimal digits of a number.
std::string hexadecimal(std::uint32_t number, int digits) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4)
    text += kDigits[number >> static_cast<unsigned>(shift) & 0xFU];
  return text;
}

std::string escaped(std::uint32_t code) {
  if (code == '\n') return "\\n";
  if (code == '\r') return "\\r";
  if (code == '\t') return "\\t";
  return code < 0x80 ? "\\x" + hexadecimal(code, 2) : "\\u" + hexadecimal(code, 4);
}

}  // namespace

std::string visible(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const auto character = unicode::character_at(text, at);
    if (!character.well_formed) {
      out += "\\x" + hexadecimal(static_cast<unsigned char>(text[at]), 2);
    } else if (unicode::contains(kObeyed, character.code)) {
      out += escaped(character.code);
    } else {
      out += text.substr(at, character.bytes);
    }
    at += character.bytes;
  }
  return out;
}

}  // namespace smdm
