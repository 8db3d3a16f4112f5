/// The loops of training over plain memory: one row each, computed on its own in an order that
/// depends on nothing but its length. Like those of models/cpu they are compiled once for each
/// level of the x86-64 architecture, and the best one that the processor has is taken.
#pragma once

#include <cstdint>

#include "models/cpu/loops.hpp"

namespace smdm::training::cpu {

using smdm::cpu::Bf16;

/// The joint projection of one token: per group its query heads, its key, its value.
struct HeadLayout {
  std::int64_t groups;
  std::int64_t per_group;  ///< query heads that share a key
  std::int64_t size;       ///< of a head
  std::int64_t half;       ///< the first 2 * half dimensions of a head rotate
};

/// Attention of one row of tokens and one group of heads, backwards. Token i's queries lie at
/// qkv + i * stride, then its key, then its value; gradients are laid out alike.
template <typename T>
struct AttentionGradient {
  const T* qkv;
  T* d_qkv;
  std::int64_t stride;
  const T* d_out;  ///< [tokens, heads of the group, size], rows out_stride apart
  std::int64_t out_stride;
  std::int64_t tokens;
  std::int64_t heads;  ///< that share the key
  std::int64_t size;   ///< of a head
  bool causal;
};

/// One step of AdamW (Loshchilov and Hutter 2019, arXiv:1711.05101).
struct AdamStep {
  float gradient_scale;  ///< gradients are multiplied by it first
  float learning_rate;
  float beta_1;
  float beta_2;
  float epsilon;
  float decay;         ///< lambda: parameters shrink by learning_rate * decay
  float correction_1;  ///< 1 - beta_1^step
  float correction_2;
};

/// Loops over activations of one element type.
template <typename T>
struct TypedLoops {
  /// sum = x + added, normed = sum * scale * weight, scale = 1 / sqrt(mean(sum^2) + eps).
  /// @param added  null: sum is not written, x is normed
  void (*add_norm)(const float* x,
                   const T* added,
                   const float* weight,
                   float eps,
                   std::int64_t width,
                   float* sum,
                   T* normed,
                   float* scale);

  /// Adds to d_x what the norm of x passes back, and to d_weight; rounded_d_x is the new d_x.
  void (*norm_gradient)(const T* d_normed,
                        const float* x,
                        float scale,
                        const float* weight,
                        std::int64_t width,
                        float* d_x,
                        T* rounded_d_x,
                        float* d_weight);

  /// @param gate_up  gate, then up, `width` each
  void (*swiglu_gradient)(const T* gate_up, const T* d_out, std::int64_t width, T* d_gate_up);

  /// Rotates a token's queries and keys in place, by the angles or back.
  void (*rotate)(
      T* qkv, const float* cosine, const float* sine, bool back, const HeadLayout& heads);

  /// -log softmax(logits)[target], in nats. The logits become its gradient times `weight`.
  float (*cross_entropy)(T* logits, std::int64_t width, std::int64_t target, float weight);

  /// Writes the gradients of queries, keys and values.
  /// @param scratch  as many floats as attention_scratch says
  void (*attention_gradient)(const AttentionGradient<T>& row, float* scratch);
};

struct Loops {
  TypedLoops<float> f32;
  TypedLoops<Bf16> bf16;

  std::int64_t (*attention_scratch)(std::int64_t tokens, std::int64_t size);

  void (*adamw)(const AdamStep& step,
                const float* gradient,
                std::int64_t count,
                float* parameter,
                float* first,
                float* second);
  void (*round)(const float* from, std::int64_t count, Bf16* to);
  double (*sum_of_squares)(const float* x, std::int64_t count);
};

/// The best compilation that this processor can run.
[[nodiscard]] const Loops& loops();

}  // namespace smdm::training::cpu
