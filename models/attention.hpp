/// Attention over packed rows: each row by itself, after the rows or cached tokens that it
/// continues, or in the midst of a prefix's.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <ATen/core/Tensor.h>

#include "models/heads.hpp"
#include "models/packed_rows.hpp"

namespace smdm {

/// Keys and values that are held for a row by a cache or prefix, or undefined tensors. They stand
/// before it, or around it: see PackedRows::around().
struct Past {
  at::Tensor key;           ///< [P or more, G, hs], row-major
  at::Tensor value;         ///< likewise
  std::int64_t tokens = 0;  ///< P
};

/// Attention through LibTorch's scaled_dot_product_attention, for devices on which calls are dear
/// and arithmetic is cheap: rows of like length are gathered into one padded call, whatever stands
/// around them. (The CPU has loops of its own, models/cpu/attention.hpp.) Made once for the rows of
/// a batch, used in every layer.
class GatheredAttention {
 public:
  /// @param past_tokens  [R], tokens that are held for each row; empty where rows continue others
  ///                     of the same batch, or nothing
  GatheredAttention(const PackedRows& rows,
                    std::span<const std::int64_t> past_tokens,
                    bool causal,
                    at::Device device);

  /// @param past  [R], of the lengths given to the constructor; empty where those were
  /// @param out   [N, H hs], row-major; receives the attention of the first rows.tokens() tokens
  void attend(const Projections& projections, std::span<const Past> past, at::Tensor& out) const;

 private:
  /// Rows of one call, padded to equal numbers of queries and keys.
  struct Group {
    std::int64_t rows = 0;
    std::int64_t queries = 0;
    std::int64_t keys = 0;
    at::Tensor query_at;  ///< int64 [rows * queries], into the packed tokens
    at::Tensor key_at;    ///< int64 [rows * keys], into what is held for all rows, then tokens
    at::Tensor mask;      ///< bool [rows, 1, 1 or queries, keys], or undefined: all keys are seen
    bool causal = false;  ///< each query sees its own and earlier keys; no mask then
  };
  struct Span;

  void add_group(std::span<const Span> spans, bool causal, at::Device device);
  [[nodiscard]] static std::vector<std::int64_t> queries_of(std::span<const Span> spans,
                                                            std::int64_t queries);
  [[nodiscard]] static std::vector<std::int64_t> keys_of(std::span<const Span> spans,
                                                         std::int64_t keys);
  [[nodiscard]] static std::vector<std::int64_t> last_keys(std::span<const Span> spans,
                                                           std::int64_t queries);
  [[nodiscard]] static at::Tensor attended(const Group& group,
                                           const Projections& projections,
                                           const at::Tensor& keys,
                                           const at::Tensor& values);

  std::vector<Group> groups_;
  at::Tensor answer_at_;  ///< int64 [N]: where each token's answer lies among those of all groups
};

}  // namespace smdm
