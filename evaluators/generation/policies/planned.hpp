/// Policies that know beforehand how many positions each step of a block reveals (LLaDA's plan).
#pragma once

#include "evaluators/generation/policies/blocks.hpp"
#include "evaluators/generation/policies/policy.hpp"

namespace smdm {

/// Where the plan stands. The steps are spread evenly over the blocks, at least one each; a block
/// of n positions and s steps reveals n / s in each of them, and one more in the first n % s. A
/// step that would reveal nothing is counted, and left out. With 0 steps a block has one for each
/// of its positions.
class Plan {
 public:
  struct Step {
    std::int64_t number = 0;
    std::size_t count = 0;                    ///< how many it reveals
    std::span<const std::size_t> candidates;  ///< hidden ones up to the end of its block
  };

  Plan(const PolicyConfig& config, std::span<const std::size_t> hidden);

  /// The next step that reveals something, or nothing.
  std::optional<Step> next(std::span<const std::size_t> hidden);

 private:
  Blocks blocks_;
  std::size_t steps_of_block_ = 1;
  std::size_t step_ = 0;
};

/// Reveals the candidates of highest score.
class RankedByPlan final : public Policy {
 public:
  RankedByPlan(Plan plan, FactNeeds needs, double (*score)(const Candidate& candidate));
  [[nodiscard]] FactNeeds needs() const override { return needs_; }
  std::optional<PolicyStep> next(std::span<const std::size_t> hidden) override;
  std::vector<std::size_t> choose(std::span<const Candidate> candidates) override;

 private:
  Plan plan_;
  FactNeeds needs_;
  double (*score_)(const Candidate& candidate);
  std::size_t count_ = 0;
};

/// Reveals the candidates of largest draw, and asks for no other.
class DrawnByPlan final : public Policy {
 public:
  DrawnByPlan(Plan plan, PositionDraws draws);
  [[nodiscard]] FactNeeds needs() const override { return {}; }
  std::optional<PolicyStep> next(std::span<const std::size_t> hidden) override;
  std::vector<std::size_t> choose(std::span<const Candidate> candidates) override;

 private:
  Plan plan_;
  PositionDraws draws_;
};

}  // namespace smdm
