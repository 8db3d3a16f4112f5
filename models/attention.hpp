/// Attention over packed rows: each row by itself, after the rows or cached tokens that it
/// continues.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <torch/types.h>

#include "models/kernels.hpp"
#include "models/packed_rows.hpp"

namespace smdm {

/// Keys and values that stand before a row, or undefined tensors.
struct Past {
  torch::Tensor key;    ///< [P, G, hs]
  torch::Tensor value;  ///< [P, G, hs]
};

/// @param past  empty, or what stands before each row; rows that continue others need none
/// @param out   [N, H hs], row-major; receives the attention of the first rows.tokens() tokens
void attend(const Projections& projections,
            const PackedRows& rows,
            std::span<const Past> past,
            bool causal,
            torch::Tensor& out);

/// The same through LibTorch's scaled_dot_product_attention, on any device; attend() uses it where
/// there are no loops of our own.
void attend_with_library(const Projections& projections,
                         const PackedRows& rows,
                         std::span<const Past> past,
                         bool causal,
                         torch::Tensor& out);

}  // namespace smdm
