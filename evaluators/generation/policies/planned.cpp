// LLaDA's plan of a block, and the two ways to choose within it: by a score, or by chance.
#include "evaluators/generation/policies/planned.hpp"

#include <algorithm>
#include <utility>

namespace smdm {

Plan::Plan(const PolicyConfig& config, std::span<const std::size_t> hidden)
    : blocks_(hidden, config.block_length) {
  const auto blocks = std::max<std::size_t>(blocks_.count(), 1);
  const auto longest = hidden.empty() ? 1 : blocks_.size(0);
  steps_of_block_ = config.steps == 0
                        ? longest
                        : std::max<std::size_t>(static_cast<std::size_t>(config.steps) / blocks, 1);
}

std::optional<Plan::Step> Plan::next(std::span<const std::size_t> hidden) {
  while (step_ < blocks_.count() * steps_of_block_) {
    const auto step = step_++;
    const auto block = step / steps_of_block_;
    const auto at = step % steps_of_block_;
    const auto size = blocks_.size(block);
    const auto count = size / steps_of_block_ + (at < size % steps_of_block_ ? 1 : 0);
    const auto candidates = blocks_.until_end_of(block, hidden);
    if (count > 0 && !candidates.empty())
      return Step{
          .number = static_cast<std::int64_t>(step), .count = count, .candidates = candidates};
  }
  return std::nullopt;
}

RankedByPlan::RankedByPlan(Plan plan, FactNeeds needs, double (*score)(const Candidate& candidate))
    : plan_(std::move(plan)), needs_(needs), score_(score) {}

std::optional<PolicyStep> RankedByPlan::next(std::span<const std::size_t> hidden) {
  const auto step = plan_.next(hidden);
  if (!step) return std::nullopt;
  count_ = step->count;
  return PolicyStep{.number = step->number,
                    .wanted = {step->candidates.begin(), step->candidates.end()}};
}

std::vector<std::size_t> RankedByPlan::choose(std::span<const Candidate> candidates) {
  std::vector<double> scores;
  scores.reserve(candidates.size());
  for (const auto& candidate : candidates) scores.push_back(score_(candidate));
  return top_ranked(scores, count_);
}

DrawnByPlan::DrawnByPlan(Plan plan, PositionDraws draws)
    : plan_(std::move(plan)), draws_(std::move(draws)) {}

std::optional<PolicyStep> DrawnByPlan::next(std::span<const std::size_t> hidden) {
  const auto step = plan_.next(hidden);
  if (!step) return std::nullopt;
  std::vector<double> scores;
  scores.reserve(step->candidates.size());
  for (const auto position : step->candidates)
    scores.push_back(draws_.uniform(step->number, position));
  auto chosen = top_ranked(scores, step->count);
  std::ranges::sort(chosen);
  PolicyStep asked{.number = step->number, .wanted = {}};
  asked.wanted.reserve(chosen.size());
  for (const auto index : chosen) asked.wanted.push_back(step->candidates[index]);
  return asked;
}

std::vector<std::size_t> DrawnByPlan::choose(std::span<const Candidate> candidates) {
  return all_indices(candidates.size());
}

}  // namespace smdm
