#include "models/log_probabilities.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include <ATen/Functions.h>

#include "models/ops.hpp"

namespace smdm {
namespace {

/// Of one row. Tokens of no chance add nothing.
void append_row_ranks(std::span<const double> log_p, PositionRanks& ranks) {
  double negative_entropy = 0.0;
  double best = 0.0;
  double second = 0.0;
  double best_log_p = log_p.front();
  for (const double one : log_p) {
    const double p = std::exp(one);
    if (p <= 0.0) continue;
    negative_entropy += p * one;
    second = std::max(second, std::min(p, best));
    best = std::max(best, p);
    best_log_p = std::max(best_log_p, one);
  }
  ranks.confidence.push_back(best_log_p);
  ranks.margin.push_back(best - second);
  ranks.entropy.push_back(negative_entropy);
}

}  // namespace

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
  const auto best = likeliest_tokens(logits).to(at::kCPU).contiguous();
  const auto* ids = best.const_data_ptr<std::int64_t>();
  scores.argmax.insert(scores.argmax.end(), ids, ids + count);
}

void append_ranks(const at::Tensor& logits, PositionRanks& ranks) {
  constexpr std::int64_t kRowsAtOnce = 32;  // bounds the float64 copies
  const auto width = static_cast<std::size_t>(logits.size(1));
  for (std::int64_t first = 0; first < logits.size(0); first += kRowsAtOnce) {
    const auto count = std::min(kRowsAtOnce, logits.size(0) - first);
    const auto log_p = logits.narrow(0, first, count).to(at::kDouble).log_softmax(-1).cpu();
    const auto rows = log_p.contiguous();
    const std::span all(rows.const_data_ptr<double>(), width * static_cast<std::size_t>(count));
    for (std::size_t row = 0; row < all.size(); row += width)
      append_row_ranks(all.subspan(row, width), ranks);
  }
}

}  // namespace smdm
