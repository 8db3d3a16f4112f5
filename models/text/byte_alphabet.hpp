/// GPT-2's alphabet: a printable character for each of the 256 bytes, so that vocabularies of bytes
/// can be written as text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace smdm {

/// The character that stands for a byte, as UTF-8.
[[nodiscard]] std::string_view letter_of_byte(std::uint8_t byte);

/// The byte that a character stands for, if it is one of the 256.
[[nodiscard]] std::optional<std::uint8_t> byte_of_letter(char32_t letter);

/// Writes bytes in the alphabet.
[[nodiscard]] std::string in_byte_alphabet(std::string_view bytes);

/// Reads bytes back; nothing if any character is not in the alphabet.
[[nodiscard]] std::optional<std::string> from_byte_alphabet(std::string_view letters);

}  // namespace smdm
