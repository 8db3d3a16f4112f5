/// Sentences from patterns.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace smdm::microworld {

using Filler = std::pair<std::string_view, std::string_view>;

/// The pattern with every {name} replaced by the filler of that name.
/// @throws std::invalid_argument  if a {name} has no filler
[[nodiscard]] std::string fill(std::string_view pattern, std::initializer_list<Filler> fillers);

/// The text with its first letter, which is ASCII, in upper case.
[[nodiscard]] std::string capitalized(std::string_view text);

}  // namespace smdm::microworld
