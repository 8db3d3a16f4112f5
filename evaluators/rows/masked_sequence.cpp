#include "evaluators/rows/masked_sequence.hpp"

#include <utility>

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

MaskedSequence masked_target(const TokenRequest& request, std::int64_t mask_id, double cfg) {
  auto ids = request.context;
  ids.resize(ids.size() + request.continuation.size(), mask_id);
  ids.insert(ids.end(), request.suffix.begin(), request.suffix.end());
  const auto given = given_of(request);
  return {
      .ids = std::move(ids), .given = {given.begin(), given.end()}, .mask_id = mask_id, .cfg = cfg};
}

}  // namespace smdm
