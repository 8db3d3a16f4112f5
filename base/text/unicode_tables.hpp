/// Character tables, written by tools/make_unicode_tables.py. Only unicode.cpp reads them.
#pragma once

#include <array>
#include <cstdint>

#include "base/text/unicode.hpp"

namespace smdm::unicode {

/// Every `step`-th code point of first..last becomes itself plus `delta`.
struct Mapping {
  char32_t first;
  char32_t last;
  std::uint32_t step;
  std::int32_t delta;
};

/// A code point and the one to three that it becomes, filled up with zeros.
using CodePoints = std::array<char32_t, 4>;

// All sorted by code point.
extern const std::array<Range, 81> kDigits;
extern const std::array<Range, 701> kUnprintable;
extern const std::array<Range, 149> kCased;
extern const std::array<Range, 427> kCaseIgnorable;
extern const std::array<Mapping, 181> kLower;
extern const std::array<CodePoints, 1> kLowerSpecial;
extern const std::array<Mapping, 196> kTitle;
extern const std::array<CodePoints, 48> kTitleSpecial;

}  // namespace smdm::unicode
