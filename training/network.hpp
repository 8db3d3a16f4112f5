/// The transformer of models/, forwards and backwards. The backward pass is written out, operation
/// by operation: nothing is recorded, and gradients are added to one vector.
#pragma once

#include <cstdint>
#include <vector>

#include <ATen/core/Tensor.h>

#include "models/config.hpp"
#include "models/language_model.hpp"
#include "models/packed_rows.hpp"
#include "models/rotary.hpp"
#include "models/weights.hpp"
#include "training/kernels.hpp"
#include "training/parameters.hpp"

namespace smdm::training {

/// Rows to learn from. The loss is sum over w of weights[w] * -log p(targets[w]), p being what the
/// logits at position rows.wanted[w] say.
struct Examples {
  PackedRows rows;  ///< `wanted` strictly ascending; no continued rows and no guidance
  std::vector<std::int64_t> targets;
  std::vector<float> weights;
};

class Network {
 public:
  /// @throws std::invalid_argument  for an architecture that cannot be trained: parallel residuals
  Network(const ParameterLayout& layout, ModelKind kind, ComputeType compute);

  /// Takes over parameters; call it after each change. @param vector  float32, stays referenced
  void load(const at::Tensor& vector);

  /// Logits at the wanted positions, T [W, V].
  [[nodiscard]] at::Tensor logits(const PackedRows& rows) const;

  /// -log p of every target in nats, without weights.
  [[nodiscard]] std::vector<float> losses(const Examples& examples) const;

  /// The same, and the gradient of the weighted loss is added to `gradient`, a vector of the
  /// parameters' layout.
  std::vector<float> backward(const Examples& examples, at::Tensor& gradient) const;

 private:
  struct Layer;
  struct Pass;

  [[nodiscard]] Pass forward(const PackedRows& rows) const;
  [[nodiscard]] Layer layer_forward(std::size_t layer,
                                    const at::Tensor& x,
                                    const at::Tensor& added,
                                    const Pass& pass) const;
  [[nodiscard]] at::Tensor head_backward(const Pass& pass,
                                         const Examples& examples,
                                         Weights& gradients,
                                         std::vector<float>& losses) const;
  void layers_backward(const Pass& pass,
                       const PackedRows& rows,
                       const at::Tensor& d_normed,
                       Weights& gradients) const;
  [[nodiscard]] at::Tensor feed_forward_backward(std::size_t layer,
                                                 const Layer& saved,
                                                 const at::Tensor& d_out,
                                                 at::Tensor& d_x,
                                                 Weights& gradients) const;
  [[nodiscard]] at::Tensor attention_backward(std::size_t layer,
                                              const Pass& pass,
                                              const at::Tensor& d_out,
                                              at::Tensor& d_x,
                                              Weights& gradients) const;

  ParameterLayout layout_;
  bool causal_;
  at::ScalarType type_;
  cpu::HeadLayout heads_;
  RotaryTables tables_;
  at::Tensor matrices_;  ///< the vector in the compute type
  Weights exact_;        ///< float32: embedding and norms are read from it
  Weights weights_;      ///< compute type: the matrices
};

}  // namespace smdm::training
