// Dream 7B (arXiv:2508.15487): its diffusion ends at 1e-3 as published, and positions are ranked in
// one of four ways, by the largest score or, at a temperature, by chance.
#include <cmath>
#include <utility>

#include "evaluators/generation/policies/makers.hpp"
#include "evaluators/generation/policies/timed.hpp"
#include "evaluators/generation/schedule.hpp"

namespace smdm::policies {
namespace {

constexpr double kLogOffset = 1e-10;  // of the published entropy

FactNeeds needs_of(DreamAlgorithm algorithm) {
  if (algorithm == DreamAlgorithm::maskgit_plus) return {.confidence = true};
  return {.spread = true, .log_offset = kLogOffset};
}

double sureness(DreamAlgorithm algorithm, const Candidate& one) {
  switch (algorithm) {
    case DreamAlgorithm::topk_margin:
      return one.best - one.second;
    case DreamAlgorithm::entropy:
      return -one.entropy;
    case DreamAlgorithm::maskgit_plus:
    case DreamAlgorithm::origin:
      break;
  }
  return std::exp(one.log_confidence);
}

}  // namespace

Made dream(const PolicyConfig& config, Hidden /*hidden*/, const PositionDraws& draws) {
  auto times = diffusion_times(config.steps, config.end_time);
  if (config.algorithm == DreamAlgorithm::origin)
    return std::make_unique<DrawnByTime>(std::move(times), draws);
  // Positions drawn without replacement with probabilities p are the largest p / e, e ~ Exp(1);
  // here in logarithms, p being the softmax of score / temperature.
  const Score score = [algorithm = config.algorithm, temperature = config.algorithm_temperature,
                       draws](std::int64_t step, const Candidate& one) {
    const auto sure = sureness(algorithm, one);
    if (temperature == 0.0) return sure;
    return sure / temperature - std::log(draws.exponential(step, one.position));
  };
  return std::make_unique<RankedByTime>(std::move(times), needs_of(config.algorithm), score);
}

}  // namespace smdm::policies
