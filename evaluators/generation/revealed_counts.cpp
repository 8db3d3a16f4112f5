#include "evaluators/generation/revealed_counts.hpp"

#include <algorithm>
#include <cstdint>

#include "evaluators/generation/policies/policy.hpp"

namespace smdm {
namespace {

bool settled_beforehand(const PolicyConfig& config) {
  if (config.sampler == Sampler::ancestral) return false;
  if (config.sampler == Sampler::dream && config.algorithm == DreamAlgorithm::origin) return false;
  return entry_of(config.sampler).steps;
}

/// Which positions are revealed depends on these, how many does not.
PositionDraws any_draws() {
  return {.uniform = [](std::int64_t, std::size_t) { return 0.5F; },
          .exponential = [](std::int64_t, std::size_t) { return 1.0; }};
}

std::vector<Candidate> candidates_at(const std::vector<std::size_t>& positions) {
  std::vector<Candidate> candidates(positions.size());
  for (std::size_t i = 0; i < positions.size(); ++i) candidates[i].position = positions[i];
  return candidates;
}

}  // namespace

std::optional<std::vector<std::size_t>> revealed_counts(const PolicyConfig& config,
                                                        std::size_t hidden) {
  if (!settled_beforehand(config)) return std::nullopt;
  auto left = all_indices(hidden);
  const auto policy = make_policy(config, left, any_draws());
  std::vector<std::size_t> counts;
  while (!left.empty()) {
    const auto step = policy->next(left);
    if (!step) break;
    const auto chosen = policy->choose(candidates_at(step->wanted));
    counts.push_back(chosen.size());
    std::erase_if(left, [&](std::size_t position) {
      return std::ranges::any_of(
          chosen, [&](std::size_t index) { return step->wanted[index] == position; });
    });
  }
  return counts;
}

}  // namespace smdm
