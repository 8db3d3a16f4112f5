/// From logits to log-probabilities of single tokens.
#pragma once

#include <cstdint>
#include <span>

#include <ATen/core/Tensor.h>

#include "models/language_model.hpp"

namespace smdm {

/// Appends to `scores` the log-probability (and the argmax) of tokens[i] under logits[i].
///
/// Each row is reduced on its own and in a fixed order. Under Arithmetic::smdm in the logits' type:
/// bfloat16 logits give log-probabilities rounded to bfloat16, as cross entropy under autocast
/// does. Under Arithmetic::transformers logits are widened to float64 first.
/// @param logits  float32 or bfloat16 [n, V], any device
/// @param tokens  [n]
void append_token_scores(const at::Tensor& logits,
                         std::span<const std::int64_t> tokens,
                         WithArgmax with_argmax,
                         Arithmetic arithmetic,
                         TokenScores& scores);

/// Appends what samplers rank positions by. Each row is reduced on its own, in float64.
/// @param logits  float32 or bfloat16 [n, V], any device
void append_ranks(const at::Tensor& logits, PositionRanks& ranks);

}  // namespace smdm
