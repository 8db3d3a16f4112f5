/// Unsupervised classifier-free guidance of masked diffusion models (Nie et al. 2024,
/// arXiv:2410.18514): the unconditional branch is the same row with its context masked.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "evaluators/rows/packing.hpp"
#include "models/language_model.hpp"

namespace smdm {

/// A strength w >= 0 means un + (w + 1) * (cond - un), on logits; 0 is no guidance.
/// @throws std::invalid_argument  if w is negative or not finite, or not 0 for an autoregressive
///                                model
void check_guidance(const ModelInfo& info, double cfg);

/// Positions begin .. end - 1 of a row.
struct PositionRange {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// One row of a masked diffusion model, with its unconditional twin where cfg > 0 (none is needed
/// where nothing is given: the two are the same row).
/// @param ids        the whole row, masks in place
/// @param given      what the unconditional branch hides: the context, and what stands behind the
///                   target
/// @param positions  wanted positions in the row, increasing
[[nodiscard]] RowGroup guided_row(std::span<const std::int64_t> ids,
                                  std::span<const PositionRange> given,
                                  std::span<const std::size_t> positions,
                                  std::int64_t mask_id,
                                  double cfg);

}  // namespace smdm
