#include "base/text/width.hpp"

#include <array>

#include "base/text/unicode.hpp"
#include "base/text/utf8.hpp"

namespace smdm {
namespace {

using unicode::Range;

// Sorted.
constexpr std::array<Range, 8> kNoWidth{{{.first = 0x0300, .last = 0x036F},
                                         {.first = 0x0483, .last = 0x0489},
                                         {.first = 0x0591, .last = 0x05BD},
                                         {.first = 0x064B, .last = 0x065F},
                                         {.first = 0x200B, .last = 0x200F},
                                         {.first = 0x20D0, .last = 0x20F0},
                                         {.first = 0xFE00, .last = 0xFE0F},
                                         {.first = 0xFE20, .last = 0xFE2F}}};
constexpr std::array<Range, 12> kDoubleWidth{{{.first = 0x1100, .last = 0x115F},
                                              {.first = 0x2E80, .last = 0x303E},
                                              {.first = 0x3041, .last = 0x33FF},
                                              {.first = 0x3400, .last = 0x4DBF},
                                              {.first = 0x4E00, .last = 0x9FFF},
                                              {.first = 0xA000, .last = 0xA4CF},
                                              {.first = 0xAC00, .last = 0xD7A3},
                                              {.first = 0xF900, .last = 0xFAFF},
                                              {.first = 0xFF00, .last = 0xFF60},
                                              {.first = 0xFFE0, .last = 0xFFE6},
                                              {.first = 0x1F300, .last = 0x1FAFF},
                                              {.first = 0x20000, .last = 0x3FFFD}}};

std::size_t width_of(char32_t character) {
  if (unicode::contains(kNoWidth, character)) return 0;
  return unicode::contains(kDoubleWidth, character) ? 2 : 1;
}

}  // namespace

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto character = unicode::character_at(text, at);
    at += character.bytes;
    width += width_of(character.code);
  }
  return width;
}

std::string cut_to_width(std::string_view text, std::size_t columns) {
  std::size_t width = 0;
  std::size_t at = 0;
  while (at < text.size()) {
    const auto character = unicode::character_at(text, at);
    width += width_of(character.code);
    if (width > columns) break;
    at += character.bytes;
  }
  return std::string(text.substr(0, at));
}

}  // namespace smdm
