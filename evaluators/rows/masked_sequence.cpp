#include "evaluators/rows/masked_sequence.hpp"

namespace smdm {

std::vector<std::size_t> MaskedSequence::masked() const {
  std::vector<std::size_t> positions;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (ids[i] == mask_id) positions.push_back(i);
  }
  return positions;
}

RowGroup MaskedSequence::ask(const std::vector<std::size_t>& positions) const {
  return guided_row(ids, given, positions, mask_id, cfg);
}

}  // namespace smdm
