// One forward: the call's rows are padded and given positions (Batch), every layer runs on all of
// them, and only wanted positions reach the last feed-forward layer and the head. Keys and values
// of earlier calls come in as Cache (sequences that grow) or Frozen (prefixes that stay).
#include "models/transformer.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>

#include "models/cpu/attention.hpp"
#include "models/ops.hpp"
#include "models/rotary.hpp"

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
                 .compute = compute};
  if (kind == ModelKind::mdm) info.objective = MaskedDiffusion{.mask_id = config.mask()};
  return info;
}

std::int64_t padded(std::int64_t rows) {
  return (rows + Transformer::kRowMultiple - 1) / Transformer::kRowMultiple *
         Transformer::kRowMultiple;
}

at::Tensor indices(const std::vector<std::int64_t>& values, at::Device device) {
  const auto tensor = at::empty({static_cast<std::int64_t>(values.size())}, at::kLong);
  std::copy(values.begin(), values.end(), tensor.mutable_data_ptr<std::int64_t>());
  return tensor.to(device);
}

/// Every position whose final hidden state is read, once, in order.
std::vector<std::int64_t> needed_positions(const PackedRows& rows) {
  std::vector<std::int64_t> needed = rows.wanted;
  needed.insert(needed.end(), rows.unconditional.begin(), rows.unconditional.end());
  std::sort(needed.begin(), needed.end());
  needed.erase(std::unique(needed.begin(), needed.end()), needed.end());
  return needed;
}

/// The rows of x at `positions`, zero rows behind them up to a multiple of kRowMultiple.
at::Tensor gather(const at::Tensor& x, const std::vector<std::int64_t>& positions) {
  const auto count = static_cast<std::int64_t>(positions.size());
  auto out = at::zeros({padded(count), x.size(1)}, x.options());
  out.narrow(0, 0, count).copy_(x.index_select(0, indices(positions, x.device())));
  return out;
}

}  // namespace

class Transformer::Cache final : public KvCache {
 public:
  Cache(std::int64_t layers,
        const std::vector<std::int64_t>& shape,
        const at::TensorOptions& options) {
    keys_.reserve(static_cast<std::size_t>(layers));
    values_.reserve(static_cast<std::size_t>(layers));
    for (std::int64_t layer = 0; layer < layers; ++layer) {
      keys_.push_back(at::empty(shape, options));
      values_.push_back(at::empty(shape, options));
    }
  }
  [[nodiscard]] std::int64_t tokens() const override { return tokens_; }
  [[nodiscard]] std::int64_t capacity() const { return keys_.front().size(0); }

  [[nodiscard]] Past past(std::size_t layer) const {
    if (tokens_ == 0) return {};
    return {.key = keys_[layer].narrow(0, 0, tokens_),
            .value = values_[layer].narrow(0, 0, tokens_)};
  }

  /// Writes behind the tokens held; they count only after advance().
  void write(std::size_t layer, const at::Tensor& key, const at::Tensor& value) {
    keys_[layer].narrow(0, tokens_, key.size(0)).copy_(key);
    values_[layer].narrow(0, tokens_, value.size(0)).copy_(value);
  }
  void advance(std::int64_t tokens) { tokens_ += tokens; }

 private:
  std::vector<at::Tensor> keys_;  // per layer [capacity, G, hs]
  std::vector<at::Tensor> values_;
  std::int64_t tokens_ = 0;
};

/// Keys and values of a row's first tokens, layer by layer.
class Transformer::Frozen final : public Prefix {
 public:
  explicit Frozen(std::int64_t tokens) : tokens_(tokens) {}
  [[nodiscard]] std::int64_t tokens() const override { return tokens_; }
  [[nodiscard]] Past past(std::size_t layer) const { return layers_[layer]; }

  /// @param key,value  [T, G, hs] of the row, T at least tokens()
  void add_layer(const at::Tensor& key, const at::Tensor& value) {
    layers_.push_back(
        {.key = key.narrow(0, 0, tokens_).clone(), .value = value.narrow(0, 0, tokens_).clone()});
  }

 private:
  std::int64_t tokens_;
  std::vector<Past> layers_;
};

/// One call's input, on the device and padded to kRowMultiple tokens.
struct Transformer::Batch {
  const PackedRows& rows;
  std::vector<Cache*> caches;
  std::vector<std::int64_t> needed;  ///< positions whose final hidden state is read
  at::Tensor ids;                    ///< [N']
  at::Tensor cosine;                 ///< [N', rotary_elements / 2]
  at::Tensor sine;
  std::vector<std::shared_ptr<Frozen>> kept;  ///< one per row, or none at all
  std::optional<GatheredAttention> gathered;  ///< not on the CPU

  Batch(const PackedRows& packed, std::span<KvCache* const> given, const Transformer& model)
      : rows(packed), needed(needed_positions(packed)) {
    for (auto* cache : given) caches.push_back(static_cast<Cache*>(cache));
    require_room();
    for (const auto tokens : packed.keep) {
      kept.push_back(tokens > 0 ? std::make_shared<Frozen>(tokens) : nullptr);
    }
    const auto device = model.weights_.embedding.device();
    auto all = packed.ids;
    all.resize(static_cast<std::size_t>(padded(packed.tokens())), 0);
    ids = indices(all, device);
    const auto at = indices(positions(all.size()), device);
    cosine = model.cosine_.index_select(0, at);
    sine = model.sine_.index_select(0, at);
    if (!device.is_cpu()) gathered.emplace(packed, past_tokens(), model.causal_, device);
  }

