/// General categories of Unicode 16.0, which the patterns of tokenizers ask for. (The classes of
/// unicode.hpp are those of Python's str methods, of another version.)
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "base/text/unicode.hpp"

namespace smdm::unicode {

/// Values of Unicode's property General_Category.
enum class Category : std::uint8_t {
  lu,
  ll,
  lt,
  lm,
  lo,
  mn,
  mc,
  me,
  nd,
  nl,
  no,
  pc,
  pd,
  ps,
  pe,
  pi,
  pf,
  po,
  sm,
  sc,
  sk,
  so,
  zs,
  zl,
  zp,
  cc,
  cf,
  cs,
  co,
  cn,
};

/// Where a run of code points of one category begins; it lasts until the next one does.
struct CategoryRun {
  char32_t first;
  Category category;
};

/// The code points of a category by its short name, "Lu", or of all with that first letter, "L".
/// @return  sorted ranges that do not touch; nothing for a name that is none
[[nodiscard]] std::vector<Range> category_ranges(std::string_view name);

/// White_Space, the property: what \s means in patterns.
[[nodiscard]] std::span<const Range> white_space() noexcept;

[[nodiscard]] bool is_white_space(char32_t c) noexcept;

}  // namespace smdm::unicode
