/// From gradients to new parameters.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include <ATen/core/Tensor.h>

#include "training/parameters.hpp"

namespace smdm::training {

/// AdamW for every parameter, norms included, as the reference does.
struct AdamW {
  double beta_1 = 0.9;
  double beta_2 = 0.95;
  double epsilon = 1e-8;
};

/// Muon for hidden matrices (Jordan et al. 2024, "Muon: an optimizer for hidden layers"), AdamW
/// for the rest. Updates are scaled by 0.2 sqrt(max(rows, columns)), so that one learning rate
/// serves both (Liu et al. 2025, arXiv:2502.16982). The queries, keys and values of a layer are
/// three matrices, the two inputs of SwiGLU two.
struct Muon {
  double momentum = 0.95;  ///< Nesterov's
  AdamW rest;
};

using Optimizer = std::variant<AdamW, Muon>;

struct UpdateOptions {
  Optimizer optimizer = AdamW{};
  double weight_decay = 0.1;  ///< decoupled, of every parameter
  double clip = 1.0;          ///< largest norm of the whole gradient; 0: any
};

/// What an optimizer remembers: vectors of the parameters' layout.
struct Moments {
  at::Tensor first;   ///< mean of gradients, or Muon's momentum
  at::Tensor second;  ///< mean of squared gradients; zero where Muon works
};

[[nodiscard]] Moments no_moments(const ParameterLayout& layout);

/// Euclidean norm, summed in a fixed order.
[[nodiscard]] double norm_of(const at::Tensor& gradient);

/// One step.
/// @param step           1 for the first
/// @param gradient_norm  norm_of(gradient)
void update(const ParameterLayout& layout,
            const UpdateOptions& options,
            double learning_rate,
            std::int64_t step,
            const at::Tensor& gradient,
            double gradient_norm,
            at::Tensor& parameters,
            Moments& moments);

}  // namespace smdm::training
