/// The one transformer behind both kinds of model and all families: bidirectional for masked
/// diffusion, causal for autoregressive ones. What families differ in (norms, biases, the form of
/// the feed-forward layer, how positions come in) is configuration. Formulas: the reference's
/// lit_gpt (RMSNorm, rotary halves, SwiGLU), and of other families the transformers library's.
#pragma once

#include <memory>
#include <vector>

#include <ATen/core/Tensor.h>

#include "models/config.hpp"
#include "models/heads.hpp"
#include "models/language_model.hpp"
#include "models/rotary.hpp"
#include "models/weights.hpp"

namespace smdm {

class TransformerBatch;
enum class Products : std::uint8_t;

/// A decoder-only transformer with its weights, on one device.
class Transformer final : public LanguageModel {
 public:
  Transformer(const ModelConfig& config, ModelKind kind, ComputeType compute, Weights weights);

 private:
  Prefixes run(const PackedRows& rows,
               std::span<KvCache* const> caches,
               const LogitsVisitor& visit) const override;
  [[nodiscard]] std::unique_ptr<KvCache> new_cache(std::int64_t capacity) const override;

  /// One forward.
  Prefixes forward(const PackedRows& rows,
                   std::span<KvCache* const> caches,
                   const LogitsVisitor& visit,
                   Products products) const;

  [[nodiscard]] at::Tensor hidden_states(const TransformerBatch& batch) const;
  [[nodiscard]] at::Tensor attended(std::size_t layer,
                                    const at::Tensor& normed,
                                    const TransformerBatch& batch) const;
  [[nodiscard]] at::Tensor embedded(const TransformerBatch& batch) const;
  [[nodiscard]] Heads heads(const BlockWeights& block,
                            const at::Tensor& normed,
                            Products products) const;
  [[nodiscard]] at::Tensor feed_forward(const BlockWeights& block,
                                        const at::Tensor& normed,
                                        Products products) const;
  [[nodiscard]] at::Tensor normed(const at::Tensor& x,
                                  const at::Tensor& weight,
                                  const at::Tensor& bias) const;
  void add_both(const at::Tensor& attention, const at::Tensor& feed_forward, at::Tensor& x) const;
  [[nodiscard]] at::Tensor head_logits(const at::Tensor& states, Products products) const;
  void visit_head(const at::Tensor& x,
                  const TransformerBatch& batch,
                  const LogitsVisitor& visit) const;
  [[nodiscard]] at::Tensor guided_logits(const at::Tensor& conditional,
                                         const at::Tensor& unconditional,
                                         double guidance) const;

  ModelConfig config_;
  bool causal_;
  at::ScalarType type_;  ///< of linear layers and attention
  HeadShape shape_;
  Weights weights_;
  RotaryTables rotary_;
};

}  // namespace smdm
