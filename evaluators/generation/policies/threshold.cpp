#include "evaluators/generation/policies/looping.hpp"
#include "evaluators/generation/policies/makers.hpp"

namespace smdm::policies {

Made threshold(const PolicyConfig& config, Hidden hidden, const PositionDraws& /*draws*/) {
  const Accept accept = [least = config.threshold](std::span<const double> values) {
    std::size_t count = 1;
    while (count < values.size() && values[count] >= least) ++count;
    return count;
  };
  return std::make_unique<LoopingPolicy>(Blocks(hidden, config.block_length),
                                         FactNeeds{.confidence = true}, confidence_of,
                                         /*rising=*/false, accept);
}

}  // namespace smdm::policies
