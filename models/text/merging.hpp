/// The merging of byte-pair encoding: the pair with the lowest rank first, the leftmost among
/// equals.
#pragma once

#include <cstdint>
#include <vector>

#include "models/text/pair_table.hpp"

namespace smdm {

/// Merges neighbours in `ids`, from place `first` to the end, until none can be merged. Time grows
/// with n log n.
void merge_all(const PairTable& merges, std::vector<std::int64_t>& ids, std::size_t first);

}  // namespace smdm
