#include "models/text/token_trie.hpp"

namespace smdm {

void TokenTrie::add(std::string_view text, std::int64_t number) {
  begins_.at(static_cast<std::uint8_t>(text.front())) = true;
  std::size_t node = 0;
  for (const char byte : text) {
    const auto [next, is_new] = edges_.emplace(edge(node, byte), numbers_.size());
    if (is_new) numbers_.push_back(-1);
    node = next->second;
  }
  if (numbers_[node] < 0) numbers_[node] = number;
}

TokenTrie::Match TokenTrie::longest_at(std::string_view text, std::size_t first) const {
  Match longest{.first = first, .last = first, .number = -1};
  std::size_t node = 0;
  for (std::size_t at = first; at < text.size(); ++at) {
    const auto next = edges_.find(edge(node, text[at]));
    if (next == edges_.end()) break;
    node = next->second;
    if (numbers_[node] >= 0) longest = {.first = first, .last = at + 1, .number = numbers_[node]};
  }
  return longest;
}

std::vector<TokenTrie::Match> TokenTrie::matches_in(std::string_view text) const {
  std::vector<Match> matches;
  if (edges_.empty()) return matches;
  for (std::size_t at = 0; at < text.size();) {
    const bool possible = begins_[static_cast<std::uint8_t>(text[at])];
    const Match match =
        possible ? longest_at(text, at) : Match{.first = at, .last = at, .number = -1};
    if (match.number >= 0) matches.push_back(match);
    at = match.number >= 0 ? match.last : at + 1;
  }
  return matches;
}

}  // namespace smdm
