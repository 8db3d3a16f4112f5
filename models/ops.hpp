/// The element-wise steps of the transformer. On the CPU each is one pass over memory; elsewhere
/// they are ATen expressions of the same formulas. Every row is computed on its own, in a fixed
/// order.
#pragma once

#include <cstdint>

#include <ATen/core/Tensor.h>

namespace smdm {

/// x * rsqrt(mean(x^2) + eps) * weight, row by row.
/// @param x       float32 [N, E], contiguous
/// @param weight  float32 [E]
/// @param type    element type of the result, float32 or bfloat16
[[nodiscard]] at::Tensor rms_norm(const at::Tensor& x,
                                  const at::Tensor& weight,
                                  double eps,
                                  at::ScalarType type);

/// The shape of one attention layer's heads.
struct HeadShape {
  std::int64_t heads = 0;            ///< H, query heads
  std::int64_t groups = 0;           ///< G, key/value heads
  std::int64_t head_size = 0;        ///< hs
  std::int64_t rotary_elements = 0;  ///< the first so many dimensions of a head rotate, in halves
};

struct Projections {
  at::Tensor query;  ///< [N, H, hs], rotated
  at::Tensor key;    ///< [N, G, hs], rotated
  at::Tensor value;  ///< [N, G, hs]
};

/// Splits the joint projection and rotates queries and keys.
/// @param qkv     [N, (H + 2 G) hs]: per group its query heads, then its key, then its value
/// @param cosine  float32 [N, rotary_elements / 2], of each row's position; likewise `sine`
[[nodiscard]] Projections split_and_rotate(const at::Tensor& qkv,
                                           const at::Tensor& cosine,
                                           const at::Tensor& sine,
                                           const HeadShape& shape);

/// silu(gate) * up.
/// @param gate_up  [N, 2 I]: gate, then up
[[nodiscard]] at::Tensor swiglu(const at::Tensor& gate_up);

/// Entries of log_softmax(logits), in the logits' type, so that bfloat16 rounds as under autocast.
/// @param logits  [N, V], float32 or bfloat16
/// @param tokens  int64 [N], on the same device; one of V each
/// @return        [N]
[[nodiscard]] at::Tensor token_log_probabilities(const at::Tensor& logits,
                                                 const at::Tensor& tokens);

}  // namespace smdm