  [[nodiscard]] std::vector<Past> past(std::size_t layer) const {
    std::vector<Past> all;
    all.reserve(caches.size());
    for (const auto* cache : caches) all.push_back(cache->past(layer));
    for (const auto& prefix : rows.prefixes) {
      const auto* frozen = static_cast<const Frozen*>(prefix.get());
      all.push_back(frozen == nullptr ? Past{} : frozen->past(layer));
    }
    return all;
  }

 private:
  void require_room() const {
    for (std::size_t row = 0; row < caches.size(); ++row) {
      const auto total = caches[row]->tokens() + rows.length(row);
      if (total <= caches[row]->capacity()) continue;
      throw std::invalid_argument("model input: row " + std::to_string(row) + " needs a cache of " +
                                  std::to_string(total) + " tokens, its cache holds " +
                                  std::to_string(caches[row]->capacity()));
    }
  }

  /// As past(), in tokens.
  [[nodiscard]] std::vector<std::int64_t> past_tokens() const {
    std::vector<std::int64_t> all;
    all.reserve(caches.size() + rows.prefixes.size());
    for (const auto* cache : caches) all.push_back(cache->tokens());
    for (const auto& prefix : rows.prefixes)
      all.push_back(prefix == nullptr ? 0 : prefix->tokens());
    return all;
  }

  [[nodiscard]] std::int64_t first_position(std::size_t row) const {
    if (!caches.empty()) return caches[row]->tokens();
    if (!rows.prefixes.empty() && rows.prefixes[row] != nullptr)
      return rows.prefixes[row]->tokens();
    const auto parent = rows.parent(row);
    return parent ? rows.length(*parent) : 0;
  }

  [[nodiscard]] std::vector<std::int64_t> positions(std::size_t count) const {
    std::vector<std::int64_t> all;
    all.reserve(count);
    for (std::size_t row = 0; row < rows.rows(); ++row) {
      const auto first = first_position(row);
      for (std::int64_t i = 0; i < rows.length(row); ++i) all.push_back(first + i);
    }
    all.resize(count, 0);
    return all;
  }
};

Transformer::Transformer(const ModelConfig& config,
                         ModelKind kind,
                         ComputeType compute,
                         Weights weights)
    : LanguageModel(describe(config, kind, compute, weights)),
      config_(config),
      causal_(kind == ModelKind::arm),
      type_(compute == ComputeType::bf16 ? at::kBFloat16 : at::kFloat),
      weights_(std::move(weights)) {
  if (config_.shifted_logits)
    throw std::invalid_argument("transformer: wanted logits that are not shifted");
  auto tables = rotary_tables(config_, weights_.embedding.device());
  cosine_ = std::move(tables.cosine);
  sine_ = std::move(tables.sine);
}

std::unique_ptr<KvCache> Transformer::new_cache(std::int64_t capacity) const {
  const std::vector<std::int64_t> shape = {capacity, config_.n_query_groups, config_.head_size()};
  return std::make_unique<Cache>(config_.n_layer, shape, weights_.embedding.options().dtype(type_));
}

Prefixes Transformer::run(const PackedRows& rows,
                          std::span<KvCache* const> caches,
                          const LogitsVisitor& visit) const {
  const c10::InferenceMode no_gradients;
  const Batch batch(rows, caches, *this);
  const auto x = hidden_states(batch);
  for (std::size_t row = 0; row < batch.caches.size(); ++row) {
    batch.caches[row]->advance(rows.length(row));
  }
  if (!rows.wanted.empty()) visit_head(x, rows, batch.needed, visit);
  return {batch.kept.begin(), batch.kept.end()};
}

at::Tensor Transformer::normed(const at::Tensor& x, const at::Tensor& weight) const {
  return rms_norm(x, weight, config_.norm_eps, type_);
}

/// Residual stream at the needed positions, float32 [padded(needed), E]. Behind the last layer's
/// attention no other position is read, so the rest of that layer runs on the needed ones alone.
at::Tensor Transformer::hidden_states(const Batch& batch) const {
  auto x = weights_.embedding.index_select(0, batch.ids);
  for (std::size_t layer = 0; layer < weights_.blocks.size(); ++layer) {
    const auto& block = weights_.blocks[layer];
    auto n1 = normed(x, block.norm_1);
    auto heads = attended(layer, n1, batch);
    if (layer + 1 == weights_.blocks.size()) {
      x = gather(x, batch.needed);
      heads = gather(heads, batch.needed);
      if (config_.shared_attention_norm) n1 = gather(n1, batch.needed);
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
                                 const Batch& batch) const {
  const auto& rows = batch.rows;
  const HeadShape shape{.heads = config_.n_head,
                        .groups = config_.n_query_groups,
                        .head_size = config_.head_size(),
                        .rotary_elements = config_.rotary_elements()};
  const auto qkv = at::linear(n1, weights_.blocks[layer].qkv);
  const auto projections = split_and_rotate(qkv, batch.cosine, batch.sine, shape);
  auto out = at::empty({n1.size(0), config_.n_embd}, n1.options());
  out.narrow(0, rows.tokens(), out.size(0) - rows.tokens()).zero_();
  if (batch.gathered) {
    batch.gathered->attend(projections, batch.past(layer), out);
  } else {
    cpu::attend(projections, rows, batch.past(layer), causal_, out);
  }
  for (std::size_t row = 0; row < batch.caches.size(); ++row) {
    const auto own = [&](const at::Tensor& t) {
      return t.narrow(0, rows.offsets[row], rows.length(row));
    };
    batch.caches[row]->write(layer, own(projections.key), own(projections.value));
  }
  for (std::size_t row = 0; row < batch.kept.size(); ++row) {
    if (batch.kept[row] == nullptr) continue;
    const auto own = [&](const at::Tensor& t) {
      return t.narrow(0, rows.offsets[row], rows.length(row));
    };
    batch.kept[row]->add_layer(own(projections.key), own(projections.value));
  }
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
