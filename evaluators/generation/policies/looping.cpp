#include "evaluators/generation/policies/looping.hpp"

#include <cmath>
#include <utility>

namespace smdm {

LoopingPolicy::LoopingPolicy(Blocks blocks,
                             FactNeeds needs,
                             double (*value)(const Candidate& candidate),
                             bool rising,
                             Accept accept)
    : blocks_(std::move(blocks)),
      needs_(needs),
      value_(value),
      rising_(rising),
      accept_(std::move(accept)) {}

std::optional<PolicyStep> LoopingPolicy::next(std::span<const std::size_t> hidden) {
  const auto open = blocks_.of_first(hidden);
  if (open.empty()) return std::nullopt;
  return PolicyStep{.number = step_++, .wanted = {open.begin(), open.end()}};
}

std::vector<std::size_t> LoopingPolicy::choose(std::span<const Candidate> candidates) {
  std::vector<double> scores;
  scores.reserve(candidates.size());
  for (const auto& candidate : candidates)
    scores.push_back(rising_ ? -value_(candidate) : value_(candidate));
  auto order = top_ranked(scores, scores.size());
  std::vector<double> sorted;
  sorted.reserve(order.size());
  for (const auto index : order) sorted.push_back(value_(candidates[index]));
  order.resize(accept_(sorted));
  return order;
}

double confidence_of(const Candidate& candidate) {
  return std::exp(candidate.log_confidence);
}

}  // namespace smdm
