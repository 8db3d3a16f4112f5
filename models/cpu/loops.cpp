// SwiGLU, log-sum-exp, attention and products of few rows on vector registers, each row in an order
// of its own length. Compiled several times (see CMakeLists.txt) with SMDM_LEVEL, the name of the
// instruction set, and SMDM_VECTOR_BYTES. Includes nothing that has inline functions of external
// linkage.
#include "models/cpu/loops.hpp"

#include "models/cpu/attention_loops.hpp"
#include "models/cpu/vectors.hpp"

namespace smdm::cpu {
namespace {

// ---- SwiGLU ---------------------------------------------------------------------------------

template <typename T>
SMDM_INLINE Vec gated(Vec gate, Vec up, const T* type) {
  return rounded(gate / (1.0F + exponential(-gate)), type) * up;
}

template <typename T>
void swiglu(const T* gate, const T* up, std::int64_t width, T* out) {
  std::int64_t i = 0;
  for (; i + kWidth <= width; i += kWidth) {
    store(gated(load(gate + i), load(up + i), out), out + i);
  }
  if (i == width) return;
  const auto rest = width - i;
  store_part(gated(load_part(gate + i, rest), load_part(up + i, rest), out), rest, out + i);
}

// ---- log-sum-exp ----------------------------------------------------------------------------

template <typename T>
void log_sum_exp(const T* x, std::int64_t width, float* maximum, float* log_sum) {
  const float largest = maximum_of(x, width);
  Vec sum{};
  std::int64_t i = 0;
  for (; i + kWidth <= width; i += kWidth) sum += exponential(load(x + i) - largest);
  if (i < width) {
    const Vec part = exponential(load_part(x + i, width - i) - largest);
    sum += lane_numbers() < (std::int32_t)(width - i) ? part : all(0.0F);
  }
  *maximum = largest;
  *log_sum = __builtin_logf(sum_of(sum));
}

template <typename T>
void log_sum_exp_f64(const T* x, std::int64_t width, float* maximum, double* log_sum) {
  const float largest = maximum_of(x, width);
  Wide sum{};
  std::int64_t i = 0;
  for (; i + kWidth <= width; i += kWidth) {
    const WidePair part = widened(load(x + i));
    sum += exponential(part.low - static_cast<double>(largest));
    sum += exponential(part.high - static_cast<double>(largest));
  }
  if (i < width) {
    const Vec seen = lane_numbers() < (std::int32_t)(width - i) ? all(1.0F) : all(0.0F);
    const WidePair kept = widened(seen);
    const WidePair part = widened(load_part(x + i, width - i));
    sum += kept.low * exponential(part.low - static_cast<double>(largest));
    sum += kept.high * exponential(part.high - static_cast<double>(largest));
  }
  *maximum = largest;
  *log_sum = __builtin_log(sum_of(sum));
}

// ---- the largest number ---------------------------------------------------------------------

/// The place of the largest number, the first of several; of the first that is not a number where
/// there is one.
template <typename T>
std::int64_t place_of_largest(const T* x, std::int64_t width) {
  const auto first_where = [&](auto found) __attribute__((always_inline)) {
    std::int64_t i = 0;
    for (; i + kWidth <= width && !any(found(load(x + i))); i += kWidth) {
    }
    while (i < width && !any(found(all(to_float(x[i]))))) ++i;
    return i;
  };
  const float largest = maximum_of(x, width);
  Int odd{};
  std::int64_t i = 0;
  for (; i + kWidth <= width; i += kWidth) odd |= load(x + i) != load(x + i);
  for (; i < width; ++i) odd |= all(to_float(x[i])) != all(to_float(x[i]));
  if (any(odd)) return first_where([](Vec v) { return v != v; });
  auto place = first_where([&](Vec v) { return v == largest; });
  if (place < width) return place;
  place = 0;  // all are below kLowest
  for (i = 1; i < width; ++i) {
    if (to_float(x[i]) > to_float(x[place])) place = i;
  }
  return place;
}

// ---- linear layers on few rows --------------------------------------------------------------

constexpr int kFewRows = 4;                          // rows whose sums stay in registers
constexpr int kFewOutputs = SMDM_VECTOR_BYTES / 16;  // and outputs: a quarter of the registers

/// How far ahead of a product its weights are asked for, in bytes. By itself the processor starts
/// anew at each row of weights, which is hardly longer than what it takes to see a pattern.
constexpr std::int64_t kAhead = 8192;

enum class Fetch : std::uint8_t { no, ahead };

/// Sums of some rows and outputs, each in the order of its own terms.
template <int kRows, int kOutputs, Fetch kFetch, typename T>
SMDM_INLINE void few_tile(const FewRows<T>& layer, std::int64_t row, std::int64_t output) {
  const float* x = layer.x + row * layer.depth;
  const T* weight = layer.weight + output * layer.depth;
  Vec sum[kRows][kOutputs] = {};
  const auto add = [&](std::int64_t k, auto load_at) __attribute__((always_inline)) {
    Vec right[kOutputs];
#pragma GCC unroll 4
    for (int n = 0; n < kOutputs; ++n) {
      const T* from = weight + n * layer.depth + k;
      if constexpr (kFetch == Fetch::ahead)
        __builtin_prefetch(reinterpret_cast<const char*>(from) + kAhead, 0, 2);
      right[n] = load_at(from);
    }
#pragma GCC unroll 4
    for (int m = 0; m < kRows; ++m) {
      const Vec left = load_at(x + m * layer.depth + k);
#pragma GCC unroll 4
      for (int n = 0; n < kOutputs; ++n) sum[m][n] = fused(left, right[n], sum[m][n]);
    }
  };
  std::int64_t k = 0;
  for (; k + kWidth <= layer.depth; k += kWidth)
    add(k, [](const auto* from) { return load(from); });
  if (const auto rest = layer.depth - k; rest > 0)
    add(k, [&](const auto* from) { return load_part(from, rest); });
  const Vec bias = layer.bias == nullptr ? Vec{} : load_part(layer.bias + output, kOutputs);
#pragma GCC unroll 4
  for (int m = 0; m < kRows; ++m)
    store_part(sums_of<kOutputs>(sum[m]) + bias, kOutputs,
               layer.out + (row + m) * layer.outputs + output);
}

/// The rows behind the last full tile.
template <int kRows, int kOutputs, Fetch kFetch, typename T>
SMDM_INLINE void few_rest(const FewRows<T>& layer, std::int64_t row, std::int64_t output) {
  if constexpr (kRows > 0) {
    if (layer.rows - row == kRows) return few_tile<kRows, kOutputs, kFetch>(layer, row, output);
    few_rest<kRows - 1, kOutputs, kFetch>(layer, row, output);
  }
}

template <int kOutputs, typename T>
SMDM_INLINE void few_outputs(const FewRows<T>& layer, std::int64_t output) {
  if (layer.rows < kFewRows)
    return few_rest<kFewRows - 1, kOutputs, Fetch::ahead>(layer, 0, output);
  few_tile<kFewRows, kOutputs, Fetch::ahead>(layer, 0, output);
  std::int64_t row = kFewRows;
  for (; row + kFewRows <= layer.rows; row += kFewRows)
    few_tile<kFewRows, kOutputs, Fetch::no>(layer, row, output);
  few_rest<kFewRows - 1, kOutputs, Fetch::no>(layer, row, output);
}

template <typename T>
void few_rows(const FewRows<T>& layer, std::int64_t begin, std::int64_t end) {
  auto output = begin;
  for (; output + kFewOutputs <= end; output += kFewOutputs)
    few_outputs<kFewOutputs>(layer, output);
  for (; output < end; ++output) few_outputs<1>(layer, output);
}

}  // namespace

namespace SMDM_LEVEL {

extern const Loops kLoops;
const Loops kLoops = {.swiglu_f32 = swiglu<float>,
                      .swiglu_bf16 = swiglu<Bf16>,
                      .log_sum_exp_f32 = log_sum_exp<float>,
                      .log_sum_exp_bf16 = log_sum_exp<Bf16>,
                      .log_sum_exp_f32_f64 = log_sum_exp_f64<float>,
                      .log_sum_exp_bf16_f64 = log_sum_exp_f64<Bf16>,
                      .largest_f32 = place_of_largest<float>,
                      .largest_bf16 = place_of_largest<Bf16>,
                      .attention_scratch = attention_scratch,
                      .attention_f32 = attention<float>,
                      .attention_bf16 = attention<Bf16>,
                      .few_rows_f32 = few_rows<float>,
                      .few_rows_bf16 = few_rows<Bf16>};

}  // namespace SMDM_LEVEL
}  // namespace smdm::cpu
