/// Attention of one row on vector registers, for loops.cpp. Rows of many queries pack their keys
/// and values once; a single query reads them where they lie, with the same bits.
#pragma once

#include <cstdint>

#include "models/cpu/loops.hpp"
#include "models/cpu/vectors.hpp"

namespace smdm::cpu {
namespace {

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

/// Of a row of one query: keys or values in the order of positions.
template <typename T>
struct Single {
  const T* past;
  const T* own;
  const T* behind;

  SMDM_INLINE const T* at(const AttentionRow<T>& row, std::int64_t j) const {
    if (j < row.past) return past + j * row.past_stride;
    return j == row.past ? own : behind + (j - row.past - 1) * row.past_stride;
  }
};

/// Scores of kWidth keys, from column `first` on, for so many heads. Keys are turned in registers.
template <int kHeads, typename T>
SMDM_INLINE void single_scores(const AttentionRow<T>& row, std::int64_t first, Scratch& s) {
  const Single<T> keys{.past = row.past_key, .own = row.key, .behind = row.behind_key};
  const T* from[kWidth];
  for (int j = 0; j < kWidth; ++j) {
    const auto last = row.past + row.behind;  // in place of columns behind it, which are not seen
    from[j] = keys.at(row, first + j < last ? first + j : last);
  }
  Vec sum[kHeads] = {};
  const auto add = [&](std::int64_t d, Vec column) __attribute__((always_inline)) {
#pragma GCC unroll 8
    for (int h = 0; h < kHeads; ++h)
      sum[h] = fused(all(s.queries[h * row.size + d]), column, sum[h]);
  };
  std::int64_t d = 0;
  for (; d + kWidth <= row.size; d += kWidth) {
    Vec square[kWidth];
#pragma GCC unroll 16
    for (int j = 0; j < kWidth; ++j) square[j] = load(from[j] + d);
    transpose(square);
#pragma GCC unroll 16
    for (int i = 0; i < kWidth; ++i) add(d + i, square[i]);
  }
  for (; d < row.size; ++d) {
    float column[kWidth];
    for (int j = 0; j < kWidth; ++j) column[j] = to_float(from[j][d]);
    add(d, load(column));
  }
#pragma GCC unroll 8
  for (int h = 0; h < kHeads; ++h) store(sum[h], s.scores + h * s.columns + first);
}

/// A register's numbers, or those before `count`.
template <typename T>
SMDM_INLINE Vec load_first(const T* from, std::int64_t count) {
  return count < kWidth ? load_part(from, count) : load(from);
}
template <typename T>
SMDM_INLINE void store_first(Vec x, std::int64_t count, T* to) {
  count < kWidth ? store_part(x, count, to) : store(x, to);
}

/// The weighted sum of values at dimensions d .. d + count - 1, as many as the registers have or
/// the last ones, for so many heads.
template <int kHeads, int kRegisters, typename T>
SMDM_INLINE void single_values(const AttentionRow<T>& row,
                               std::int64_t d,
                               std::int64_t count,
                               const Scratch& s,
                               Vec (&sum)[kHeads][kRegisters]) {
  const auto add = [&](const T* value, std::int64_t j) __attribute__((always_inline)) {
    Vec right[kRegisters];
#pragma GCC unroll 2
    for (std::int64_t n = 0; n < kRegisters; ++n)
      right[n] = load_first(value + d + n * kWidth, count - n * kWidth);
#pragma GCC unroll 8
    for (int h = 0; h < kHeads; ++h) {
      const Vec left = all(s.scores[h * s.columns + j]);
#pragma GCC unroll 2
      for (std::int64_t n = 0; n < kRegisters; ++n) sum[h][n] = fused(left, right[n], sum[h][n]);
    }
  };
  for (std::int64_t j = 0; j < row.past; ++j) add(row.past_value + j * row.past_stride, j);
  add(row.value, row.past);
  for (std::int64_t j = 0; j < row.behind; ++j)
    add(row.behind_value + j * row.past_stride, row.past + 1 + j);
}

/// These dimensions of what attention gives. @param sums  of each head's exponentials
template <int kHeads, int kRegisters, typename T>
SMDM_INLINE void single_out(const AttentionRow<T>& row,
                            std::int64_t head,
                            std::int64_t d,
                            std::int64_t count,
                            const float* sums,
                            const Scratch& s) {
  Vec sum[kHeads][kRegisters] = {};
  single_values<kHeads, kRegisters>(row, d, count, s, sum);
  for (int h = 0; h < kHeads; ++h) {
    T* to = row.out + (head + h) * row.size + d;
    for (std::int64_t n = 0; n < kRegisters; ++n)
      store_first(sum[h][n] / sums[h], count - n * kWidth, to + n * kWidth);
  }
}

/// So many heads of a row of one query, with the bits of attend_tile(). Each key and value is read
/// once, so that nothing is won by packing them.
template <int kHeads, typename T>
void attend_single(const AttentionRow<T>& row, std::int64_t head, Scratch& s) {
  const float scale = 1.0F / __builtin_sqrtf(static_cast<float>(row.size));
  for (std::int64_t d = 0; d < kHeads * row.size; ++d)
    s.queries[d] = to_float(row.query[head * row.size + d]) * scale;
  const auto keys = row.past + 1 + row.behind;
  std::int64_t columns = 0;
  for (; columns < keys; columns += kWidth) single_scores<kHeads>(row, columns, s);
  constexpr std::int64_t kPair = std::int64_t{2} * kWidth;
  float sums[kHeads];
  for (int h = 0; h < kHeads; ++h) sums[h] = exponentials(s.scores + h * s.columns, keys, columns);
  std::int64_t d = 0;
  for (; d + kPair <= row.size; d += kPair) single_out<kHeads, 2>(row, head, d, kPair, sums, s);
  for (; d < row.size; d += kWidth) single_out<kHeads, 1>(row, head, d, row.size - d, sums, s);
}

/// The last heads, fewer than kTileRows.
template <int kHeads, typename T>
void attend_last_heads(const AttentionRow<T>& row, std::int64_t head, Scratch& s) {
  if constexpr (kHeads > 0) {
    if (row.heads - head == kHeads) return attend_single<kHeads>(row, head, s);
    attend_last_heads<kHeads - 1>(row, head, s);
  }
}

template <typename T>
void attention(const AttentionRow<T>& row, float* memory) {
  const auto keys = row.past + row.queries + row.behind;
  Scratch s = scratch_for(keys, row.size, memory);
  if (row.queries == 1) {
    std::int64_t head = 0;
    for (; head + kTileRows <= row.heads; head += kTileRows) attend_single<kTileRows>(row, head, s);
    return attend_last_heads<kTileRows - 1>(row, head, s);
  }
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

}  // namespace
}  // namespace smdm::cpu
