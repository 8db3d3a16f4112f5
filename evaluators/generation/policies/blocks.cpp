#include "evaluators/generation/policies/blocks.hpp"

#include <algorithm>

namespace smdm {

Blocks::Blocks(std::span<const std::size_t> hidden, std::int64_t length) {
  const auto step =
      length == 0 ? std::max<std::size_t>(hidden.size(), 1) : static_cast<std::size_t>(length);
  for (std::size_t first = 0; first < hidden.size(); first += step) {
    const auto size = std::min(step, hidden.size() - first);
    begins_.push_back(hidden[first]);
    ends_.push_back(hidden[first + size - 1] + 1);
    sizes_.push_back(size);
  }
}

std::size_t Blocks::size(std::size_t block) const {
  return sizes_[block];
}

std::size_t Blocks::block_of(std::size_t position) const {
  return static_cast<std::size_t>(std::ranges::upper_bound(ends_, position) - ends_.begin());
}

std::span<const std::size_t> Blocks::until_end_of(std::size_t block,
                                                  std::span<const std::size_t> hidden) const {
  const auto end = std::ranges::lower_bound(hidden, ends_[block]);
  return hidden.first(static_cast<std::size_t>(end - hidden.begin()));
}

std::span<const std::size_t> Blocks::of_first(std::span<const std::size_t> hidden) const {
  for (std::size_t block = 0; block < count(); ++block) {
    const auto open = until_end_of(block, hidden);
    if (!open.empty()) return open;
  }
  return {};
}

}  // namespace smdm
