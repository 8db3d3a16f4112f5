/// Vector registers of one level of the architecture, for files that are compiled once per level
/// with SMDM_VECTOR_BYTES, the width of its registers. Everything has internal linkage: the linker
/// keeps one copy of other inline functions, which might be one that this processor cannot run.
#pragma once

#include <cstdint>

#if defined(__FMA__)
#include <immintrin.h>
#endif

#include "models/cpu/loops.hpp"

namespace smdm::cpu {
namespace {

constexpr int kWidth = SMDM_VECTOR_BYTES / 4;
using Vec = float __attribute__((vector_size(SMDM_VECTOR_BYTES)));
using Int = std::int32_t __attribute__((vector_size(SMDM_VECTOR_BYTES)));
using Half = std::uint16_t __attribute__((vector_size(SMDM_VECTOR_BYTES / 2)));
using Word = std::uint32_t __attribute__((vector_size(SMDM_VECTOR_BYTES)));

/// Half as many numbers, in float64.
using Wide = double __attribute__((vector_size(SMDM_VECTOR_BYTES)));
using WideInt = std::int64_t __attribute__((vector_size(SMDM_VECTOR_BYTES)));

#define SMDM_INLINE inline __attribute__((always_inline))

SMDM_INLINE Vec load(const float* from) {
  Vec x;
  __builtin_memcpy(&x, from, sizeof x);
  return x;
}

SMDM_INLINE Vec load(const Bf16* from) {
  Half x;
  __builtin_memcpy(&x, from, sizeof x);
  // Said outright where there is an instruction: GCC 12 widens each half of the register.
#if defined(__AVX512F__) && SMDM_VECTOR_BYTES == 64
  const auto wide = (Word)_mm512_maskz_cvtepu16_epi32(0xffff, (__m256i)x);
#elif defined(__AVX2__) && SMDM_VECTOR_BYTES == 32
  const auto wide = (Word)_mm256_cvtepu16_epi32((__m128i)x);
#else
  const auto wide = __builtin_convertvector(x, Word);
#endif
  return (Vec)(wide << 16);
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

/// a * b + c, rounded once wherever the level has such an instruction, and never where it has not.
/// Said outright: left to the compiler (-ffp-contract), the same line is fused in one copy of an
/// inlined function and not in another, and a query's bits depend on the size of its tile.
SMDM_INLINE Vec fused(Vec a, Vec b, Vec c) {
#if defined(__AVX512F__) && SMDM_VECTOR_BYTES == 64
  return (Vec)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
#elif defined(__FMA__) && SMDM_VECTOR_BYTES == 32
  return (Vec)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
#else
  return a * b + c;
#endif
}

SMDM_INLINE Wide fused(Wide a, Wide b, Wide c) {
#if defined(__AVX512F__) && SMDM_VECTOR_BYTES == 64
  return (Wide)_mm512_fmadd_pd((__m512d)a, (__m512d)b, (__m512d)c);
#elif defined(__FMA__) && SMDM_VECTOR_BYTES == 32
  return (Wide)_mm256_fmadd_pd((__m256d)a, (__m256d)b, (__m256d)c);
#else
  return a * b + c;
#endif
}

struct WidePair {
  Wide low;
  Wide high;
};

SMDM_INLINE WidePair widened(Vec x) {
  using Part = float __attribute__((vector_size(SMDM_VECTOR_BYTES / 2)));
  Part parts[2];
  __builtin_memcpy(parts, &x, sizeof x);
  return {.low = __builtin_convertvector(parts[0], Wide),
          .high = __builtin_convertvector(parts[1], Wide)};
}

SMDM_INLINE Vec larger(Vec a, Vec b) {
  return a > b ? a : b;
}

/// Whether a comparison holds in any lane.
SMDM_INLINE bool any(Int holds) {
  std::int32_t lanes[kWidth];
  __builtin_memcpy(lanes, &holds, sizeof lanes);
  bool found = false;
  for (const auto lane : lanes) found = found || lane != 0;
  return found;
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

/// The numbers 0, 1, ... as arguments of a template.
template <int... kLane>
struct Lanes {};
template <int kCount, int... kLane>
struct LanesTo : LanesTo<kCount - 1, kCount - 1, kLane...> {};
template <int... kLane>
struct LanesTo<0, kLane...> {
  using Type = Lanes<kLane...>;
};
using AllLanes = LanesTo<kWidth>::Type;

/// Of the runs of kStep lanes the even ones: a's where they are, b's moved up into odd places.
template <int kStep, int... kLane>
SMDM_INLINE Vec even_runs(Vec a, Vec b, Lanes<kLane...>) {
  return __builtin_shufflevector(a, b,
                                 (kLane / kStep % 2 == 0 ? kLane : kWidth + kLane - kStep)...);
}
/// The odd ones: a's moved down into even places, b's where they are.
template <int kStep, int... kLane>
SMDM_INLINE Vec odd_runs(Vec a, Vec b, Lanes<kLane...>) {
  return __builtin_shufflevector(a, b,
                                 (kLane / kStep % 2 == 0 ? kLane + kStep : kWidth + kLane)...);
}

/// The square of kWidth registers, mirrored at its diagonal: halves change places, then their
/// halves, down to single lanes.
template <int kStep = kWidth / 2>
SMDM_INLINE void transpose(Vec (&x)[kWidth]) {
#pragma GCC unroll 16
  for (int i = 0; i < kWidth; ++i) {
    if (i / kStep % 2 != 0) continue;
    const Vec a = x[i];
    const Vec b = x[i + kStep];
    x[i] = even_runs<kStep>(a, b, AllLanes{});
    x[i + kStep] = odd_runs<kStep>(a, b, AllLanes{});
  }
  if constexpr (kStep > 1) transpose<kStep / 2>(x);
}

/// In a and b end to end, each run of kStep lanes added to the one before it.
template <int kStep, int... kLane>
SMDM_INLINE Vec paired_sums(Vec a, Vec b, Lanes<kLane...>) {
  return __builtin_shufflevector(a, b, (kLane / kStep * 2 * kStep + kLane % kStep)...) +
         __builtin_shufflevector(a, b, (kLane / kStep * 2 * kStep + kLane % kStep + kStep)...);
}

/// sum_of() of so many registers, in lanes 0 .. kCount - 1: the same additions in the same order.
template <int kCount, int kStep = kWidth / 2>
SMDM_INLINE Vec sums_of(const Vec (&x)[kCount]) {
  constexpr int kPairs = (kCount + 1) / 2;
  Vec halves[kPairs];
#pragma GCC unroll 8
  for (int i = 0; i < kPairs; ++i) {
    const Vec b = x[2 * i + 1 < kCount ? 2 * i + 1 : 2 * i];
    halves[i] = paired_sums<kStep>(x[2 * i], b, AllLanes{});
  }
  if constexpr (kStep == 1) {
    static_assert(kPairs == 1);
    return halves[0];
  } else {
    return sums_of<kPairs, kStep / 2>(halves);
  }
}

SMDM_INLINE double sum_of(Wide x) {
  constexpr int kLanes = kWidth / 2;
  double lanes[kLanes];
  __builtin_memcpy(lanes, &x, sizeof x);
  for (int step = kLanes / 2; step > 0; step /= 2) {
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
  const Vec shifted = fused(x, all(kLog2E), all(kRounding));
  const Vec n = shifted - kRounding;
  const Vec r = fused(-n, all(kLn2Low), fused(-n, all(kLn2High), x));
  constexpr float kFactors[] = {1.0F / 720.0F, 1.0F / 120.0F, 1.0F / 24.0F, 1.0F / 6.0F,
                                0.5F,          1.0F,          1.0F};
  Vec sum = all(1.0F / 5040.0F);
#pragma GCC unroll 8
  for (int i = 0; i < 7; ++i) sum = fused(sum, r, all(kFactors[i]));
  const Int power = ((Int)shifted - (Int)all(kRounding) + 127) << 23;
  return sum * (Vec)power;
}

/// The same in float64, of arguments kept between -700 and 700: degree 13.
SMDM_INLINE Wide exponential(Wide x) {
  constexpr double kLog2E = 1.4426950408889634;
  constexpr double kLn2High = 6.93145751953125e-1;  // 16 bits
  constexpr double kLn2Low = 1.42860682030941723212e-6;
  constexpr double kRounding = 6755399441055744.0;  // 1.5 * 2^52: its last bit counts ones
  const Wide zero{};
  x = x < -700.0 ? zero - 700.0 : x;
  x = x > 700.0 ? zero + 700.0 : x;
  const Wide shifted = fused(x, zero + kLog2E, zero + kRounding);
  const Wide n = shifted - kRounding;
  const Wide r = fused(-n, zero + kLn2Low, fused(-n, zero + kLn2High, x));
  constexpr double kFactors[] = {1.0 / 479001600.0,
                                 1.0 / 39916800.0,
                                 1.0 / 3628800.0,
                                 1.0 / 362880.0,
                                 1.0 / 40320.0,
                                 1.0 / 5040.0,
                                 1.0 / 720.0,
                                 1.0 / 120.0,
                                 1.0 / 24.0,
                                 1.0 / 6.0,
                                 0.5,
                                 1.0,
                                 1.0};
  Wide sum = zero + 1.0 / 6227020800.0;
#pragma GCC unroll 16
  for (int i = 0; i < 13; ++i) sum = fused(sum, r, zero + kFactors[i]);
  const WideInt power = ((WideInt)shifted - (WideInt)(zero + kRounding) + 1023) << 52;
  return sum * (Wide)power;
}

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

// ---- matrix products ------------------------------------------------------------------------

constexpr int kTileRows = 6;              // queries whose products stay in registers
constexpr int kTileColumns = 2 * kWidth;  // of two registers each

SMDM_INLINE std::int64_t tiles(std::int64_t columns) {
  return (columns + kTileColumns - 1) / kTileColumns;
}

/// A left operand: element (m, k) lies at m * row + k * column.
struct Left {
  const float* data;
  std::int64_t row;
  std::int64_t column;
};

enum class Store : std::uint8_t { replace, add };

/// c[m, :] = (or += ) sum over k of a(m, k) * b[k, :], for one tile of so many registers' width.
template <int kRows, int kRegisters, Store kStore = Store::replace>
SMDM_INLINE void multiply_tile(Left a,
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
      const Vec left = all(a.data[m * a.row + k * a.column]);
#pragma GCC unroll 2
      for (std::int64_t n = 0; n < kRegisters; ++n) sum[m][n] = fused(left, right[n], sum[m][n]);
    }
  }
#pragma GCC unroll 8
  for (int m = 0; m < kRows; ++m) {
#pragma GCC unroll 2
    for (std::int64_t n = 0; n < kRegisters; ++n) {
      float* to = c + m * c_stride + n * kWidth;
      if constexpr (kStore == Store::add) sum[m][n] += load(to);
      store(sum[m][n], to);
    }
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

}  // namespace
}  // namespace smdm::cpu
