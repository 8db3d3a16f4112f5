#include "models/log_probabilities.hpp"

#include <algorithm>

#include <ATen/Functions.h>

#include "models/ops.hpp"

namespace smdm {

void append_token_scores(const at::Tensor& logits,
                         std::span<const std::int64_t> tokens,
                         WithArgmax with_argmax,
                         Arithmetic arithmetic,
                         TokenScores& scores) {
  const auto count = static_cast<std::int64_t>(tokens.size());
  const auto wanted = at::empty({count}, at::kLong);
  std::copy(tokens.begin(), tokens.end(), wanted.mutable_data_ptr<std::int64_t>());
  const auto at = wanted.to(logits.device());
  const auto log_p = arithmetic == Arithmetic::smdm ? token_log_probabilities(logits, at)
                                                    : token_log_probabilities_f64(logits, at);
  // Widening changes no value.
  const auto values = log_p.to(at::kCPU, at::kDouble).contiguous();
  const double* begin = values.const_data_ptr<double>();
  scores.log_p.insert(scores.log_p.end(), begin, begin + count);
  if (with_argmax == WithArgmax::no) return;
  const auto best = logits.argmax(-1).to(at::kCPU).contiguous();
  const auto* ids = best.const_data_ptr<std::int64_t>();
  scores.argmax.insert(scores.argmax.end(), ids, ids + count);
}

}  // namespace smdm
