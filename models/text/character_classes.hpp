/// The characters of a pattern by class: characters that no set of it tells apart share a number.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "models/text/character_set.hpp"

namespace smdm {

/// Numbers 1..255 for classes of characters. A pattern over sets of characters is then one over
/// bytes, which is matched without any table of characters, at the speed of ASCII.
class CharacterClasses {
 public:
  /// @throws PatternError  if the sets tell more than 255 classes apart
  explicit CharacterClasses(std::span<const CharacterSet> sets);

  /// The class of a character.
  [[nodiscard]] std::uint8_t of(char32_t c) const noexcept {
    return blocks_[block_of_[c >> 8U] * kBlock + (c & 0xFFU)];
  }

  /// The classes that make up a set. @param set  its index among the sets given
  [[nodiscard]] const std::vector<std::uint8_t>& members(std::size_t set) const {
    return members_[set];
  }

 private:
  static constexpr std::size_t kBlock = 256;
  static constexpr std::size_t kCharacters = 0x110000;

  /// The number of the characters that these sets hold; a new one becomes a member of each.
  std::uint8_t number_of(const std::string& holders, std::map<std::string, std::uint8_t>& numbers);
  void store(const std::vector<std::uint8_t>& class_of);

  std::vector<std::vector<std::uint8_t>> members_;
  std::array<std::uint16_t, kCharacters / kBlock> block_of_{};
  std::vector<std::uint8_t> blocks_;
};

}  // namespace smdm
