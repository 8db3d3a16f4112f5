#include "evaluators/generation/policies/looping.hpp"
#include "evaluators/generation/policies/makers.hpp"

namespace smdm::policies {

Made factor(const PolicyConfig& config, Hidden hidden, const PositionDraws& /*draws*/) {
  // The r-th of the candidates, counted from 1, passes at 1 - factor / (r + 1).
  const Accept accept = [factor = config.factor,
                         takes_last = config.takes_last_candidate](std::span<const double> values) {
    std::size_t count = 1;
    while (count < values.size() &&
           values[count] >= 1.0 - factor / static_cast<double>(count + 2)) {
      ++count;
    }
    const bool last_is_first_to_fail = count + 1 == values.size();
    return takes_last && last_is_first_to_fail ? values.size() : count;
  };
  return std::make_unique<LoopingPolicy>(Blocks(hidden, config.block_length),
                                         FactNeeds{.confidence = true}, confidence_of,
                                         /*rising=*/false, accept);
}

}  // namespace smdm::policies
