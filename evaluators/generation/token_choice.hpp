/// From logits to tokens: first choices, Gumbel noise, confidences.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "models/language_model.hpp"

namespace at {
class Tensor;
}

namespace smdm {

/// Where the noise over the vocabulary comes from.
struct TokenDraws {
  /// Fills in one uniform of (0, 1) per token.
  /// @param row     of the logits that are being chosen from
  /// @param tokens  ascending
  std::function<void(
      std::int64_t row, std::span<const std::int64_t> tokens, std::span<double> uniforms)>
      uniforms;
  /// Every uniform lies in [margin, 1 - margin]. It bounds the noise, so that draws which cannot
  /// change a choice need not be made; 0 makes them all.
  double margin = 0.0;
};

/// Logits that never choose the mask: its own logit is -infinity where it is a token of the
/// vocabulary. Where it is none, or is -infinity already, the very same tensor.
/// @param logits  [n, V]
[[nodiscard]] at::Tensor without_mask(const at::Tensor& logits, const MaskedDiffusion& diffusion);

/// The same for any ids of the vocabulary. The very same tensor for none.
[[nodiscard]] at::Tensor without_tokens(const at::Tensor& logits,
                                        std::span<const std::int64_t> tokens);

/// @throws Error(checkpoint)  always: the model's logits are no numbers
[[noreturn]] void reject_logits();

/// One token per row: argmax of l - T ln(-ln u), in float64 and with one u per token; the lowest id
/// where several are equal. It is the argmax of exp(l) / (-ln u)^T, the noise of the published
/// samplers; at T = 1 it follows softmax(l). At T = 0 it is the argmax of l and nothing is drawn.
/// @param logits       float32 or bfloat16 [n, V], any device
/// @param temperature  T >= 0
/// @throws Error(checkpoint)  if a row holds NaN, or its largest logit is infinite
[[nodiscard]] std::vector<std::int64_t> choose_tokens(const at::Tensor& logits,
                                                      double temperature,
                                                      const TokenDraws& draws);

/// The log-probability of one token per row under softmax(l), in float64: how sure the model is of
/// it, whatever noise it was chosen with. A row's value depends on that row alone.
/// @param tokens  [n]
[[nodiscard]] std::vector<double> log_confidences(const at::Tensor& logits,
                                                  std::span<const std::int64_t> tokens);

/// A token that may be put at a position, and what is known of the position's distribution.
struct Candidate {
  std::size_t position = 0;
  std::int64_t token = 0;
  double log_confidence = 0.0;  ///< of the token, nats
  double entropy = 0.0;         ///< nats
  double best = 0.0;            ///< the largest probability
  double second = 0.0;          ///< the largest but one
};

/// The `count` candidates of highest confidence, highest first; of equal ones, the earlier in
/// `candidates` goes first. All of them, ordered so, if they are fewer.
[[nodiscard]] std::vector<Candidate> most_confident(std::vector<Candidate> candidates,
                                                    std::size_t count);

/// @throws std::invalid_argument  if a temperature is negative or not finite
void check_temperature(double temperature);

}  // namespace smdm
