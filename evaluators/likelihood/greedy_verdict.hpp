/// Would a masked diffusion model, decoding greedily, give the continuation?
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>

#include "evaluators/rows/packing.hpp"
#include "evaluators/rows/score_source.hpp"
#include "models/language_model.hpp"

namespace smdm {

struct GreedyVerdict {
  bool is_greedy = false;
  std::int64_t rows = 0;    ///< computed for it, the CFG branch included
  std::int64_t tokens = 0;  ///< likewise
};

/// Starts from the context and L masks, and L times commits the one first choice of which the model
/// is most confident (softmax in float64; of equals the leftmost, and the lowest id). The verdict
/// is whether the continuation comes out. A document ends early, with a no, as soon as one token
/// differs: what is committed is never revised.
///
/// The verdict of SMDM's `suffix_greedy_prediction` (Nie et al. 2024, arXiv:2410.18514), with which
/// its LAMBADA accuracy is measured.
/// @param requests  that check_request() accepts; the model is of the masked diffusion kind
/// @param done      called once per request, in any order
void greedy_verdicts(const LanguageModel& model,
                     std::span<const TokenRequest* const> requests,
                     double cfg,
                     const PackingLimits& limits,
                     const std::function<void(std::size_t, const GreedyVerdict&)>& done);

}  // namespace smdm
