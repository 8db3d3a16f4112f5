/// Cutting a text at a pattern's matches.
#pragma once

#include <string_view>
#include <vector>

#include "models/text/pattern.hpp"
#include "models/text/pre_tokenizers.hpp"

namespace smdm {

/// Appends the pieces of a text, none of them empty, to `out`.
/// @param invert  what does not match counts as a match, and the other way round
void split_at(std::string_view text,
              const Pattern& pattern,
              SplitBehavior behavior,
              bool invert,
              std::vector<std::string_view>& out);

}  // namespace smdm
