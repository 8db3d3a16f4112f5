/// Many texts looked for at once.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace smdm {

/// A set of texts with a number each. It takes little more memory than the texts themselves, of
/// which a file may name a million.
class TokenTexts {
 public:
  struct Entry {
    std::string text;  ///< not empty
    std::int64_t number = 0;
  };

  TokenTexts() = default;
  /// Of equal texts the first one's number counts.
  explicit TokenTexts(std::vector<Entry> entries);

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

  std::vector<Entry> entries_;             ///< sorted, no two texts equal
  std::array<std::size_t, 257> begins_{};  ///< where the entries of each first byte begin
};

}  // namespace smdm
