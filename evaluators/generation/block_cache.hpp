/// Keys and values that a document's steps share within a block (Wu et al. 2025, arXiv:2505.22618:
/// Fast-dLLM's prefix cache and dual cache).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "evaluators/generation/kv_caching.hpp"
#include "evaluators/generation/policies/blocks.hpp"
#include "evaluators/rows/guidance.hpp"
#include "evaluators/rows/masked_sequence.hpp"
#include "evaluators/rows/packing.hpp"
#include "models/packed_rows.hpp"

namespace smdm {

/// The cache of one document, and of its unconditional twin where it is guided.
///
/// A block begins with the first step that asks for one of its positions. That step reads the whole
/// row, and so does every `refresh`-th one behind it: its logits are used like any others, and the
/// keys and values that it computed are kept. The steps between read a stretch of the row, over
/// what is kept of the rest: `prefix` from the block's first position to the row's end, `dual` to
/// the block's end. (Positions are those hidden at the document's start, see Blocks; what is shown
/// among them is part of the stretch. Where positions of earlier blocks are asked for as well,
/// which only a sampler that draws masks does, it begins with the first of them.) Logits of a
/// shifted model stand one to the left, so its stretches begin one token earlier. A stretch that is
/// the whole row needs no cache: nothing is kept then.
///
/// Approximate: a token's keys and values follow from all tokens, those that the stretch has
/// revealed since included; what is kept does not.
class BlockCache {
 public:
  /// @param hidden        positions hidden at the document's start, increasing
  /// @param block_length  of the sampler, see Blocks
  /// @param shifted       as of the model
  BlockCache(const KvCacheConfig& config,
             std::span<const std::size_t> hidden,
             std::int64_t block_length,
             bool shifted);

  /// The group that the next step computes.
  /// @param positions  whose logits it wants: hidden, increasing, not empty
  [[nodiscard]] RowGroup ask(const MaskedSequence& sequence,
                             const std::vector<std::size_t>& positions);

  /// Takes what the rows of that group keep. To be called before the next step if they keep
  /// anything.
  void keep(std::span<const std::shared_ptr<const Prefix>> prefixes);

 private:
  void enter(std::size_t block);
  [[nodiscard]] PositionRange stretch(std::size_t length) const;
  [[nodiscard]] RowGroup whole_rows(RowGroup group, const PositionRange& read);
  [[nodiscard]] RowGroup stretches(const RowGroup& whole, const PositionRange& read) const;

  KvCacheConfig config_;
  Blocks blocks_;
  bool shifted_;
  std::optional<std::size_t> block_;  ///< the current one, once there is one
  std::size_t begin_ = 0;             ///< first position that steps of this block ask for
  std::int64_t steps_ = 0;            ///< since the last one that read everything, it included
  Prefixes kept_;                     ///< of the row, and of its twin; empty: nothing
};

/// @throws std::invalid_argument  if the steps between refreshes are negative
void check_kv_cache(const KvCacheConfig& config);

}  // namespace smdm
