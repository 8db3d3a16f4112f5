// One forward: the call's rows are padded and given positions (models/batch.hpp), every layer runs
// on all of them, and only wanted positions reach the last feed-forward layer and the head.
//
// Decoding adds one token to each of a few sequences, which costs the reading of the weights and
// hardly any arithmetic. On the CPU such rows have a matrix product of their own (cpu/few_rows.hpp)
// with other last bits; which product a row gets depends on its own length alone.
#include "models/transformer.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>

#include "models/batch.hpp"
#include "models/cpu/attention.hpp"
#include "models/cpu/few_rows.hpp"
#include "models/model_info.hpp"
#include "models/ops.hpp"

namespace smdm {
namespace {

constexpr std::int64_t kHeadRows = 512;  ///< wanted positions whose logits exist at once

/// A linear layer, with its bias where it has one.
at::Tensor linear(Products products,
                  const at::Tensor& x,
                  const at::Tensor& weight,
                  const at::Tensor& bias = {}) {
  if (products == Products::few_rows) return cpu::linear_of_few_rows(x, weight, bias);
  return bias.defined() ? at::linear(x, weight, bias) : at::linear(x, weight);
}

/// Linear layers on the same rows.
template <std::size_t kLayers>
std::vector<at::Tensor> linears(Products products,
                                const at::Tensor& x,
                                const std::array<cpu::LinearLayer, kLayers>& layers) {
  if (products == Products::few_rows) return cpu::linear_of_few_rows(x, layers);
  std::vector<at::Tensor> out;
  out.reserve(kLayers);
  for (const auto& [weight, bias] : layers) out.push_back(linear(products, x, weight, bias));
  return out;
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

/// The rows of x at `positions`; where products are of many rows, zero rows behind them up to a
/// multiple of kRowMultiple.
at::Tensor gather(Products products,
                  const at::Tensor& x,
                  const std::vector<std::int64_t>& positions) {
  if (products == Products::few_rows) return x.index_select(0, index_tensor(positions, x.device()));
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

/// Consecutive rows of a cached batch that get the same product are a forward of their own.
Prefixes Transformer::run(const PackedRows& rows,
                          std::span<KvCache* const> caches,
                          const LogitsVisitor& visit) const {
  const c10::InferenceMode no_gradients;
  if (caches.empty() || !weights_.embedding.is_cpu())
    return forward(rows, caches, visit, Products::many_rows);
  const auto is_single = [&](std::size_t row) { return rows.length(row) == 1; };
  std::int64_t shown = 0;
  for (std::size_t first = 0; first < rows.rows();) {
    auto last = first + 1;
    while (last < rows.rows() && is_single(last) == is_single(first)) ++last;
    const auto part = rows.some(first, last);
    forward(
        part, caches.subspan(first, last - first),
        [&](std::int64_t at, const at::Tensor& logits) { visit(shown + at, logits); },
        is_single(first) ? Products::few_rows : Products::many_rows);
    shown += std::ssize(part.wanted);
    first = last;
  }
  return {};
}

Prefixes Transformer::forward(const PackedRows& rows,
                              std::span<KvCache* const> caches,
                              const LogitsVisitor& visit,
                              Products products) const {
  const TransformerBatch batch(rows, caches, rotary_, causal_, products);
  const auto x = hidden_states(batch);
  batch.advance_caches();
  if (!rows.wanted.empty()) visit_head(x, batch, visit);
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
  const auto products = batch.products();
  auto x = embedded(batch);
  for (std::size_t layer = 0; layer < weights_.blocks.size(); ++layer) {
    const auto& block = weights_.blocks[layer];
    auto n1 = normed(x, block.norm_1, block.norm_1_bias);
    auto heads = attended(layer, n1, batch);
    if (layer + 1 == weights_.blocks.size()) {
      x = gather(products, x, batch.needed());
      heads = gather(products, heads, batch.needed());
      if (config_.shared_attention_norm) n1 = gather(products, n1, batch.needed());
    }
    const auto second_norm = [&] { return normed(x, block.norm_2, block.norm_2_bias); };
    const auto h = linear(products, heads, block.proj, block.proj_bias);
    if (config_.parallel_residual) {
      const auto more =
          feed_forward(block, config_.shared_attention_norm ? n1 : second_norm(), products);
      add_both(h, more, x);
    } else {
      add(x, h);
      add(x, feed_forward(block, second_norm(), products));
    }
  }
  return x;
}

/// Of a parallel residual. Where it is rounded after each addition, the order is part of a model.
void Transformer::add_both(const at::Tensor& attention,
                           const at::Tensor& feed_forward,
                           at::Tensor& x) const {
  if (config_.arithmetic == Arithmetic::transformers) {
    add(x, attention + feed_forward);
  } else {
    add(x, attention);
    add(x, feed_forward);
  }
}

Heads Transformer::heads(const BlockWeights& block, const at::Tensor& n1, Products products) const {
  if (!block.qkv.defined()) {
    const auto parts = linears<3>(products, n1,
                                  {{{.weight = block.q, .bias = block.q_bias},
                                    {.weight = block.k, .bias = block.k_bias},
                                    {.weight = block.v, .bias = block.v_bias}}});
    return heads_apart(parts[0], parts[1], parts[2], shape_);
  }
  const auto qkv = linear(products, n1, block.qkv, block.qkv_bias);
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
  const auto projections = rotate(heads(block, n1, batch.products()), rotation, shape_);
  auto out = at::empty({n1.size(0), shape_.heads * shape_.head_size}, n1.options());
  if (const auto padding = out.size(0) - rows.tokens(); padding > 0)
    out.narrow(0, rows.tokens(), padding).zero_();
  if (const auto* gathered = batch.gathered()) {
    gathered->attend(projections, batch.past(layer), out);
  } else {
    cpu::attend(projections, rows, batch.past(layer), causal_, out);
  }
  batch.keep(layer, projections);
  return out;
}

at::Tensor Transformer::feed_forward(const BlockWeights& block,
                                     const at::Tensor& n2,
                                     Products products) const {
  if (block.gate_up.defined())
    return linear(products, swiglu(linear(products, n2, block.gate_up)), block.down);
  if (config_.feed_forward == FeedForward::swiglu) {
    const auto both = linears<2>(products, n2,
                                 {{{.weight = block.gate, .bias = block.gate_bias},
                                   {.weight = block.up, .bias = block.up_bias}}});
    return linear(products, swiglu(both[0], both[1]), block.down, block.down_bias);
  }
  auto inner = linear(products, n2, block.up, block.up_bias);
  gelu(inner, config_.feed_forward == FeedForward::gelu_tanh ? "tanh" : "none");
  return linear(products, inner, block.down, block.down_bias);
}

void Transformer::visit_head(const at::Tensor& x,
                             const TransformerBatch& batch,
                             const LogitsVisitor& visit) const {
  const auto& rows = batch.rows();
  const auto& needed = batch.needed();
  const auto states = normed(x, weights_.norm_f, weights_.norm_f_bias);
  const auto slice = [&](const std::vector<std::int64_t>& positions, std::size_t first,
                         std::size_t count) {
    std::vector<std::int64_t> at;
    for (std::size_t w = first; w < first + count; ++w) {
      const auto found = std::lower_bound(needed.begin(), needed.end(), positions[w]);
      at.push_back(found - needed.begin());
    }
    return gather(batch.products(), states, at);
  };
  const auto block = static_cast<std::size_t>(kHeadRows);
  for (std::size_t first = 0; first < rows.wanted.size(); first += block) {
    const auto count = std::min(block, rows.wanted.size() - first);
    const auto conditional = slice(rows.wanted, first, count);
    const auto logits =
        rows.unconditional.empty()
            ? head_logits(conditional, batch.products())
            : guided_logits(conditional, slice(rows.unconditional, first, count), rows.guidance);
    if (config_.excludes_mask) {
      logits.select(1, config_.mask()).fill_(-std::numeric_limits<double>::infinity());
    }
    visit(static_cast<std::int64_t>(first), logits.narrow(0, 0, static_cast<std::int64_t>(count)));
  }
}

at::Tensor Transformer::head_logits(const at::Tensor& states, Products products) const {
  return linear(products, states, weights_.head, weights_.head_bias);
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
  if (type_ == at::kFloat)
    return head_logits(combined(conditional, unconditional), Products::many_rows);
  const auto type = config_.arithmetic == Arithmetic::transformers ? at::kFloat : type_;
  const auto head = [&](const at::Tensor& states) {
    return head_logits(states, Products::many_rows).to(type);
  };
  return combined(head(conditional), head(unconditional));
}

}  // namespace smdm
