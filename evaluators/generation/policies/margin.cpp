#include "evaluators/generation/policies/makers.hpp"
#include "evaluators/generation/policies/planned.hpp"

namespace smdm::policies {

Made margin(const PolicyConfig& config, Hidden hidden, const PositionDraws& /*draws*/) {
  return std::make_unique<RankedByPlan>(Plan(config, hidden), FactNeeds{.spread = true},
                                        [](const Candidate& one) { return one.best - one.second; });
}

}  // namespace smdm::policies
