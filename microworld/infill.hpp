/// Texts with a hole in the middle, whose end says what was there.
#pragma once

#include <cstddef>
#include <vector>

#include "microworld/json.hpp"
#include "microworld/world.hpp"

namespace smdm::microworld {

/// Test rows: passages of lambada_standard and race with their answers behind them, where the
/// hidden word is the first mention of the answer. Nothing in front of it tells which word it is.
/// Each row has "before", "middle" and "after", which are the text one behind the other, and four
/// "choices", right ones equally often in every place.
/// @param count  of both kinds together, at most as many as both have test items
[[nodiscard]] std::vector<Json> infill_rows(const World& world, std::size_t count);

}  // namespace smdm::microworld
