#pragma once

#include <span>
#include <vector>

#include <ATen/core/Tensor.h>

namespace smdm::cpu {

/// A linear layer: x weight^T + bias.
struct LinearLayer {
  const at::Tensor& weight;  ///< [O, K], contiguous
  const at::Tensor& bias;    ///< [O], or undefined
};

/// Linear layers on the same few rows, for tensors in this machine's memory: computed in float32
/// and rounded once. They take the time of reading the weights, where a library's matrix product
/// computes at least sixteen rows. A row's bits depend on nothing but the row and the
/// weights: not on other rows, their number, or threads. They are not those of at::linear().
/// @param x       float32 or bfloat16 [R, K], contiguous
/// @param layers  with weights of the same type
/// @return        for each layer [R, O] of that type
[[nodiscard]] std::vector<at::Tensor> linear_of_few_rows(const at::Tensor& x,
                                                         std::span<const LinearLayer> layers);

/// The same of one layer.
[[nodiscard]] at::Tensor linear_of_few_rows(const at::Tensor& x,
                                            const at::Tensor& weight,
                                            const at::Tensor& bias);

}  // namespace smdm::cpu
