#pragma once

#include <ATen/core/Tensor.h>

namespace smdm::cpu {

/// A linear layer on few rows, for tensors in this machine's memory: x weight^T + bias, computed in
/// float32 and rounded once. It takes the time of reading the weights, where a library's matrix
/// product computes at least sixteen rows. A row's bits depend on nothing but the row and the
/// weights: not on other rows, their number, or threads. They are not those of at::linear().
/// @param x       float32 or bfloat16 [R, K], contiguous
/// @param weight  of the same type [O, K], contiguous
/// @param bias    [O], or undefined
/// @return        [R, O] of that type
[[nodiscard]] at::Tensor linear_of_few_rows(const at::Tensor& x,
                                            const at::Tensor& weight,
                                            const at::Tensor& bias);

}  // namespace smdm::cpu
