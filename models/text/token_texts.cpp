#include "models/text/token_texts.hpp"

#include <algorithm>
#include <span>

namespace smdm {
namespace {

using Entry = TokenTexts::Entry;

/// A text's byte at a place; -1 behind its end, as it sorts before every longer one.
int byte_at(const Entry& entry, std::size_t place) {
  return place < entry.text.size() ? static_cast<std::uint8_t>(entry.text[place]) : -1;
}

/// Of sorted entries that are equal up to `place`, those with this byte there.
std::span<const Entry> narrowed(std::span<const Entry> entries, std::size_t place, int byte) {
  const auto found = std::ranges::equal_range(
      entries, byte, {}, [place](const Entry& entry) { return byte_at(entry, place); });
  return {found.begin(), found.end()};
}

}  // namespace

TokenTexts::TokenTexts(std::vector<Entry> entries) : entries_(std::move(entries)) {
  std::ranges::stable_sort(entries_, {}, &Entry::text);
  const auto repeated = std::ranges::unique(entries_, {}, &Entry::text);
  entries_.erase(repeated.begin(), repeated.end());
  for (const auto& entry : entries_) ++begins_.at(static_cast<std::size_t>(byte_at(entry, 0)) + 1);
  for (std::size_t byte = 1; byte < begins_.size(); ++byte)
    begins_.at(byte) += begins_.at(byte - 1);
}

TokenTexts::Match TokenTexts::longest_at(std::string_view text, std::size_t first) const {
  Match longest{.first = first, .last = first, .number = -1};
  const auto byte = static_cast<std::uint8_t>(text[first]);
  const std::size_t begin = begins_.at(byte);
  auto left = std::span(entries_).subspan(begin, begins_.at(std::size_t{byte} + 1) - begin);
  for (std::size_t length = 1; !left.empty(); ++length) {
    if (left.size() == 1) {
      const auto& [only, number] = left.front();
      if (text.substr(first).starts_with(only))
        longest = {.first = first, .last = first + only.size(), .number = number};
      break;
    }
    if (left.front().text.size() == length)
      longest = {.first = first, .last = first + length, .number = left.front().number};
    if (first + length >= text.size()) break;
    left = narrowed(left, length, static_cast<std::uint8_t>(text[first + length]));
  }
  return longest;
}

std::vector<TokenTexts::Match> TokenTexts::matches_in(std::string_view text) const {
  std::vector<Match> matches;
  if (entries_.empty()) return matches;
  for (std::size_t at = 0; at < text.size();) {
    const auto byte = static_cast<std::uint8_t>(text[at]);
    const bool possible = begins_[byte] < begins_[std::size_t{byte} + 1];
    const Match match =
        possible ? longest_at(text, at) : Match{.first = at, .last = at, .number = -1};
    if (match.number >= 0) matches.push_back(match);
    at = match.number >= 0 ? match.last : at + 1;
  }
  return matches;
}

}  // namespace smdm
