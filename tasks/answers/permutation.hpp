/// Answers that are right in any order, and how often independent draws can write one.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

namespace smdm {

/// The parts of a text between single spaces; of "" one empty part.
[[nodiscard]] std::vector<std::string_view> between_spaces(std::string_view text);

/// Whether the parts of one text between single spaces are those of the other in some order.
[[nodiscard]] bool is_permutation_of(std::string_view text, std::string_view other);

/// The chance that `names` different names are written in a valid order by a decoder that knows the
/// uniform distribution over all their orders exactly, and draws what a step reveals independently.
///
/// Whatever stands there already, each hidden position's own distribution is uniform over the r
/// names left. A step that reveals k of them is valid if its k draws differ, with chance
/// r (r - 1) ... (r - k + 1) / r^k, and the next one has r - k left; the product over the steps is
/// 1 for one name a step and n! / n^n for all in one. It is exp(-D), where D is the sum over the
/// steps of the total correlation of what is revealed (nats). It does not depend on which positions
/// a step reveals, as long as they are chosen without a look at the tokens drawn there.
/// @param revealed  how many names each step reveals, in order
/// @throws std::invalid_argument  if a step reveals none, or all together another number
[[nodiscard]] double permutation_chance(std::size_t names, std::span<const std::size_t> revealed);

}  // namespace smdm
