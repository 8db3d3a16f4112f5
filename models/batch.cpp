// Positions count on from whatever stands before a row: a cache, a prefix, or an earlier row of the
// same batch. Tokens that only pad the batch have id 0 and position 0, and nobody reads them.
#include "models/batch.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>
#include <string>

#include <ATen/Functions.h>

namespace smdm {
namespace {

std::vector<std::int64_t> needed_positions(const PackedRows& rows) {
  std::vector<std::int64_t> needed = rows.wanted;
  needed.insert(needed.end(), rows.unconditional.begin(), rows.unconditional.end());
  std::sort(needed.begin(), needed.end());
  needed.erase(std::unique(needed.begin(), needed.end()), needed.end());
  return needed;
}

/// Copies tokens first .. first + count - 1 to `place` and behind. Both tensors are row-major.
void copy_tokens(const at::Tensor& from,
                 std::int64_t first,
                 std::int64_t count,
                 const at::Tensor& to,
                 std::int64_t place) {
  if (!from.is_cpu()) {
    to.narrow(0, place, count).copy_(from.narrow(0, first, count));
    return;
  }
  // Not from.stride(0), which says nothing where there is one token.
  const auto bytes = from.size(1) * from.size(2) * static_cast<std::int64_t>(from.element_size());
  std::memcpy(static_cast<std::byte*>(to.mutable_data_ptr()) + place * bytes,
              static_cast<const std::byte*>(from.const_data_ptr()) + first * bytes,
              static_cast<std::size_t>(count * bytes));
}

}  // namespace

std::int64_t padded_rows(std::int64_t rows) {
  return (rows + kRowMultiple - 1) / kRowMultiple * kRowMultiple;
}

at::Tensor index_tensor(const std::vector<std::int64_t>& values, at::Device device) {
  const auto tensor = at::empty({static_cast<std::int64_t>(values.size())}, at::kLong);
  std::copy(values.begin(), values.end(), tensor.mutable_data_ptr<std::int64_t>());
  return tensor.to(device);
}

LayerCache::LayerCache(std::int64_t layers,
                       const std::vector<std::int64_t>& shape,
                       const at::TensorOptions& options) {
  keys_.reserve(static_cast<std::size_t>(layers));
  values_.reserve(static_cast<std::size_t>(layers));
  for (std::int64_t layer = 0; layer < layers; ++layer) {
    keys_.push_back(at::empty(shape, options));
    values_.push_back(at::empty(shape, options));
  }
}

Past LayerCache::past(std::size_t layer) const {
  if (tokens_ == 0) return {};
  return {.key = keys_[layer], .value = values_[layer], .tokens = tokens_};
}

void LayerCache::write(std::size_t layer,
                       const Projections& projections,
                       std::int64_t first,
                       std::int64_t count) {
  copy_tokens(projections.key, first, count, keys_[layer], tokens_);
  copy_tokens(projections.value, first, count, values_[layer], tokens_);
}

void LayerPrefix::add_layer(const at::Tensor& key, const at::Tensor& value) {
  layers_.push_back({.key = key.narrow(0, 0, tokens_).clone(),
                     .value = value.narrow(0, 0, tokens_).clone(),
                     .tokens = tokens_});
}

TransformerBatch::TransformerBatch(const PackedRows& rows,
                                   std::span<KvCache* const> caches,
                                   const RotaryTables& tables,
                                   bool causal,
                                   Products products)
    : rows_(rows), products_(products), needed_(needed_positions(rows)) {
  for (auto* cache : caches) caches_.push_back(static_cast<LayerCache*>(cache));
  require_room();
  for (const auto tokens : rows.keep)
    kept_.push_back(tokens > 0 ? std::make_shared<LayerPrefix>(tokens) : nullptr);
  const auto device = tables.cosine.device();
  auto all = rows.ids;
  if (products == Products::many_rows)
    all.resize(static_cast<std::size_t>(padded_rows(rows.tokens())), 0);
  ids_ = index_tensor(all, device);
  positions_ = index_tensor(positions_of(all.size()), device);
  angles_ = {.cosine = tables.cosine.index_select(0, positions_),
             .sine = tables.sine.index_select(0, positions_)};
  if (!device.is_cpu()) gathered_.emplace(rows, past_tokens(), causal, device);
}

std::vector<Past> TransformerBatch::past(std::size_t layer) const {
  std::vector<Past> all;
  all.reserve(caches_.size() + rows_.prefixes.size());
  for (const auto* cache : caches_) all.push_back(cache->past(layer));
  for (const auto& prefix : rows_.prefixes) {
    const auto* frozen = static_cast<const LayerPrefix*>(prefix.get());
    all.push_back(frozen == nullptr ? Past{} : frozen->past(layer));
  }
  return all;
}

void TransformerBatch::keep(std::size_t layer, const Projections& projections) const {
  const auto own = [&](std::size_t row, const at::Tensor& t) {
    return t.narrow(0, rows_.offsets[row], rows_.length(row));
  };
  for (std::size_t row = 0; row < caches_.size(); ++row)
    caches_[row]->write(layer, projections, rows_.offsets[row], rows_.length(row));
  for (std::size_t row = 0; row < kept_.size(); ++row) {
    if (kept_[row] == nullptr) continue;
    kept_[row]->add_layer(own(row, projections.key), own(row, projections.value));
  }
}

void TransformerBatch::advance_caches() const {
  for (std::size_t row = 0; row < caches_.size(); ++row) caches_[row]->advance(rows_.length(row));
}

void TransformerBatch::require_room() const {
  for (std::size_t row = 0; row < caches_.size(); ++row) {
    const auto total = caches_[row]->tokens() + rows_.length(row);
    if (total <= caches_[row]->capacity()) continue;
    throw std::invalid_argument("model input: row " + std::to_string(row) + " needs a cache of " +
                                std::to_string(total) + " tokens, its cache holds " +
                                std::to_string(caches_[row]->capacity()));
  }
}

/// As past(), in tokens.
std::vector<std::int64_t> TransformerBatch::past_tokens() const {
  std::vector<std::int64_t> all;
  all.reserve(caches_.size() + rows_.prefixes.size());
  for (const auto* cache : caches_) all.push_back(cache->tokens());
  for (const auto& prefix : rows_.prefixes) all.push_back(prefix == nullptr ? 0 : prefix->tokens());
  return all;
}

std::int64_t TransformerBatch::first_position(std::size_t row) const {
  if (!caches_.empty()) return caches_[row]->tokens();
  if (!rows_.prefixes.empty() && rows_.prefixes[row] != nullptr)
    return rows_.around(row, rows_.prefixes[row]->tokens()).before;
  const auto parent = rows_.parent(row);
  return parent ? rows_.length(*parent) : 0;
}

/// Of every token, then 0 up to `count`.
std::vector<std::int64_t> TransformerBatch::positions_of(std::size_t count) const {
  std::vector<std::int64_t> all;
  all.reserve(count);
  for (std::size_t row = 0; row < rows_.rows(); ++row) {
    const auto first = first_position(row);
    for (std::int64_t i = 0; i < rows_.length(row); ++i) all.push_back(first + i);
  }
  all.resize(count, 0);
  return all;
}

}  // namespace smdm
