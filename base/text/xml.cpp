#include "base/text/xml.hpp"

#include <cstddef>

#include "base/text/utf8.hpp"

namespace smdm {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

/// Char of XML 1.0's grammar.
bool xml_may_hold(char32_t c) {
  if (c < 0x20) return c == '\t' || c == '\n' || c == '\r';
  return c != 0xFFFE && c != 0xFFFF;  // surrogates are no characters of UTF-8
}

std::string_view escaped(std::string_view character) {
  if (character == "&") return "&amp;";
  if (character == "<") return "&lt;";
  if (character == ">") return "&gt;";
  if (character == "\"") return "&quot;";
  if (character == "'") return "&apos;";
  // Attributes would turn these into spaces.
  if (character == "\n") return "&#10;";
  if (character == "\r") return "&#13;";
  if (character == "\t") return "&#9;";
  return character;
}

}  // namespace

std::string xml_text(std::string_view text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto character = unicode::character_at(text, at);
    const bool held = character.well_formed && xml_may_hold(character.code);
    const std::size_t bytes = held ? character.bytes : 1;
    out += held ? escaped(text.substr(at, bytes)) : kReplacement;
    at += bytes;
  }
  return out;
}

}  // namespace smdm
