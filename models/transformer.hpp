/// The one transformer behind both kinds of model: bidirectional for masked diffusion, causal for
/// autoregressive ones. Formulas: the reference's lit_gpt (RMSNorm, rotary halves, SwiGLU).
#pragma once

#include <memory>
#include <vector>

#include <torch/types.h>

#include "models/config.hpp"
#include "models/language_model.hpp"
#include "models/rotary.hpp"
#include "models/weights.hpp"

namespace smdm {

class TransformerBatch;

/// A decoder-only transformer with its weights, on one device.
class Transformer final : public LanguageModel {
 public:
  Transformer(const ModelConfig& config, ModelKind kind, ComputeType compute, Weights weights);

 private:
  Prefixes run(const PackedRows& rows,
               std::span<KvCache* const> caches,
               const LogitsVisitor& visit) const override;
  [[nodiscard]] std::unique_ptr<KvCache> new_cache(std::int64_t capacity) const override;

  [[nodiscard]] torch::Tensor hidden_states(const TransformerBatch& batch) const;
  [[nodiscard]] torch::Tensor attended(std::size_t layer,
                                       const torch::Tensor& normed,
                                       const TransformerBatch& batch) const;
  void feed_forward(const BlockWeights& block, const torch::Tensor& normed, torch::Tensor& x) const;
  [[nodiscard]] torch::Tensor normed(const torch::Tensor& x, const torch::Tensor& weight) const;
  void visit_head(const torch::Tensor& x,
                  const PackedRows& rows,
                  const std::vector<std::int64_t>& needed,
                  const LogitsVisitor& visit) const;
  [[nodiscard]] torch::Tensor guided_logits(const torch::Tensor& conditional,
                                            const torch::Tensor& unconditional,
                                            double guidance) const;

  ModelConfig config_;
  bool causal_;
  torch::Dtype type_;  ///< of linear layers and attention
  Weights weights_;
  RotaryTables rotary_;
};

}  // namespace smdm
