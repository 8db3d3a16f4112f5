/// The syntax of patterns in tokenizers' files, Oniguruma's Ruby syntax: the part of it whose
/// meaning is certain.
#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "models/text/character_set.hpp"

namespace smdm {

/// A piece of a parsed pattern: a set of characters that one character must be in, or an operator
/// that means the same in Perl's syntax.
struct PatternPart {
  std::string operators;  ///< empty for a set
  std::size_t set = 0;    ///< index into ParsedPattern::sets
};

struct ParsedPattern {
  std::vector<PatternPart> parts;
  std::vector<CharacterSet> sets;  ///< no two of them equal
};

/// Why a pattern is refused: a construct that is unknown, or means something else elsewhere.
class PatternError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Takes a pattern apart. Known are: literal characters; "."; classes with ranges, \p{..} of
/// general categories (Unicode 16.0), \s \d \w and their complements; * + ? {n} {n,} {n,m}, lazy
/// and (but for braces) possessive; (..), (?:..), (?i:..) around ASCII text, (?>..), look-ahead,
/// look-behind; alternatives.
/// @throws PatternError  for anything else
[[nodiscard]] ParsedPattern parse_pattern(std::string_view pattern);

}  // namespace smdm
