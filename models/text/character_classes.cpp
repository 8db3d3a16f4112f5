#include "models/text/character_classes.hpp"

#include <algorithm>
#include <unordered_map>

#include "models/text/pattern_syntax.hpp"

namespace smdm {
namespace {

/// The code points at which any of the sets begins or ends, and 0.
std::vector<char32_t> borders_of(std::span<const CharacterSet> sets) {
  std::vector<char32_t> borders = {0};
  for (const auto& set : sets) {
    for (const auto& range : set.ranges()) {
      borders.push_back(range.first);
      borders.push_back(range.last + 1);
    }
  }
  std::ranges::sort(borders);
  const auto repeated = std::ranges::unique(borders);
  borders.erase(repeated.begin(), repeated.end());
  return borders;
}

/// Which of the sets hold a character, one mark for each.
std::string holders_of(std::span<const CharacterSet> sets, char32_t c) {
  std::string holders(sets.size(), '-');
  for (std::size_t i = 0; i < sets.size(); ++i) {
    if (unicode::contains(sets[i].ranges(), c)) holders[i] = '+';
  }
  return holders;
}

}  // namespace

CharacterClasses::CharacterClasses(std::span<const CharacterSet> sets) : members_(sets.size()) {
  const auto borders = borders_of(sets);
  std::map<std::string, std::uint8_t> numbers;
  std::vector<std::uint8_t> class_of(kCharacters);
  for (std::size_t i = 0; i < borders.size() && borders[i] < kCharacters; ++i) {
    const auto number = number_of(holders_of(sets, borders[i]), numbers);
    const std::size_t end = i + 1 < borders.size() ? borders[i + 1] : kCharacters;
    std::fill(class_of.begin() + borders[i],
              class_of.begin() + static_cast<std::ptrdiff_t>(std::min(end, kCharacters)), number);
  }
  store(class_of);
}

std::uint8_t CharacterClasses::number_of(const std::string& holders,
                                         std::map<std::string, std::uint8_t>& numbers) {
  constexpr std::size_t most = 255;
  if (const auto known = numbers.find(holders); known != numbers.end()) return known->second;
  if (numbers.size() == most) throw PatternError("more than 255 classes of characters");
  const auto number = static_cast<std::uint8_t>(numbers.size() + 1);
  numbers.emplace(holders, number);
  for (std::size_t set = 0; set < holders.size(); ++set) {
    if (holders[set] == '+') members_[set].push_back(number);
  }
  return number;
}

void CharacterClasses::store(const std::vector<std::uint8_t>& class_of) {
  std::unordered_map<std::string, std::uint16_t> known;
  for (std::size_t block = 0; block < block_of_.size(); ++block) {
    const auto first = class_of.begin() + static_cast<std::ptrdiff_t>(block * kBlock);
    const auto last = first + kBlock;
    const auto next = static_cast<std::uint16_t>(known.size());
    const auto [entry, is_new] = known.emplace(std::string(first, last), next);
    if (is_new) blocks_.insert(blocks_.end(), first, last);
    block_of_[block] = entry->second;
  }
}

}  // namespace smdm
