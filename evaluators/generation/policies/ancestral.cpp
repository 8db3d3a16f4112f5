#include "evaluators/generation/policies/makers.hpp"
#include "evaluators/generation/policies/timed.hpp"
#include "evaluators/generation/schedule.hpp"

namespace smdm::policies {

Made ancestral(const PolicyConfig& config, Hidden /*hidden*/, const PositionDraws& draws) {
  return std::make_unique<DrawnByTime>(diffusion_times(config.steps), draws);
}

}  // namespace smdm::policies
