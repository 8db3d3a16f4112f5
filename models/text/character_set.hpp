/// Sets of code points, as patterns of tokenizers name them.
#pragma once

#include <vector>

#include "base/text/unicode.hpp"

namespace smdm {

/// A set of code points, kept as sorted ranges that neither overlap nor touch.
class CharacterSet {
 public:
  CharacterSet() = default;
  explicit CharacterSet(std::vector<unicode::Range> ranges);

  void add(char32_t first, char32_t last);
  void add(const CharacterSet& other);
  [[nodiscard]] CharacterSet complement() const;
  [[nodiscard]] const std::vector<unicode::Range>& ranges() const noexcept { return ranges_; }

  friend bool operator==(const CharacterSet& a, const CharacterSet& b) noexcept;

 private:
  void tidy();

  std::vector<unicode::Range> ranges_;
};

}  // namespace smdm
