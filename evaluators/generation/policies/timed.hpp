/// Policies that follow the times of a reverse diffusion (schedule.hpp), without blocks.
#pragma once

#include <vector>

#include "evaluators/generation/policies/policy.hpp"

namespace smdm {

/// How sure a candidate is; the surest are revealed.
using Score = std::function<double(std::int64_t step, const Candidate& candidate)>;

/// Reveals the floor(hidden * share) of highest score in each step, all in the last.
class RankedByTime final : public Policy {
 public:
  RankedByTime(std::vector<float> times, FactNeeds needs, Score score);
  [[nodiscard]] FactNeeds needs() const override { return needs_; }
  std::optional<PolicyStep> next(std::span<const std::size_t> hidden) override;
  std::vector<std::size_t> choose(std::span<const Candidate> candidates) override;

 private:
  std::vector<float> times_;
  FactNeeds needs_;
  Score score_;
  std::int64_t step_ = 0;
  std::size_t count_ = 0;
};

/// Reveals each position whose draw is below the step's share, and asks for no other.
class DrawnByTime final : public Policy {
 public:
  DrawnByTime(std::vector<float> times, PositionDraws draws);
  [[nodiscard]] FactNeeds needs() const override { return {}; }
  std::optional<PolicyStep> next(std::span<const std::size_t> hidden) override;
  std::vector<std::size_t> choose(std::span<const Candidate> candidates) override;

 private:
  std::vector<float> times_;
  PositionDraws draws_;
  std::int64_t step_ = 0;
};

}  // namespace smdm
