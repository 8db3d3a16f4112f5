/// UTF-8, one character at a time. Strict: overlong forms, surrogates and what lies beyond U+10FFFF
/// are malformed, as in RFC 3629. What becomes of malformed bytes is the caller's choice.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace smdm::unicode {

/// What programs show for a byte that is part of no character.
inline constexpr char32_t kReplacement = 0xFFFD;

/// What may stand before UTF-8 text and is no part of it: U+FEFF.
inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// A file's text without it.
[[nodiscard]] constexpr std::string_view without_byte_order_mark(std::string_view text) noexcept {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  return text;
}

struct Character {
  char32_t code = kReplacement;  ///< kReplacement where the bytes are malformed
  std::size_t bytes = 1;         ///< to go on by; 1 where they are malformed
  bool well_formed = false;
};

/// The character that starts at text[at]. REQUIRES: at < text.size()
[[nodiscard]] Character character_at(std::string_view text, std::size_t at) noexcept;

/// The text with U+FFFD in place of malformed bytes: one for each longest run that begins a
/// character, as Unicode recommends and Python's "replace" has it.
[[nodiscard]] std::string with_replacements(std::string_view bytes);

}  // namespace smdm::unicode
