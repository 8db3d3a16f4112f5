/// The matrix part of Muon.
#pragma once

#include <vector>

#include <ATen/core/Tensor.h>

#include "training/parameters.hpp"

namespace smdm::training {

/// The matrices of one hidden parameter that are orthogonalised by themselves, as views.
/// @param view  of the parameter in some vector
[[nodiscard]] std::vector<at::Tensor> matrices_of(const Parameter& parameter,
                                                  const at::Tensor& view,
                                                  const ModelConfig& config);

/// The nearest semi-orthogonal matrices, roughly: singular values end between about 0.7 and 1.2
/// after five steps of a quintic Newton-Schulz iteration.
/// @param x  float32 [B, rows, columns] @return the same shape
[[nodiscard]] at::Tensor orthogonalized(const at::Tensor& x);

}  // namespace smdm::training
