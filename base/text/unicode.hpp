/// Text as Python sees it: code points, and the str methods that prompts and answers rest on.
/// Character classes are those of Unicode 14 (Python 3.11).
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace smdm::unicode {

/// The code points first..last.
struct Range {
  char32_t first;
  char32_t last;
};

/// @param table  sorted by code point, no two ranges overlapping
[[nodiscard]] bool contains(std::span<const Range> table, char32_t c) noexcept;

/// True if the bytes are well-formed UTF-8 (no surrogates, no overlong forms, at most U+10FFFF).
[[nodiscard]] bool is_valid(std::string_view text) noexcept;

/// Code points of UTF-8 text; every byte that is not part of a well-formed character gives U+FFFD.
[[nodiscard]] std::u32string decode(std::string_view text);

/// @param text  code points, none of them a surrogate
[[nodiscard]] std::string encode(std::u32string_view text);

/// Python's len(): the number of code points.
[[nodiscard]] std::size_t length(std::string_view text);

/// str.isspace of one character.
[[nodiscard]] bool is_space(char32_t c) noexcept;

/// str.isprintable of one character.
[[nodiscard]] bool is_printable(char32_t c) noexcept;

/// str.isdigit: not empty, and every character a digit (superscripts and other scripts included).
[[nodiscard]] bool is_digit(std::u32string_view text) noexcept;

/// str.lstrip(), str.rstrip() and str.strip().
[[nodiscard]] std::string strip_left(std::string_view text);
[[nodiscard]] std::string strip_right(std::string_view text);
[[nodiscard]] std::string strip(std::string_view text);

/// str.rstrip() of bytes as they are: what is malformed stays.
[[nodiscard]] std::string_view without_trailing_space(std::string_view text) noexcept;

/// str.lower().
[[nodiscard]] std::string lower(std::string_view text);

/// str.capitalize: the first character in title case, all others in lower case.
[[nodiscard]] std::string capitalize(std::string_view text);

}  // namespace smdm::unicode
