/// Attention backwards, for files that are compiled once per level (models/cpu/vectors.hpp).
/// Probabilities are computed again, for a block of queries at a time.
#pragma once

#include "models/cpu/vectors.hpp"
#include "training/cpu/loops.hpp"

namespace smdm::training::cpu {
namespace {

using namespace smdm::cpu;

constexpr std::int64_t kBlock =
    std::int64_t{8} * kTileRows;  // queries whose probabilities are kept at once

/// Memory of one row and one group. Rows of `width` and `columns` floats have zeros behind what
/// they hold, so that whole tiles may be read.
struct GradientScratch {
  std::int64_t width;    // head size, up to whole tiles
  std::int64_t columns;  // keys, up to whole tiles, and one tile more
  float* keys;           // [tokens, width]
  float* key_tiles;      // per tile of keys: [size, kTileColumns]
  float* value_tiles;    // alike
  float* d_keys;         // [tokens, up to whole tiles of rows, width]
  float* d_values;       // alike
  float* queries;        // [kBlock, width], times 1 / sqrt(size)
  float* d_out;          // [kBlock, width]
  float* probabilities;  // [kBlock, columns]
  float* d_scores;       // [kBlock, columns]
  float* d_query;        // [kTileRows, width]
  std::int64_t floats;   // of all of them
};

/// @param memory  null: only the sizes are told
SMDM_INLINE GradientScratch gradient_scratch(std::int64_t tokens,
                                             std::int64_t size,
                                             float* memory) {
  GradientScratch s{};
  const auto take = [&](std::int64_t count) {
    float* begin = memory == nullptr ? nullptr : memory + s.floats;
    s.floats += count;
    return begin;
  };
  const auto padded = tiles(tokens) * kTileColumns;
  const auto rows = tokens + kTileRows;
  s.width = tiles(size) * kTileColumns;
  s.columns = padded + kTileColumns;
  s.keys = take(tokens * s.width);
  s.key_tiles = take(padded * size);
  s.value_tiles = take(padded * size);
  s.d_keys = take(rows * s.width);
  s.d_values = take(rows * s.width);
  s.queries = take(kBlock * s.width);
  s.d_out = take(kBlock * s.width);
  s.probabilities = take(kBlock * s.columns);
  s.d_scores = take(kBlock * s.columns);
  s.d_query = take(kTileRows * s.width);
  return s;
}

std::int64_t attention_scratch(std::int64_t tokens, std::int64_t size) {
  return gradient_scratch(tokens, size, nullptr).floats;
}

SMDM_INLINE void clear(float* from, std::int64_t count) {
  __builtin_memset(from, 0, static_cast<unsigned long>(count) * sizeof(float));
}

/// One head's numbers, zeros behind.
template <typename T>
SMDM_INLINE void unpack(
    const T* from, std::int64_t size, std::int64_t width, float scale, float* to) {
  std::int64_t d = 0;
  for (; d + kWidth <= size; d += kWidth) store(load(from + d) * scale, to + d);
  for (; d < size; ++d) to[d] = to_float(from[d]) * scale;
  for (; d < width; ++d) to[d] = 0.0F;
}

template <typename T>
SMDM_INLINE void pack(const float* from, std::int64_t size, T* to) {
  std::int64_t d = 0;
  for (; d + kWidth <= size; d += kWidth) store(load(from + d), to + d);
  if (d < size) store_part(load(from + d), size - d, to + d);
}

/// Dimensions first, so that neighbours in a register are keys.
template <typename T>
void pack_tiles(const AttentionGradient<T>& row, const T* from, float* to) {
  const auto padded = tiles(row.tokens) * kTileColumns;
  for (std::int64_t j = 0; j < padded; ++j) {
    float* column = to + j / kTileColumns * kTileColumns * row.size + j % kTileColumns;
    const T* key = from + j * row.stride;
    for (std::int64_t d = 0; d < row.size; ++d)
      column[d * kTileColumns] = j < row.tokens ? to_float(key[d]) : 0.0F;
  }
}

/// out[kRows, columns] = left [kRows, size] times tiles of keys. @return columns written
template <int kRows>
SMDM_INLINE std::int64_t multiply_keys(const float* left,
                                       std::int64_t width,
                                       const float* key_tiles,
                                       std::int64_t size,
                                       std::int64_t keys,
                                       float* out,
                                       std::int64_t stride) {
  const Left a{.data = left, .row = width, .column = 1};
  std::int64_t column = 0;
  for (; column + kWidth < keys; column += kTileColumns)
    multiply_tile<kRows, 2>(a, key_tiles + column * size, kTileColumns, size, out + column, stride);
  if (column < keys) {
    multiply_tile<kRows, 1>(a, key_tiles + column * size, kTileColumns, size, out + column, stride);
    column += kWidth;
  }
  return column;
}

/// c [kRows, width] = or += a [kRows, depth] * b [depth, width], where only `size` columns count.
template <int kRows, Store kStore>
SMDM_INLINE void multiply_rows(
    Left a, const float* b, std::int64_t depth, std::int64_t size, std::int64_t width, float* c) {
  std::int64_t d = 0;
  for (; d + kWidth < size; d += kTileColumns)
    multiply_tile<kRows, 2, kStore>(a, b + d, width, depth, c + d, width);
  if (d < size) multiply_tile<kRows, 1, kStore>(a, b + d, width, depth, c + d, width);
}

/// Probabilities and gradients of scores, in place of both products.
SMDM_INLINE void softmax_gradient(float* scores,
                                  float* d,
                                  std::int64_t seen,
                                  std::int64_t columns) {
  const float factor = 1.0F / exponentials(scores, seen, columns);
  Vec products{};
  for (std::int64_t j = 0; j < columns; j += kWidth) {
    const Vec p = load(scores + j) * factor;
    store(p, scores + j);
    products += p * load(d + j);
  }
  const float mean = sum_of(products);
  for (std::int64_t j = 0; j < columns; j += kWidth)
    store(load(scores + j) * (load(d + j) - mean), d + j);
}

/// Queries first..first + kRows - 1, which are `at`.. of their block.
template <int kRows, typename T>
void query_tile(const AttentionGradient<T>& row,
                std::int64_t head,
                std::int64_t first,
                std::int64_t at,
                const GradientScratch& s) {
  const auto keys = row.causal ? first + kRows : row.tokens;
  float* scores = s.probabilities + at * s.columns;
  float* d_scores = s.d_scores + at * s.columns;
  const auto columns = multiply_keys<kRows>(s.queries + at * s.width, s.width, s.key_tiles,
                                            row.size, keys, scores, s.columns);
  multiply_keys<kRows>(s.d_out + at * s.width, s.width, s.value_tiles, row.size, keys, d_scores,
                       s.columns);
  for (std::int64_t m = 0; m < kRows; ++m) {
    const auto seen = row.causal ? first + m + 1 : keys;
    softmax_gradient(scores + m * s.columns, d_scores + m * s.columns, seen, columns);
    clear(scores + m * s.columns + columns, s.columns - columns);
    clear(d_scores + m * s.columns + columns, s.columns - columns);
  }
  const float scale = 1.0F / __builtin_sqrtf(static_cast<float>(row.size));
  multiply_rows<kRows, Store::replace>({.data = d_scores, .row = s.columns, .column = 1}, s.keys,
                                       keys, row.size, s.width, s.d_query);
  for (std::int64_t m = 0; m < kRows; ++m) {
    float* from = s.d_query + m * s.width;
    for (std::int64_t d = 0; d < s.width; d += kWidth) store(load(from + d) * scale, from + d);
    pack(from, row.size, row.d_qkv + (first + m) * row.stride + head * row.size);
  }
}

/// The last queries of a row, fewer than a full tile.
template <int kRows, typename T>
void query_rest(const AttentionGradient<T>& row,
                std::int64_t head,
                std::int64_t first,
                std::int64_t at,
                const GradientScratch& s) {
  if constexpr (kRows > 0) {
    if (row.tokens - first == kRows) return query_tile<kRows>(row, head, first, at, s);
    query_rest<kRows - 1>(row, head, first, at, s);
  }
}

/// Adds what a block of queries passes to keys and values.
template <typename T>
void key_gradients(const AttentionGradient<T>& row,
                   std::int64_t begin,
                   std::int64_t end,
                   const GradientScratch& s) {
  const auto keys = row.causal ? end : row.tokens;
  for (std::int64_t j = 0; j < keys; j += kTileRows) {
    // Queries of the block that stand before key j do not see it.
    const auto skipped = row.causal && j > begin ? j - begin : 0;
    const auto count = end - begin - skipped;
    const auto from = skipped * s.columns + j;
    multiply_rows<kTileRows, Store::add>({.data = s.d_scores + from, .row = 1, .column = s.columns},
                                         s.queries + skipped * s.width, count, row.size, s.width,
                                         s.d_keys + j * s.width);
    multiply_rows<kTileRows, Store::add>(
        {.data = s.probabilities + from, .row = 1, .column = s.columns},
        s.d_out + skipped * s.width, count, row.size, s.width, s.d_values + j * s.width);
  }
}

template <typename T>
void head_gradient(const AttentionGradient<T>& row, std::int64_t head, const GradientScratch& s) {
  const float scale = 1.0F / __builtin_sqrtf(static_cast<float>(row.size));
  for (std::int64_t begin = 0; begin < row.tokens; begin += kBlock) {
    const auto end = begin + kBlock < row.tokens ? begin + kBlock : row.tokens;
    for (auto i = begin; i < end; ++i) {
      unpack(row.qkv + i * row.stride + head * row.size, row.size, s.width, scale,
             s.queries + (i - begin) * s.width);
      unpack(row.d_out + i * row.out_stride + head * row.size, row.size, s.width, 1.0F,
             s.d_out + (i - begin) * s.width);
    }
    auto i = begin;
    for (; i + kTileRows <= end; i += kTileRows) query_tile<kTileRows>(row, head, i, i - begin, s);
    if (i < end) query_rest<kTileRows - 1>(row, head, i, i - begin, s);
    key_gradients(row, begin, end, s);
  }
}

template <typename T>
void attention_gradient(const AttentionGradient<T>& row, float* memory) {
  const auto s = gradient_scratch(row.tokens, row.size, memory);
  const T* key = row.qkv + row.heads * row.size;
  pack_tiles(row, key, s.key_tiles);
  pack_tiles(row, key + row.size, s.value_tiles);
  for (std::int64_t j = 0; j < row.tokens; ++j)
    unpack(key + j * row.stride, row.size, s.width, 1.0F, s.keys + j * s.width);
  clear(s.d_keys, 2 * (row.tokens + kTileRows) * s.width);
  for (std::int64_t head = 0; head < row.heads; ++head) head_gradient(row, head, s);
  T* d_key = row.d_qkv + row.heads * row.size;
  for (std::int64_t j = 0; j < row.tokens; ++j) {
    pack(s.d_keys + j * s.width, row.size, d_key + j * row.stride);
    pack(s.d_values + j * s.width, row.size, d_key + j * row.stride + row.size);
  }
}

}  // namespace
}  // namespace smdm::training::cpu
