// SwiGLU, log-sum-exp and attention on vector registers, each row in an order of its own length.
// Compiled several times (see CMakeLists.txt) with SMDM_LEVEL, the name of the instruction set,
// and SMDM_VECTOR_BYTES. Includes nothing that has inline functions of external linkage.
#include "models/cpu/loops.hpp"

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

// ---- attention ------------------------------------------------------------------------------

/// The memory of one row's attention.
struct Scratch {
  std::int64_t columns;  ///< keys, up to whole tiles
  std::int64_t width;    ///< head size, up to whole tiles
  float* keys;           ///< per tile of keys: [size, kTileColumns]
  float* values;         ///< [keys, width]
  float* queries;        ///< [kTileRows, size]
  float* scores;         ///< [kTileRows, columns]
  float* out;            ///< [kTileRows, width]
};

SMDM_INLINE Scratch scratch_for(std::int64_t keys, std::int64_t size, float* memory) {
  Scratch s{};
  s.columns = tiles(keys) * kTileColumns;
  s.width = tiles(size) * kTileColumns;
  s.keys = memory;
  s.values = s.keys + s.columns * size;
  s.scores = s.values + keys * s.width;
  s.out = s.scores + kTileRows * s.columns;
  s.queries = s.out + kTileRows * s.width;
  return s;
}

std::int64_t attention_scratch(std::int64_t keys, std::int64_t size) {
  const auto columns = tiles(keys) * kTileColumns;
  const auto width = tiles(size) * kTileColumns;
  return columns * size + keys * width + kTileRows * (columns + width + size);
}

/// Where the dimensions of a key lie, kTileColumns apart: first, so that neighbours in a register
/// are keys.
SMDM_INLINE float* packed_key(const Scratch& s, std::int64_t column, std::int64_t size) {
  return s.keys + column / kTileColumns * kTileColumns * size + column % kTileColumns;
}

template <typename T>
SMDM_INLINE void pack_key(const T* key, std::int64_t first, std::int64_t size, float* to) {
  for (auto d = first; d < size; ++d) to[d * kTileColumns] = to_float(key[d]);
}

/// As many keys as a register has lanes.
template <typename T>
void pack_keys(const T* key, std::int64_t stride, std::int64_t size, float* to) {
  std::int64_t d = 0;
  for (; d + kWidth <= size; d += kWidth) {
    Vec square[kWidth];
#pragma GCC unroll 16
    for (int j = 0; j < kWidth; ++j) square[j] = load(key + j * stride + d);
    transpose(square);
#pragma GCC unroll 16
    for (int i = 0; i < kWidth; ++i) store(square[i], to + (d + i) * kTileColumns);
  }
  for (int j = 0; j < kWidth; ++j) pack_key(key + j * stride, d, size, to + j);
}

template <typename T>
void pack_value(const T* value, std::int64_t size, std::int64_t width, float* to) {
  std::int64_t d = 0;
  for (; d + kWidth <= size; d += kWidth) store(load(value + d), to + d);
  for (; d < size; ++d) to[d] = to_float(value[d]);
  for (; d < width; ++d) to[d] = 0.0F;
}

/// Copies `count` keys and values to columns first, first + 1, ...
template <typename T>
void pack(const T* key,
          const T* value,
          std::int64_t stride,
          std::int64_t count,
          std::int64_t first,
          std::int64_t size,
          Scratch& s) {
  for (std::int64_t j = 0; j < count;) {
    const auto column = first + j;
    const bool full = column % kWidth == 0 && j + kWidth <= count;
    if (full) {
      pack_keys(key + j * stride, stride, size, packed_key(s, column, size));
    } else {
      pack_key(key + j * stride, 0, size, packed_key(s, column, size));
    }
    j += full ? kWidth : 1;
  }
  for (std::int64_t j = 0; j < count; ++j)
    pack_value(value + j * stride, size, s.width, s.values + (first + j) * s.width);
}

/// Up to kTileRows queries of one head.
template <int kRows, typename T>
void attend_tile(const AttentionRow<T>& row, std::int64_t first, std::int64_t head, Scratch& s) {
  const float scale = 1.0F / __builtin_sqrtf(static_cast<float>(row.size));
  for (int m = 0; m < kRows; ++m) {
    const T* from = row.query + (first + m) * row.query_stride + head * row.size;
    for (std::int64_t d = 0; d < row.size; ++d)
      s.queries[m * row.size + d] = to_float(from[d]) * scale;
  }
  const auto keys = row.past + (row.causal ? first + kRows : row.queries + row.behind);
  const Left queries{.data = s.queries, .row = row.size, .column = 1};
  const Left scores{.data = s.scores, .row = s.columns, .column = 1};
  std::int64_t columns = 0;
  for (; columns + kWidth < keys; columns += kTileColumns) {
    multiply_tile<kRows, 2>(queries, s.keys + columns * row.size, kTileColumns, row.size,
                            s.scores + columns, s.columns);
  }
  if (columns < keys) {
    multiply_tile<kRows, 1>(queries, s.keys + columns * row.size, kTileColumns, row.size,
                            s.scores + columns, s.columns);
    columns += kWidth;
  }
  float sums[kRows];
  for (int m = 0; m < kRows; ++m) {
    const auto seen = row.causal ? row.past + first + m + 1 : keys;
    sums[m] = exponentials(s.scores + m * s.columns, seen, columns);
  }
  for (std::int64_t d = 0; d < s.width; d += kTileColumns) {
    multiply_tile<kRows, 2>(scores, s.values + d, s.width, keys, s.out + d, s.width);
  }
  for (int m = 0; m < kRows; ++m) {
    T* to = row.out + (first + m) * row.out_stride + head * row.size;
    const float* from = s.out + m * s.width;
    std::int64_t d = 0;
    for (; d + kWidth <= row.size; d += kWidth) store(load(from + d) / sums[m], to + d);
    if (d < row.size) store_part(load(from + d) / sums[m], row.size - d, to + d);
  }
}

/// The last queries, fewer than a full tile.
template <int kRows, typename T>
void attend_rest(const AttentionRow<T>& row, std::int64_t first, std::int64_t head, Scratch& s) {
  if constexpr (kRows > 0) {
    if (row.queries - first == kRows) return attend_tile<kRows>(row, first, head, s);
    attend_rest<kRows - 1>(row, first, head, s);
  }
}

template <typename T>
void attention(const AttentionRow<T>& row, float* memory) {
  const auto keys = row.past + row.queries + row.behind;
  Scratch s = scratch_for(keys, row.size, memory);
  pack(row.past_key, row.past_value, row.past_stride, row.past, 0, row.size, s);
  pack(row.key, row.value, row.key_stride, row.queries, row.past, row.size, s);
  pack(row.behind_key, row.behind_value, row.past_stride, row.behind, row.past + row.queries,
       row.size, s);
  for (auto column = keys; column < s.columns; ++column) {
    float* to = packed_key(s, column, row.size);
    for (std::int64_t d = 0; d < row.size; ++d) to[d * kTileColumns] = 0.0F;
  }
  for (std::int64_t head = 0; head < row.heads; ++head) {
    std::int64_t i = 0;
    for (; i + kTileRows <= row.queries; i += kTileRows) attend_tile<kTileRows>(row, i, head, s);
    attend_rest<kTileRows - 1>(row, i, head, s);
  }
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
