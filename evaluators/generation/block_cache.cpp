// A step is asked of the whole row as ever, and cut down to its stretch where something is kept: so
// guidance, infilling and shifted logits need no cases of their own here.
#include "evaluators/generation/block_cache.hpp"

#include <algorithm>
#include <iterator>
#include <stdexcept>
#include <string>
#include <utility>

namespace smdm {

BlockCache::BlockCache(const KvCacheConfig& config,
                       std::span<const std::size_t> hidden,
                       std::int64_t block_length,
                       bool shifted)
    : config_(config), blocks_(hidden, block_length), shifted_(shifted) {}

RowGroup BlockCache::ask(const MaskedSequence& sequence,
                         const std::vector<std::size_t>& positions) {
  auto group = sequence.ask(positions);
  if (config_.caching == KvCaching::none) return group;
  enter(blocks_.block_of(positions.back()));
  begin_ = std::min(begin_, positions.front());
  const auto read = stretch(sequence.ids.size());
  const bool due = config_.refresh > 0 && steps_ >= config_.refresh;
  if (kept_.empty() || due) return whole_rows(std::move(group), read);
  ++steps_;
  return stretches(group, read);
}

void BlockCache::keep(std::span<const std::shared_ptr<const Prefix>> prefixes) {
  kept_.assign(prefixes.begin(), prefixes.end());
}

/// Blocks follow one another. Where masks were drawn, earlier ones may be asked for still.
void BlockCache::enter(std::size_t block) {
  if (block_ && block <= *block_) return;
  block_ = block;
  begin_ = blocks_.begin_of(block);
  kept_.clear();
}

/// What steps read that do not read everything.
PositionRange BlockCache::stretch(std::size_t length) const {
  const bool to_block_end = config_.caching == KvCaching::dual;
  return {.begin = begin_ - (shifted_ && begin_ > 0 ? 1 : 0),
          .end = to_block_end ? blocks_.end_of(block_.value()) : length};
}

RowGroup BlockCache::whole_rows(RowGroup group, const PositionRange& read) {
  kept_.clear();  // before new ones are computed, so that there are never both
  steps_ = 1;
  const auto length = static_cast<std::size_t>(group.rows.length(0));
  const bool is_whole = read.begin == 0 && read.end == length;
  if (is_whole || config_.refresh == 1) return group;
  const auto kept = config_.caching == KvCaching::prefix ? read.begin : length;
  group.rows.keep.assign(group.rows.rows(), static_cast<std::int64_t>(kept));
  return group;
}

/// Rows of the same group that begin and end with the stretch, over what is kept of the others.
RowGroup BlockCache::stretches(const RowGroup& whole, const PositionRange& read) const {
  const auto& from = whole.rows;
  const auto begin = static_cast<std::int64_t>(read.begin);
  const auto length = static_cast<std::int64_t>(read.end - read.begin);
  RowGroup group;
  for (std::size_t row = 0; row < from.rows(); ++row) {
    const auto first = static_cast<std::size_t>(from.offsets[row] + begin);
    group.rows.append(std::span(from.ids).subspan(first, read.end - read.begin));
  }
  group.rows.prefixes = kept_;
  group.rows.begins.assign(from.rows(), begin);
  group.rows.guidance = from.guidance;
  // Rows of a group are equally long.
  const auto moved = [&](std::int64_t position) {
    const auto row = position / from.length(0);
    return position % from.length(0) - begin + row * length;
  };
  std::ranges::transform(from.wanted, std::back_inserter(group.rows.wanted), moved);
  std::ranges::transform(from.unconditional, std::back_inserter(group.rows.unconditional), moved);
  return group;
}

void check_kv_cache(const KvCacheConfig& config) {
  if (config.refresh < 0)
    throw std::invalid_argument("wanted 0 steps or more between refreshes of a cache, got " +
                                std::to_string(config.refresh));
}

}  // namespace smdm
