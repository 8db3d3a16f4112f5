/// Loops over plain memory whose speed depends on the processor's vector instructions. They are
/// compiled once for each level of the x86-64 architecture (once elsewhere), and the best one that
/// the processor has is taken. Every row is computed on its own, in an order that depends on
/// nothing but its length.
#pragma once

#include <cstdint>

namespace smdm::cpu {

/// The upper half of a float's bits.
struct Bf16 {
  std::uint16_t bits;
};

/// Attention of one row's queries of one head group. Element (i, h, d) of queries and out lies at
/// i * stride + h * size + d, (j, d) of keys and values at j * stride + d.
template <typename T>
struct AttentionRow {
  const T* query;  ///< of the group's first head
  std::int64_t query_stride;
  std::int64_t queries;
  std::int64_t heads;  ///< that share the keys
  std::int64_t size;   ///< of a head

  /// Keys and values that stand before the row's own, which are as many as the queries.
  const T* past_key;
  const T* past_value;
  std::int64_t past_stride;
  std::int64_t past;
  /// Those that stand behind them, with the stride of the past; none of a causal row.
  const T* behind_key = nullptr;
  const T* behind_value = nullptr;
  std::int64_t behind = 0;
  const T* key;
  const T* value;
  std::int64_t key_stride;

  bool causal;  ///< whether query i sees past + i + 1 keys, else all
  T* out;
  std::int64_t out_stride;
};

/// A linear layer on few rows: out[m, o] = bias[o] + sum over k of x[m, k] * weight[o, k].
template <typename T>
struct FewRows {
  const float* x;  ///< [rows, depth]
  std::int64_t rows;
  std::int64_t depth;
  const T* weight;    ///< [outputs, depth]
  const float* bias;  ///< [outputs], or null
  T* out;             ///< [rows, outputs]
  std::int64_t outputs;
};

struct Loops {
  /// out[i] = silu(gate[i]) * up[i], the first factor rounded to the type as well.
  void (*swiglu_f32)(const float* gate, const float* up, std::int64_t width, float* out);
  void (*swiglu_bf16)(const Bf16* gate, const Bf16* up, std::int64_t width, Bf16* out);

  /// log(sum(exp(x))) - max(x) and the maximum, in float32.
  void (*log_sum_exp_f32)(const float* x, std::int64_t width, float* maximum, float* log_sum);
  void (*log_sum_exp_bf16)(const Bf16* x, std::int64_t width, float* maximum, float* log_sum);

  /// The same in float64: exponentials, their sum and its logarithm.
  void (*log_sum_exp_f32_f64)(const float* x, std::int64_t width, float* maximum, double* log_sum);
  void (*log_sum_exp_bf16_f64)(const Bf16* x, std::int64_t width, float* maximum, double* log_sum);

  /// The place of the largest number, the first of several; of the first that is not a number where
  /// there is one.
  std::int64_t (*largest_f32)(const float* x, std::int64_t width);
  std::int64_t (*largest_bf16)(const Bf16* x, std::int64_t width);

  /// Floats of scratch memory, aligned to 64 bytes, that attention on so many keys needs.
  std::int64_t (*attention_scratch)(std::int64_t keys, std::int64_t size);
  /// softmax(q k / sqrt(size)) v, computed in float32.
  void (*attention_f32)(const AttentionRow<float>& row, float* scratch);
  void (*attention_bf16)(const AttentionRow<Bf16>& row, float* scratch);

  /// Outputs begin .. end - 1 of the layer, in float32 and rounded once. Weights are read once for
  /// all rows; an output's bits depend on its own row and weights alone.
  void (*few_rows_f32)(const FewRows<float>& layer, std::int64_t begin, std::int64_t end);
  void (*few_rows_bf16)(const FewRows<Bf16>& layer, std::int64_t begin, std::int64_t end);
};

}  // namespace smdm::cpu
