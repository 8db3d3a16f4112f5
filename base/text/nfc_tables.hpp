/// Canonical decomposition and composition, written by tools/make_unicode_tables.py. Only nfc.cpp
/// reads them. All are sorted by their first columns.
#pragma once

#include <array>
#include <cstdint>

namespace smdm::unicode {

/// Code points first..last of one canonical combining class.
struct CombiningRun {
  char32_t first;
  char32_t last;
  std::uint8_t combining_class;
};

/// A character and what it stands for; `second` is 0 where that is one character.
struct Decomposition {
  char32_t composed;
  char32_t first;
  char32_t second;
};

/// Two characters and the one that they become.
struct Composition {
  char32_t first;
  char32_t second;
  char32_t composed;
};

extern const std::array<CombiningRun, 333> kCombining;
extern const std::array<Decomposition, 2060> kDecompositions;
extern const std::array<Composition, 940> kCompositions;

}  // namespace smdm::unicode
