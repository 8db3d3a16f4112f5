#include "evaluators/generation/policies/makers.hpp"
#include "evaluators/generation/policies/planned.hpp"

namespace smdm::policies {

Made llada(const PolicyConfig& config, Hidden hidden, const PositionDraws& draws) {
  if (config.remasking == Remasking::random)
    return std::make_unique<DrawnByPlan>(Plan(config, hidden), draws);
  return std::make_unique<RankedByPlan>(Plan(config, hidden), FactNeeds{.confidence = true},
                                        [](const Candidate& one) { return one.log_confidence; });
}

}  // namespace smdm::policies
