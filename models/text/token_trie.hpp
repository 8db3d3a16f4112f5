/// Many texts looked for at once.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace smdm {

/// A set of texts with a number each.
class TokenTrie {
 public:
  /// A text that is there already keeps its first number. @param text  not empty
  void add(std::string_view text, std::int64_t number);

  struct Match {
    std::size_t first = 0;
    std::size_t last = 0;
    std::int64_t number = 0;
  };

  /// Matches from left to right, the longest at the leftmost place, none over another.
  [[nodiscard]] std::vector<Match> matches_in(std::string_view text) const;

 private:
  /// The longest match that begins at a place; number -1 for none.
  [[nodiscard]] Match longest_at(std::string_view text, std::size_t first) const;

  static std::uint64_t edge(std::size_t node, char byte) {
    return static_cast<std::uint64_t>(node) << 8U | static_cast<std::uint8_t>(byte);
  }

  std::array<bool, 256> begins_{};  ///< bytes with which any text begins
  std::unordered_map<std::uint64_t, std::size_t> edges_;
  std::vector<std::int64_t> numbers_ = {-1};  ///< of each node; node 0 is the empty text
};

}  // namespace smdm
