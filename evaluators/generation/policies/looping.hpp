/// Policies without a number of steps: they look at the first unfinished block until it is full,
/// and reveal as many of its positions as a rule accepts.
#pragma once

#include "evaluators/generation/policies/blocks.hpp"
#include "evaluators/generation/policies/policy.hpp"

namespace smdm {

/// How many of the candidates to reveal, at least one.
/// @param values  of the candidates, best first
using Accept = std::function<std::size_t(std::span<const double> values)>;

/// Sorts a block's candidates by a value and asks the rule how many go.
class LoopingPolicy final : public Policy {
 public:
  /// @param value   what the rule looks at
  /// @param rising  whether the smallest value is the best one
  LoopingPolicy(Blocks blocks,
                FactNeeds needs,
                double (*value)(const Candidate& candidate),
                bool rising,
                Accept accept);
  [[nodiscard]] FactNeeds needs() const override { return needs_; }
  std::optional<PolicyStep> next(std::span<const std::size_t> hidden) override;
  std::vector<std::size_t> choose(std::span<const Candidate> candidates) override;

 private:
  Blocks blocks_;
  FactNeeds needs_;
  double (*value_)(const Candidate& candidate);
  bool rising_;
  Accept accept_;
  std::int64_t step_ = 0;
};

/// The probability of a candidate's token.
[[nodiscard]] double confidence_of(const Candidate& candidate);

}  // namespace smdm
