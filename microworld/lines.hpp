/// Waiting lines that are to be copied, reversed or shuffled. An answer's tokens follow from the
/// prompt alone in the first two; in the third, each depends on the others, so that a decoder which
/// draws several at once cannot always be right. After the waiting-line tasks of ParallelBench
/// (arXiv:2510.04767); docs/generation.md says how often it can be.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "microworld/json.hpp"
#include "microworld/random.hpp"

namespace smdm::microworld {

/// Names of a line, all different; each is one token of the world's tokenizer.
inline constexpr std::size_t kLineNames = 6;

/// Rows about lines that belong to the split. Of the test, {"names"}, no two the same: every task
/// asks about every line. Of the others, {"prompt", "answer"}, asking to copy, to reverse and to
/// shuffle in turn; what is shuffled may be in any order, the one given included, each as often.
/// @param count  of a test at most a million: a seed has some nine million of its lines
[[nodiscard]] std::vector<Json> line_rows(std::uint64_t seed, Split split, std::size_t count);

}  // namespace smdm::microworld
