/// How wide text is on a terminal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace smdm {

/// Columns that a terminal needs for UTF-8 text: combining marks take none, East Asian wide
/// characters and emoji two, every other character, and a byte that is not UTF-8, one.
[[nodiscard]] std::size_t display_width(std::string_view text);

/// The beginning of a text that needs at most so many columns; no character is cut.
[[nodiscard]] std::string cut_to_width(std::string_view text, std::size_t columns);

}  // namespace smdm
