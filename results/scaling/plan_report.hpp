/// Plans as people and programs read them.
#pragma once

#include <span>
#include <string>

#include "base/json.hpp"
#include "results/scaling/further.hpp"
#include "results/scaling/plan.hpp"

namespace smdm::scaling {

/// A plan with what is known of its making.
struct PlanReport {
  PlanRequest request;
  Plan plan;
  std::vector<double> seconds;  ///< of one training of each size; empty where no rate is known
  std::vector<Rates::Measured> rates;
  std::optional<double> corpus_tokens;  ///< where they were counted

  /// FLOPs of all trainings.
  [[nodiscard]] double flops() const;
  /// Of all trainings. REQUIRES: rates are known
  [[nodiscard]] double all_seconds() const;
  /// Tokens of the training that takes most.
  [[nodiscard]] double most_tokens() const;
};

/// The table of sizes, rates where they are known, and what a reader must know.
[[nodiscard]] std::string plan_text(const PlanReport& report);

/// Everything (docs/scaling.md).
[[nodiscard]] Json plan_json(const PlanReport& report);

/// Which further trainings would narrow the gaps.
[[nodiscard]] std::string further_text(std::span<const Further> gaps);
[[nodiscard]] Json further_json(std::span<const Further> gaps);

}  // namespace smdm::scaling
