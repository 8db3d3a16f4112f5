/// The input of one forward of the transformer on its device, and the keys and values that rows
/// take from earlier calls and leave to later ones.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include <ATen/core/Tensor.h>

#include "models/attention.hpp"
#include "models/heads.hpp"
#include "models/language_model.hpp"
#include "models/packed_rows.hpp"
#include "models/rotary.hpp"

namespace smdm {

/// Linear layers are given rows in multiples of this, which makes each output row independent of
/// the others bit for bit.
inline constexpr std::int64_t kRowMultiple = 16;

/// The next multiple of kRowMultiple.
[[nodiscard]] std::int64_t padded_rows(std::int64_t rows);

/// How linear layers are computed.
enum class Products : std::uint8_t {
  many_rows,  ///< by LibTorch, rows padded to kRowMultiple
  few_rows,   ///< by cpu::linear_of_few_rows(), rows as they are
};

/// int64 [values.size()]
[[nodiscard]] at::Tensor index_tensor(const std::vector<std::int64_t>& values, at::Device device);

/// A growing sequence's keys and values, layer by layer.
class LayerCache final : public KvCache {
 public:
  /// @param shape  [capacity, G, hs]
  LayerCache(std::int64_t layers,
             const std::vector<std::int64_t>& shape,
             const at::TensorOptions& options);

  [[nodiscard]] std::int64_t tokens() const override { return tokens_; }
  [[nodiscard]] std::int64_t capacity() const { return keys_.front().size(0); }
  [[nodiscard]] Past past(std::size_t layer) const;

  /// Writes tokens first .. first + count - 1 behind those held; they count only after advance().
  void write(std::size_t layer,
             const Projections& projections,
             std::int64_t first,
             std::int64_t count);
  void advance(std::int64_t tokens) { tokens_ += tokens; }

 private:
  std::vector<at::Tensor> keys_;  ///< per layer [capacity, G, hs]
  std::vector<at::Tensor> values_;
  std::int64_t tokens_ = 0;
};

/// Keys and values of a row's first tokens, or of all, layer by layer.
class LayerPrefix final : public Prefix {
 public:
  explicit LayerPrefix(std::int64_t tokens) : tokens_(tokens) {}
  [[nodiscard]] std::int64_t tokens() const override { return tokens_; }
  [[nodiscard]] Past past(std::size_t layer) const { return layers_[layer]; }

  /// @param key,value  [T, G, hs] of the row, T at least tokens()
  void add_layer(const at::Tensor& key, const at::Tensor& value);

 private:
  std::int64_t tokens_;
  std::vector<Past> layers_;
};

/// One call's input, padded to kRowMultiple tokens for Products::many_rows. Caches and prefixes are
/// those that the transformer made.
class TransformerBatch {
 public:
  /// @param caches  [R], or empty
  /// @param tables  of the model's positions, on its device
  /// @throws std::invalid_argument  if a row does not fit its cache
  TransformerBatch(const PackedRows& rows,
                   std::span<KvCache* const> caches,
                   const RotaryTables& tables,
                   bool causal,
                   Products products);

  [[nodiscard]] const PackedRows& rows() const { return rows_; }
  [[nodiscard]] Products products() const { return products_; }
  [[nodiscard]] const at::Tensor& ids() const { return ids_; }  ///< [N']

  /// [N'], 0 for tokens that only pad.
  [[nodiscard]] const at::Tensor& positions() const { return positions_; }

  /// Angles of every token's position, [N', rotary_elements / 2].
  [[nodiscard]] const RotaryTables& angles() const { return angles_; }

  /// Positions whose final hidden state is read, once each, in order.
  [[nodiscard]] const std::vector<std::int64_t>& needed() const { return needed_; }

  /// Null on the CPU.
  [[nodiscard]] const GatheredAttention* gathered() const {
    return gathered_ ? &*gathered_ : nullptr;
  }

  /// [R]: what is held for each row; empty where rows continue others of the batch, or nothing.
  [[nodiscard]] std::vector<Past> past(std::size_t layer) const;

  /// Hands a layer's keys and values to the caches and to the prefixes that are kept.
  void keep(std::size_t layer, const Projections& projections) const;

  /// To be called when all layers are kept: the caches hold the rows now.
  void advance_caches() const;

  /// The prefixes kept, one per row, null where none is; or empty.
  [[nodiscard]] Prefixes kept() const { return {kept_.begin(), kept_.end()}; }

 private:
  void require_room() const;
  [[nodiscard]] std::vector<std::int64_t> past_tokens() const;
  [[nodiscard]] std::int64_t first_position(std::size_t row) const;
  [[nodiscard]] std::vector<std::int64_t> positions_of(std::size_t count) const;

  const PackedRows& rows_;
  Products products_;
  std::vector<LayerCache*> caches_;
  std::vector<std::int64_t> needed_;
  at::Tensor ids_;
  at::Tensor positions_;
  RotaryTables angles_;
  std::vector<std::shared_ptr<LayerPrefix>> kept_;
  std::optional<GatheredAttention> gathered_;
};

}  // namespace smdm
