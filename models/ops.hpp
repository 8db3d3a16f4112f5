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

/// x += more, in x's type.
/// @param x     float32 or bfloat16 [N, E], contiguous
/// @param more  of either type, of x's shape, contiguous
void add(at::Tensor& x, const at::Tensor& more);

/// The token of each row's largest logit, the lowest id where several are equal; of a row with NaN,
/// one whose logit is NaN.
/// @param logits  [N, V]
/// @return        int64 [N], on the same device
[[nodiscard]] at::Tensor likeliest_tokens(const at::Tensor& logits);

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
