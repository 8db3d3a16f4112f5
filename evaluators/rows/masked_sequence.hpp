/// A row of a masked diffusion model that is filled in bit by bit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "evaluators/rows/guidance.hpp"
#include "evaluators/rows/packing.hpp"
#include "evaluators/rows/score_source.hpp"

namespace smdm {

/// Ids of which some are the mask, and how the model is asked about them.
struct MaskedSequence {
  std::vector<std::int64_t> ids;
  std::vector<PositionRange> given;  ///< what the unconditional branch hides
  std::int64_t mask_id = 0;
  double cfg = 0.0;  ///< see guidance.hpp

  /// Positions that hold the mask, increasing.
  [[nodiscard]] std::vector<std::size_t> masked() const;

  /// The group that asks for the logits at `positions`.
  [[nodiscard]] RowGroup ask(const std::vector<std::size_t>& positions) const;
};

/// The row of a request with its whole target masked.
[[nodiscard]] MaskedSequence masked_target(const TokenRequest& request,
                                           std::int64_t mask_id,
                                           double cfg);

}  // namespace smdm
