#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace smdm {

/// The number of insertions, deletions, replacements and swaps of neighbours between two names
/// (optimal string alignment). Upper and lower case, and '-' and '_', are the same.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

/// The name that was probably meant: the first of those with the smallest edit distance, if that is
/// at most a third of the longer name's length (and at least one edit is always allowed).
[[nodiscard]] std::optional<std::string> nearest_name(std::string_view name,
                                                      std::span<const std::string> known);

}  // namespace smdm
