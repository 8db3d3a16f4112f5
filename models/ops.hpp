/// The element-wise steps of the transformer. On the CPU each is one pass over memory; elsewhere
/// they are ATen expressions of the same formulas. Every row is computed on its own, in a fixed
/// order.
#pragma once

#include <cstdint>

#include <ATen/core/Tensor.h>

namespace smdm {

/// x * rsqrt(mean(x^2) + eps) * weight, row by row. Of bfloat16 rows the normalised number is
/// rounded before it is multiplied, as the transformers library does.
/// @param x       float32 or bfloat16 [N, E], contiguous
/// @param weight  float32 [E]
/// @param type    element type of the result, float32 or bfloat16; x's own if that is bfloat16
[[nodiscard]] at::Tensor rms_norm(const at::Tensor& x,
                                  const at::Tensor& weight,
                                  double eps,
                                  at::ScalarType type);

/// (x - mean(x)) * rsqrt(var(x) + eps) * weight + shift, row by row, in float32 and rounded once.
/// @param x             float32 or bfloat16 [N, E], contiguous; the result has its type
/// @param weight,shift  float32 [E]; an undefined shift adds nothing
[[nodiscard]] at::Tensor layer_norm(const at::Tensor& x,
                                    const at::Tensor& weight,
                                    const at::Tensor& shift,
                                    double eps);

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

/// Queries, keys and values as linear layers give them: views of what is theirs, elements of a head
/// next to each other.
struct Heads {
  at::Tensor query;  ///< [N, G, H / G, hs]
  at::Tensor key;    ///< [N, G, hs]
  at::Tensor value;  ///< [N, G, hs]
};

/// @param qkv  [N, (H + 2 G) hs]: per group its query heads, then its key, then its value
[[nodiscard]] Heads heads_by_group(const at::Tensor& qkv, const HeadShape& shape);

/// @param qkv  [N, (H + 2 G) hs]: all queries, then all keys, then all values
[[nodiscard]] Heads heads_in_turn(const at::Tensor& qkv, const HeadShape& shape);

/// @param q    [N, H hs]
/// @param k,v  [N, G hs]
[[nodiscard]] Heads heads_apart(const at::Tensor& q,
                                const at::Tensor& k,
                                const at::Tensor& v,
                                const HeadShape& shape);

/// What happens to queries and keys before they meet.
struct Rotation {
  at::Tensor cosine;  ///< float32 [N, rotary_elements / 2], of each row's position; likewise `sine`
  at::Tensor sine;
  bool round_products = false;  ///< of bfloat16 heads each product is rounded before it is added
  at::Tensor query_norm;        ///< float32 [hs]: rms_norm() of each head before; or undefined
  at::Tensor key_norm;
  double eps = 0.0;  ///< of these norms
};

/// Rotates queries and keys. @return  new tensors (values may be the ones given)
[[nodiscard]] Projections rotate(const Heads& heads,
                                 const Rotation& rotation,
                                 const HeadShape& shape);

/// silu(gate) * up.
/// @param gate_up  [N, 2 I]: gate, then up
[[nodiscard]] at::Tensor swiglu(const at::Tensor& gate_up);

/// The same of two tensors [N, I].
[[nodiscard]] at::Tensor swiglu(const at::Tensor& gate, const at::Tensor& up);

/// GELU in place. Each row's bits depend on its own numbers alone: ATen's operation on the whole
/// tensor computes the elements behind a thread's last full register otherwise than the others.
/// @param x     float32 or bfloat16 [N, I], contiguous
/// @param form  "none" (erf) or "tanh", as at::gelu_() has it
void gelu(at::Tensor& x, const char* form);

/// Entries of log_softmax(logits), in the logits' type, so that bfloat16 rounds as under autocast.
/// @param logits  [N, V], float32 or bfloat16
/// @param tokens  int64 [N], on the same device; one of V each
/// @return        [N]
[[nodiscard]] at::Tensor token_log_probabilities(const at::Tensor& logits,
                                                 const at::Tensor& tokens);

/// The same in float64 throughout: logits are widened first.
/// @return  float64 [N]
[[nodiscard]] at::Tensor token_log_probabilities_f64(const at::Tensor& logits,
                                                     const at::Tensor& tokens);

}  // namespace smdm
