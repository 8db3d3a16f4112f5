#include "evaluators/generation/policies/makers.hpp"
#include "evaluators/generation/policies/timed.hpp"
#include "evaluators/generation/schedule.hpp"

namespace smdm::policies {

Made confidence(const PolicyConfig& config, Hidden /*hidden*/, const PositionDraws& /*draws*/) {
  return std::make_unique<RankedByTime>(
      diffusion_times(config.steps), FactNeeds{.confidence = true},
      [](std::int64_t /*step*/, const Candidate& one) { return one.log_confidence; });
}

}  // namespace smdm::policies
