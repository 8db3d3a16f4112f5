/// The steps of a training pass that are no matrix products, forwards and backwards, each one pass
/// over memory. Rows are handed to threads; no number depends on how.
///
/// x and its gradients are float32 [N, E]; what matrix products read or write has the compute type
/// T, float32 or bfloat16. All tensors are contiguous and on the CPU.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <ATen/core/Tensor.h>

#include "models/packed_rows.hpp"
#include "models/rotary.hpp"
#include "training/cpu/loops.hpp"

namespace smdm::training {

struct Normed {
  at::Tensor sum;     ///< float32 [N, E]: x, or x plus what was added
  at::Tensor normed;  ///< T [N, E]
  at::Tensor scale;   ///< float32 [N]: 1 / sqrt(mean(sum^2) + eps)
};

/// RMSNorm of x + added. @param added  T [N, E], or undefined
[[nodiscard]] Normed add_norm(const at::Tensor& x,
                              const at::Tensor& added,
                              const at::Tensor& weight,
                              double eps,
                              at::ScalarType type);

/// Adds what a norm passes back to d_x and to d_weight. @return d_x in T
[[nodiscard]] at::Tensor norm_gradient(const at::Tensor& d_normed,
                                       const Normed& forward,
                                       const at::Tensor& weight,
                                       at::Tensor& d_x,
                                       const at::Tensor& d_weight);

/// @param gate_up  T [N, 2 I] @param d_out  T [N, I] @return T [N, 2 I]
[[nodiscard]] at::Tensor swiglu_gradient(const at::Tensor& gate_up, const at::Tensor& d_out);

/// Rotates queries and keys of a joint projection in place.
/// @param positions  [N]: of every token in its row
/// @param back       by the negative angles: the gradient of the rotation
void rotate(at::Tensor& qkv,
            const RotaryTables& tables,
            std::span<const std::int64_t> positions,
            const cpu::HeadLayout& heads,
            bool back);

/// @param qkv  T [N, (H + 2 G) hs], rotated @return T [N, H hs]
[[nodiscard]] at::Tensor attention(const at::Tensor& qkv,
                                   const PackedRows& rows,
                                   const cpu::HeadLayout& heads,
                                   bool causal);

/// @return T, gradient of the rotated qkv
[[nodiscard]] at::Tensor attention_gradient(const at::Tensor& qkv,
                                            const at::Tensor& d_out,
                                            const PackedRows& rows,
                                            const cpu::HeadLayout& heads,
                                            bool causal);

/// Cross entropies in nats; logits become the gradient of sum(weights * losses).
/// @param logits  T [W, V] @param losses  receives W numbers
void cross_entropy(at::Tensor& logits,
                   std::span<const std::int64_t> targets,
                   std::span<const float> weights,
                   std::span<float> losses);

/// Adds row n of d_x to row ids[n] of d_embedding, in the order of n.
void embedding_gradient(std::span<const std::int64_t> ids,
                        const at::Tensor& d_x,
                        const at::Tensor& d_embedding);

}  // namespace smdm::training
