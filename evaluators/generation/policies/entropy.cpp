#include "evaluators/generation/policies/makers.hpp"
#include "evaluators/generation/policies/planned.hpp"

namespace smdm::policies {

Made entropy(const PolicyConfig& config, Hidden hidden, const PositionDraws& /*draws*/) {
  return std::make_unique<RankedByPlan>(Plan(config, hidden), FactNeeds{.spread = true},
                                        [](const Candidate& one) { return -one.entropy; });
}

}  // namespace smdm::policies
