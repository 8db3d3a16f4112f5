// One forward: the call's rows are padded and given positions (models/batch.hpp), every layer runs
// on all of them, and only wanted positions reach the last feed-forward layer and the head.
#include "models/transformer.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>

#include "models/batch.hpp"
#include "models/cpu/attention.hpp"
#include "models/model_info.hpp"
#include "models/ops.hpp"

namespace smdm {
namespace {

constexpr std::int64_t kHeadRows = 512;  ///< wanted positions whose logits exist at once

/// A linear layer, with its bias where it has one.
at::Tensor linear(const at::Tensor& x, const at::Tensor& weight, const at::Tensor& bias) {
  return bias.defined() ? at::linear(x, weight, bias) : at::linear(x, weight);
}

/// Whether queries and keys rotate in bfloat16: tables and products are rounded.
bool rounds_rotation(const ModelConfig& config, at::ScalarType type) {
  return config.arithmetic == Arithmetic::transformers && type == at::kBFloat16 &&
         !config.rope_full_precision;
}

/// Tables as the model keeps them in the type it computes in.
RotaryTables tables_of(ModelConfig config, at::ScalarType type, at::Device device) {
  if (rounds_rotation(config, type)) config.rope_tables = RopeTables::bf16;
  return rotary_tables(config, device);
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
    : LanguageModel(model_info(config, kind, compute, weights.parameters)),
      config_(config),
      causal_(kind == ModelKind::arm),
      type_(compute == ComputeType::bf16 ? at::kBFloat16 : at::kFloat),
      shape_{.heads = config.n_head,
             .groups = config.n_query_groups,
             .head_size = config.head_size(),
             .rotary_elements = config.rotary_elements()},
      weights_(std::move(weights)),
      rotary_(tables_of(config_, type_, weights_.embedding.device())) {}

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

at::Tensor Transformer::normed(const at::Tensor& x,
                               const at::Tensor& weight,
                               const at::Tensor& bias) const {
  if (config_.norm == NormKind::layer) return layer_norm(x, weight, bias, config_.norm_eps);
  return rms_norm(x, weight, config_.norm_eps, type_);
}

at::Tensor Transformer::embedded(const TransformerBatch& batch) const {
  auto x = weights_.embedding.index_select(0, batch.ids());
  if (weights_.positions.defined()) x.add_(weights_.positions.index_select(0, batch.positions()));
  return x;
}

/// Residual stream at the needed positions, [padded(needed), E]. Behind the last layer's attention
/// no other position is read, so the rest of that layer runs on the needed ones alone.
at::Tensor Transformer::hidden_states(const TransformerBatch& batch) const {
  auto x = embedded(batch);
  for (std::size_t layer = 0; layer < weights_.blocks.size(); ++layer) {
    const auto& block = weights_.blocks[layer];
    auto n1 = normed(x, block.norm_1, block.norm_1_bias);
    auto heads = attended(layer, n1, batch);
    if (layer + 1 == weights_.blocks.size()) {
      x = gather(x, batch.needed());
      heads = gather(heads, batch.needed());
      if (config_.shared_attention_norm) n1 = gather(n1, batch.needed());
    }
    const auto second_norm = [&] { return normed(x, block.norm_2, block.norm_2_bias); };
    const auto h = linear(heads, block.proj, block.proj_bias);
    if (config_.parallel_residual) {
      const auto more = feed_forward(block, config_.shared_attention_norm ? n1 : second_norm());
      add_both(h, more, x);
    } else {
      x.add_(h);
      x.add_(feed_forward(block, second_norm()));
    }
  }
  return x;
}

/// Of a parallel residual. Where it is rounded after each addition, the order is part of a model.
void Transformer::add_both(const at::Tensor& attention,
                           const at::Tensor& feed_forward,
                           at::Tensor& x) const {
  if (config_.arithmetic == Arithmetic::transformers) {
    x.add_(attention + feed_forward);
  } else {
    x.add_(attention);
    x.add_(feed_forward);
  }
}

Heads Transformer::heads(const BlockWeights& block, const at::Tensor& n1) const {
  if (!block.qkv.defined()) {
    return heads_apart(linear(n1, block.q, block.q_bias), linear(n1, block.k, block.k_bias),
                       linear(n1, block.v, block.v_bias), shape_);
  }
  const auto qkv = linear(n1, block.qkv, block.qkv_bias);
  return weights_.qkv_order == QkvOrder::by_group ? heads_by_group(qkv, shape_)
                                                  : heads_in_turn(qkv, shape_);
}

at::Tensor Transformer::attended(std::size_t layer,
                                 const at::Tensor& n1,
                                 const TransformerBatch& batch) const {
  const auto& rows = batch.rows();
  const auto& block = weights_.blocks[layer];
  const Rotation rotation{.cosine = batch.angles().cosine,
                          .sine = batch.angles().sine,
                          .round_products = rounds_rotation(config_, type_),
                          .query_norm = block.q_norm,
                          .key_norm = block.k_norm,
                          .eps = config_.norm_eps};
  const auto projections = rotate(heads(block, n1), rotation, shape_);
  auto out = at::empty({n1.size(0), shape_.heads * shape_.head_size}, n1.options());
  out.narrow(0, rows.tokens(), out.size(0) - rows.tokens()).zero_();
  if (const auto* gathered = batch.gathered()) {
    gathered->attend(projections, batch.past(layer), out);
  } else {
    cpu::attend(projections, rows, batch.past(layer), causal_, out);
  }
  batch.keep(layer, projections);
  return out;
}

at::Tensor Transformer::feed_forward(const BlockWeights& block, const at::Tensor& n2) const {
  if (block.gate_up.defined()) return at::linear(swiglu(at::linear(n2, block.gate_up)), block.down);
  auto inner = linear(n2, block.up, block.up_bias);
  if (config_.feed_forward == FeedForward::swiglu) {
    inner = swiglu(linear(n2, block.gate, block.gate_bias), inner);
  } else {
    gelu(inner, config_.feed_forward == FeedForward::gelu_tanh ? "tanh" : "none");
  }
  return linear(inner, block.down, block.down_bias);
}

void Transformer::visit_head(const at::Tensor& x,
                             const PackedRows& rows,
                             const std::vector<std::int64_t>& needed,
                             const LogitsVisitor& visit) const {
  const auto states = normed(x, weights_.norm_f, weights_.norm_f_bias);
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
            ? head_logits(conditional)
            : guided_logits(conditional, slice(rows.unconditional, first, count), rows.guidance);
    if (config_.excludes_mask) {
      logits.select(1, config_.mask()).fill_(-std::numeric_limits<double>::infinity());
    }
    visit(static_cast<std::int64_t>(first), logits.narrow(0, 0, static_cast<std::int64_t>(count)));
  }
}

at::Tensor Transformer::head_logits(const at::Tensor& states) const {
  return linear(states, weights_.head, weights_.head_bias);
}

/// un + (w + 1) * (cond - un). In float32 the head is applied once, to the same combination of
/// hidden states: the head is affine, and the factors sum to 1. In bfloat16 SMDM's published runs
/// combine rounded logits, and so do we; those of other families are widened before.
at::Tensor Transformer::guided_logits(const at::Tensor& conditional,
                                      const at::Tensor& unconditional,
                                      double guidance) const {
  const auto combined = [&](const at::Tensor& cond, const at::Tensor& un) {
    return un + (guidance + 1.0) * (cond - un);
  };
  if (type_ == at::kFloat) return head_logits(combined(conditional, unconditional));
  const auto type = config_.arithmetic == Arithmetic::transformers ? at::kFloat : type_;
  return combined(head_logits(conditional).to(type), head_logits(unconditional).to(type));
}

}  // namespace smdm
