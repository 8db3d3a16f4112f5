#include "models/text/byte_alphabet.hpp"

#include <array>

#include "base/text/unicode.hpp"
#include "base/text/utf8.hpp"

namespace smdm {
namespace {

constexpr char32_t kStrange = 256;  // where letters of bytes that have no visible character begin
constexpr std::size_t kLetters = 324;

constexpr bool stands_for_itself(std::uint32_t byte) {
  return (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
}

struct Alphabet {
  std::array<std::string, 256> letters;
  std::array<std::int16_t, kLetters> bytes;  ///< -1 where a code point is no letter

  Alphabet() {
    bytes.fill(-1);
    char32_t strange = kStrange;
    for (std::uint32_t byte = 0; byte < letters.size(); ++byte) {
      const char32_t letter = stands_for_itself(byte) ? char32_t{byte} : strange++;
      letters.at(byte) = unicode::encode(std::u32string(1, letter));
      bytes.at(letter) = static_cast<std::int16_t>(byte);
    }
  }
};

const Alphabet& alphabet() {
  static const Alphabet the_alphabet;
  return the_alphabet;
}

}  // namespace

std::string_view letter_of_byte(std::uint8_t byte) {
  return alphabet().letters.at(byte);
}

std::optional<std::uint8_t> byte_of_letter(char32_t letter) {
  if (letter >= kLetters || alphabet().bytes.at(letter) < 0) return std::nullopt;
  return static_cast<std::uint8_t>(alphabet().bytes.at(letter));
}

std::string in_byte_alphabet(std::string_view bytes) {
  std::string letters;
  letters.reserve(2 * bytes.size());
  for (const char byte : bytes) letters += letter_of_byte(static_cast<std::uint8_t>(byte));
  return letters;
}

std::optional<std::string> from_byte_alphabet(std::string_view letters) {
  std::string bytes;
  bytes.reserve(letters.size());
  for (std::size_t at = 0; at < letters.size();) {
    const auto character = unicode::character_at(letters, at);
    const auto byte = byte_of_letter(character.code);
    if (!byte) return std::nullopt;
    bytes += static_cast<char>(byte.value());
    at += character.bytes;
  }
  return bytes;
}

}  // namespace smdm
