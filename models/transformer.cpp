// One forward: the call's rows are padded and given positions (models/batch.hpp), every layer runs
// on all of them, and only wanted positions reach the last feed-forward layer and the head.
#include "models/transformer.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>
#include <utility>

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>

#include "models/batch.hpp"
#include "models/cpu/attention.hpp"
#include "models/ops.hpp"

namespace smdm {
namespace {

constexpr std::int64_t kHeadRows = 512;  ///< wanted positions whose logits exist at once

ModelInfo describe(const ModelConfig& config,
                   ModelKind kind,
                   ComputeType compute,
                   const Weights& weights) {
  ModelInfo info{.objective = Autoregressive{},
                 .vocab_tokens = config.padded_vocab_size,
                 .max_tokens = config.block_size,
                 .parameters = weights.parameters,
                 .compute = compute,
                 .arithmetic = config.arithmetic};
  if (kind == ModelKind::mdm) {
    info.objective = MaskedDiffusion{.mask_id = config.mask(),
                                     .shifted = config.shifted_logits,
                                     .excludes_mask = config.excludes_mask};
  }
  return info;
}

/// The rows of x at `positions`, zero rows behind them up to a multiple of kRowMultiple.
at::Tensor gather(const at::Tensor& x, const std::vector<std::int64_t>& positions) {
  const auto count = static_cast<std::int64_t>(positions.size());
  auto out = at::zeros({padded_rows(count), x.size(1)}, x.options());
  out.narrow(0, 0, count).copy_(x.index_select(0, index_tensor(positions, x.device())));
  return out;
}

}  // namespace

Transformer::Transformer(const ModelConfig& config,
                         ModelKind kind,
                         ComputeType compute,
                         Weights weights)
    : LanguageModel(describe(config, kind, compute, weights)),
      config_(config),
      causal_(kind == ModelKind::arm),
      type_(compute == ComputeType::bf16 ? at::kBFloat16 : at::kFloat),
      weights_(std::move(weights)),
      rotary_(rotary_tables(config_, weights_.embedding.device())) {}

std::unique_ptr<KvCache> Transformer::new_cache(std::int64_t capacity) const {
  const std::vector<std::int64_t> shape = {capacity, config_.n_query_groups, config_.head_size()};
  return std::make_unique<LayerCache>(config_.n_layer, shape,
                                      weights_.embedding.options().dtype(type_));
}

Prefixes Transformer::run(const PackedRows& rows,
                          std::span<KvCache* const> caches,
                          const LogitsVisitor& visit) const {
  const c10::InferenceMode no_gradients;
  const TransformerBatch batch(rows, caches, rotary_, causal_);
  const auto x = hidden_states(batch);
  batch.advance_caches();
  if (!rows.wanted.empty()) visit_head(x, rows, batch.needed(), visit);
  return batch.kept();
}

at::Tensor Transformer::normed(const at::Tensor& x, const at::Tensor& weight) const {
  return rms_norm(x, weight, config_.norm_eps, type_);
}

/// Residual stream at the needed positions, float32 [padded(needed), E]. Behind the last layer's
/// attention no other position is read, so the rest of that layer runs on the needed ones alone.
at::Tensor Transformer::hidden_states(const TransformerBatch& batch) const {
  auto x = weights_.embedding.index_select(0, batch.ids());
  for (std::size_t layer = 0; layer < weights_.blocks.size(); ++layer) {
    const auto& block = weights_.blocks[layer];
    auto n1 = normed(x, block.norm_1);
    auto heads = attended(layer, n1, batch);
    if (layer + 1 == weights_.blocks.size()) {
      x = gather(x, batch.needed());
      heads = gather(heads, batch.needed());
      if (config_.shared_attention_norm) n1 = gather(n1, batch.needed());
    }
    const auto h = at::linear(heads, block.proj);
    if (config_.parallel_residual) {
      const auto n2 = config_.shared_attention_norm ? n1 : normed(x, block.norm_2);
      x.add_(h);
      feed_forward(block, n2, x);
    } else {
      x.add_(h);
      feed_forward(block, normed(x, block.norm_2), x);
    }
  }
  return x;
}

at::Tensor Transformer::attended(std::size_t layer,
                                 const at::Tensor& n1,
                                 const TransformerBatch& batch) const {
  const auto& rows = batch.rows();
  const HeadShape shape{.heads = config_.n_head,
                        .groups = config_.n_query_groups,
                        .head_size = config_.head_size(),
                        .rotary_elements = config_.rotary_elements()};
  const auto qkv = at::linear(n1, weights_.blocks[layer].qkv);
  const auto projections = split_and_rotate(qkv, batch.angles().cosine, batch.angles().sine, shape);
  auto out = at::empty({n1.size(0), config_.n_embd}, n1.options());
  out.narrow(0, rows.tokens(), out.size(0) - rows.tokens()).zero_();
  if (const auto* gathered = batch.gathered()) {
    gathered->attend(projections, batch.past(layer), out);
  } else {
    cpu::attend(projections, rows, batch.past(layer), causal_, out);
  }
  batch.keep(layer, projections);
  return out;
}

void Transformer::feed_forward(const BlockWeights& block,
                               const at::Tensor& n2,
                               at::Tensor& x) const {
  x.add_(at::linear(swiglu(at::linear(n2, block.gate_up)), block.down));
}

void Transformer::visit_head(const at::Tensor& x,
                             const PackedRows& rows,
                             const std::vector<std::int64_t>& needed,
                             const LogitsVisitor& visit) const {
  const auto states = normed(x, weights_.norm_f);
  const auto slice = [&](const std::vector<std::int64_t>& positions, std::size_t first,
                         std::size_t count) {
    std::vector<std::int64_t> at;
    for (std::size_t w = first; w < first + count; ++w) {
      const auto found = std::lower_bound(needed.begin(), needed.end(), positions[w]);
      at.push_back(found - needed.begin());
    }
    return gather(states, at);
  };
  const auto block = static_cast<std::size_t>(kHeadRows);
  for (std::size_t first = 0; first < rows.wanted.size(); first += block) {
    const auto count = std::min(block, rows.wanted.size() - first);
    const auto conditional = slice(rows.wanted, first, count);
    const auto logits =
        rows.unconditional.empty()
            ? at::linear(conditional, weights_.head)
            : guided_logits(conditional, slice(rows.unconditional, first, count), rows.guidance);
    visit(static_cast<std::int64_t>(first), logits.narrow(0, 0, static_cast<std::int64_t>(count)));
  }
}

/// un + (w + 1) * (cond - un). In float32 the head is applied once, to the same combination of
/// hidden states: the head is linear. In bfloat16 the published runs combine rounded logits, and so
/// do we.
at::Tensor Transformer::guided_logits(const at::Tensor& conditional,
                                      const at::Tensor& unconditional,
                                      double guidance) const {
  const auto combined = [&](const at::Tensor& cond, const at::Tensor& un) {
    return un + (guidance + 1.0) * (cond - un);
  };
  if (type_ == at::kFloat) return at::linear(combined(conditional, unconditional), weights_.head);
  return combined(at::linear(conditional, weights_.head), at::linear(unconditional, weights_.head));
}

}  // namespace smdm
