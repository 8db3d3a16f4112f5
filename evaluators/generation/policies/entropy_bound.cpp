#include "evaluators/generation/policies/looping.hpp"
#include "evaluators/generation/policies/makers.hpp"

namespace smdm::policies {

// Ben-Hamu et al. 2025, arXiv:2505.24857.
Made entropy_bound(const PolicyConfig& config, Hidden hidden, const PositionDraws& /*draws*/) {
  // Entropies rise, so the largest of a prefix is its last, and the others are those before it.
  const Accept accept = [bound = config.entropy_bound](std::span<const double> entropies) {
    double others = 0.0;
    std::size_t count = 1;
    while (count < entropies.size() && others + entropies[count - 1] <= bound)
      others += entropies[count++ - 1];
    return count;
  };
  return std::make_unique<LoopingPolicy>(
      Blocks(hidden, config.block_length), FactNeeds{.spread = true},
      [](const Candidate& one) { return one.entropy; }, /*rising=*/true, accept);
}

}  // namespace smdm::policies
