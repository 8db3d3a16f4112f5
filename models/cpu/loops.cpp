// Compiled several times (see CMakeLists.txt) with SMDM_LEVEL, the name of the instruction set,
// and SMDM_VECTOR_BYTES, the width of its registers. Includes nothing that has inline functions:
// the linker keeps one copy of those, which might be one that this processor cannot run.
#include "models/cpu/loops.hpp"

namespace smdm::cpu {
namespace {

constexpr int kWidth = SMDM_VECTOR_BYTES / 4;
using Vec = float __attribute__((vector_size(SMDM_VECTOR_BYTES)));
using Int = std::int32_t __attribute__((vector_size(SMDM_VECTOR_BYTES)));
using Half = std::uint16_t __attribute__((vector_size(SMDM_VECTOR_BYTES / 2)));
using Word = std::uint32_t __attribute__((vector_size(SMDM_VECTOR_BYTES)));

#define SMDM_INLINE inline __attribute__((always_inline))

SMDM_INLINE Vec load(const float* from) {
  Vec x;
  __builtin_memcpy(&x, from, sizeof x);
  return x;
}

SMDM_INLINE Vec load(const Bf16* from) {
  Half x;
  __builtin_memcpy(&x, from, sizeof x);
  return (Vec)(__builtin_convertvector(x, Word) << 16);
}

/// To the nearest, ties to even; not-a-number stays one.
SMDM_INLINE Word rounded_bits(Vec x) {
  const Word bits = (Word)x;
  const Word nearest = (bits + 0x7fffU + ((bits >> 16) & 1U)) >> 16;
  const Word quiet = (bits >> 16) | 0x40U;
  return x == x ? nearest : quiet;
}

SMDM_INLINE Vec rounded(Vec x, const float*) {
  return x;
}
SMDM_INLINE Vec rounded(Vec x, const Bf16*) {
  return (Vec)(rounded_bits(x) << 16);
}

SMDM_INLINE void store(Vec x, float* to) {
  __builtin_memcpy(to, &x, sizeof x);
}
SMDM_INLINE void store(Vec x, Bf16* to) {
  const Half bits = __builtin_convertvector(rounded_bits(x), Half);
  __builtin_memcpy(to, &bits, sizeof bits);
}

/// The first `count` elements; zeros behind.
template <typename T>
SMDM_INLINE Vec load_part(const T* from, std::int64_t count) {
  T part[kWidth] = {};
  __builtin_memcpy(part, from, static_cast<unsigned long>(count) * sizeof(T));
  return load(part);
}

template <typename T>
SMDM_INLINE void store_part(Vec x, std::int64_t count, T* to) {
  T part[kWidth];
  store(x, part);
  __builtin_memcpy(to, part, static_cast<unsigned long>(count) * sizeof(T));
}

SMDM_INLINE Vec all(float x) {
  return x - Vec{};
}

SMDM_INLINE Int lane_numbers() {
  Int numbers;
  for (int lane = 0; lane < kWidth; ++lane) numbers[lane] = lane;
  return numbers;
}

SMDM_INLINE Vec larger(Vec a, Vec b) {
  return a > b ? a : b;
}

/// Lanes combined in pairs, in a fixed order.
SMDM_INLINE float sum_of(Vec x) {
  float lanes[kWidth];
  store(x, lanes);
  for (int step = kWidth / 2; step > 0; step /= 2) {
    for (int lane = 0; lane < step; ++lane) lanes[lane] += lanes[lane + step];
  }
  return lanes[0];
}

SMDM_INLINE float largest_of(Vec x) {
  float lanes[kWidth];
  store(x, lanes);
  for (int lane = 1; lane < kWidth; ++lane) {
    if (lanes[lane] > lanes[0]) lanes[0] = lanes[lane];
  }
  return lanes[0];
}

/// exp(x) to about one unit in the last place: 2^n times the Taylor series of degree 7 on
/// |r| <= ln(2) / 2. Arguments are kept between -87 and 88, where the result is a normal number.
SMDM_INLINE Vec exponential(Vec x) {
  constexpr float kLog2E = 1.44269504F;
  constexpr float kLn2High = 0.693359375F;  // 9 bits, so that n times it is exact
  constexpr float kLn2Low = -2.12194440e-4F;
  constexpr float kRounding = 12582912.0F;  // 1.5 * 2^23: its last bit counts ones
  x = x < -87.0F ? all(-87.0F) : x;
  x = x > 88.0F ? all(88.0F) : x;
  const Vec shifted = x * kLog2E + kRounding;
  const Vec n = shifted - kRounding;
  const Vec r = (x - n * kLn2High) - n * kLn2Low;
  constexpr float kFactors[] = {1.0F / 720.0F, 1.0F / 120.0F, 1.0F / 24.0F, 1.0F / 6.0F,
                                0.5F,          1.0F,          1.0F};
  Vec sum = all(1.0F / 5040.0F);
#pragma GCC unroll 8
  for (int i = 0; i < 7; ++i) sum = sum * r + kFactors[i];
  const Int power = ((Int)shifted - (Int)all(kRounding) + 127) << 23;
  return sum * (Vec)power;
}

// ---- SwiGLU ---------------------------------------------------------------------------------

template <typename T>
SMDM_INLINE Vec gated(Vec gate, Vec up, const T* type) {
  return rounded(gate / (1.0F + exponential(-gate)), type) * up;
}

template <typename T>
void swiglu(const T* gate_up, std::int64_t width, T* out) {
  std::int64_t i = 0;
  for (; i + kWidth <= width; i += kWidth) {
    store(gated(load(gate_up + i), load(gate_up + width + i), out), out + i);
  }
  if (i == width) return;
  const auto rest = width - i;
  store_part(gated(load_part(gate_up + i, rest), load_part(gate_up + width + i, rest), out), rest,
             out + i);
}

// ---- log-sum-exp ----------------------------------------------------------------------------

constexpr float kLowest = -3.0e38F;

template <typename T>
float maximum_of(const T* x, std::int64_t width) {
  Vec best = all(kLowest);
  std::int64_t i = 0;
  for (; i + kWidth <= width; i += kWidth) best = larger(load(x + i), best);
  if (i < width) {
    best = larger(lane_numbers() < (std::int32_t)(width - i) ? load_part(x + i, width - i) : best,
                  best);
  }
  return largest_of(best);
}

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

// ---- attention ------------------------------------------------------------------------------

constexpr int kTileRows = 6;              // queries whose products stay in registers
constexpr int kTileColumns = 2 * kWidth;  // of two registers each

SMDM_INLINE std::int64_t tiles(std::int64_t columns) {
  return (columns + kTileColumns - 1) / kTileColumns;
}

/// c[m, :] = sum over k of a[m, k] * b[k, :], for one tile of so many registers' width.
template <int kRows, int kRegisters>
SMDM_INLINE void multiply_tile(const float* a,
                               std::int64_t a_stride,
                               const float* b,
                               std::int64_t b_stride,
                               std::int64_t depth,
                               float* c,
                               std::int64_t c_stride) {
  Vec sum[kRows][kRegisters] = {};
  for (std::int64_t k = 0; k < depth; ++k) {
    Vec right[kRegisters];
#pragma GCC unroll 2
    for (std::int64_t n = 0; n < kRegisters; ++n) right[n] = load(b + k * b_stride + n * kWidth);
#pragma GCC unroll 8
    for (int m = 0; m < kRows; ++m) {
#pragma GCC unroll 2
      for (int n = 0; n < kRegisters; ++n) sum[m][n] += a[m * a_stride + k] * right[n];
    }
  }
#pragma GCC unroll 8
  for (int m = 0; m < kRows; ++m) {
#pragma GCC unroll 2
    for (std::int64_t n = 0; n < kRegisters; ++n) store(sum[m][n], c + m * c_stride + n * kWidth);
  }
}

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

SMDM_INLINE float to_float(float x) {
  return x;
}
SMDM_INLINE float to_float(Bf16 x) {
  const std::uint32_t bits = static_cast<std::uint32_t>(x.bits) << 16;
  float value;
  __builtin_memcpy(&value, &bits, sizeof value);
  return value;
}

/// Keys are stored with their dimensions first, so that neighbours in a register are keys.
template <typename T>
void pack(const T* key,
          const T* value,
          std::int64_t stride,
          std::int64_t count,
          std::int64_t first,
          std::int64_t size,
          Scratch& s) {
  for (std::int64_t j = 0; j < count; ++j) {
    const auto column = first + j;
    float* to = s.keys + column / kTileColumns * kTileColumns * size + column % kTileColumns;
    for (std::int64_t d = 0; d < size; ++d) to[d * kTileColumns] = to_float(key[j * stride + d]);
    float* row = s.values + column * s.width;
    for (std::int64_t d = 0; d < size; ++d) row[d] = to_float(value[j * stride + d]);
    for (std::int64_t d = size; d < s.width; ++d) row[d] = 0.0F;
  }
}

/// Scores become exp(score - maximum), zeros behind the keys that are seen. @return their sum
SMDM_INLINE float exponentials(float* scores, std::int64_t seen, std::int64_t columns) {
  const float largest = maximum_of(scores, seen);
  Vec sum{};
  std::int64_t j = 0;
  for (; j + kWidth <= seen; j += kWidth) {
    const Vec e = exponential(load(scores + j) - largest);
    sum += e;
    store(e, scores + j);
  }
  for (; j < columns; j += kWidth) {
    const Vec e = exponential(load(scores + j) - largest);
    const Vec kept = lane_numbers() < (std::int32_t)(seen - j) ? e : all(0.0F);
    sum += kept;
    store(kept, scores + j);
  }
  return sum_of(sum);
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
  const auto keys = row.past + (row.causal ? first + kRows : row.queries);
  std::int64_t columns = 0;
  for (; columns + kWidth < keys; columns += kTileColumns) {
    multiply_tile<kRows, 2>(s.queries, row.size, s.keys + columns * row.size, kTileColumns,
                            row.size, s.scores + columns, s.columns);
  }
  if (columns < keys) {
    multiply_tile<kRows, 1>(s.queries, row.size, s.keys + columns * row.size, kTileColumns,
                            row.size, s.scores + columns, s.columns);
    columns += kWidth;
  }
  float sums[kRows];
  for (int m = 0; m < kRows; ++m) {
    const auto seen = row.causal ? row.past + first + m + 1 : keys;
    sums[m] = exponentials(s.scores + m * s.columns, seen, columns);
  }
  for (std::int64_t d = 0; d < s.width; d += kTileColumns) {
    multiply_tile<kRows, 2>(s.scores, s.columns, s.values + d, s.width, keys, s.out + d, s.width);
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
  const auto keys = row.past + row.queries;
  Scratch s = scratch_for(keys, row.size, memory);
  pack(row.past_key, row.past_value, row.past_stride, row.past, 0, row.size, s);
  pack(row.key, row.value, row.key_stride, row.queries, row.past, row.size, s);
  for (auto column = keys; column < s.columns; ++column) {
    float* to = s.keys + column / kTileColumns * kTileColumns * row.size + column % kTileColumns;
    for (std::int64_t d = 0; d < row.size; ++d) to[d * kTileColumns] = 0.0F;
  }
  for (std::int64_t head = 0; head < row.heads; ++head) {
    std::int64_t i = 0;
    for (; i + kTileRows <= row.queries; i += kTileRows) attend_tile<kTileRows>(row, i, head, s);
    attend_rest<kTileRows - 1>(row, i, head, s);
  }
}

}  // namespace

namespace SMDM_LEVEL {

extern const Loops kLoops;
const Loops kLoops = {.swiglu_f32 = swiglu<float>,
                      .swiglu_bf16 = swiglu<Bf16>,
                      .log_sum_exp_f32 = log_sum_exp<float>,
                      .log_sum_exp_bf16 = log_sum_exp<Bf16>,
                      .attention_scratch = attention_scratch,
                      .attention_f32 = attention<float>,
                      .attention_bf16 = attention<Bf16>};

}  // namespace SMDM_LEVEL
}  // namespace smdm::cpu
