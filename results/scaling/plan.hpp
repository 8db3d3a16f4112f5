/// What to train for a scaling law, within a limit: budgets, sizes, tokens and learning rates.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "results/scaling/law.hpp"
#include "results/scaling/rates.hpp"
#include "results/scaling/shapes.hpp"

namespace smdm::scaling {

/// The best size of a budget as it is expected: coefficient * C^exponent.
struct SizeLaw {
  double coefficient = 0.0;
  double exponent = 0.0;
  std::string source;  ///< where it is from, for people

  [[nodiscard]] double at(double flops) const;
};

/// Without a fit: D = 20 N for autoregressive models (Hoffmann et al. 2022, arXiv:2203.15556), and
/// 0.0216 C^0.514 for masked diffusion (Quokka, arXiv:2510.03280).
/// @param backend  "mdm" or "arm"
[[nodiscard]] SizeLaw usual_sizes(const std::string& backend);

/// What fits say of a family's best size, by parabolas if there is such a law, else by the
/// envelope, else parametrically; nothing where there is none, or one whose exponent no plan can be
/// made with (outside 0.1 to 0.9).
/// @param family  as its points call it
[[nodiscard]] std::optional<SizeLaw> fitted_sizes(std::span<const FamilyFit> fits,
                                                  const std::string& family);

struct PlannedFamily {
  std::string backend;  ///< "mdm" or "arm"
  SizeLaw sizes;
};

/// What a plan is to have.
struct PlanRequest {
  std::vector<PlannedFamily> families;
  std::size_t budgets = 4;       ///< at least 1
  double ratio = 3.0;            ///< of a budget to the one below it, above 1
  std::size_t sizes = 5;         ///< of each budget, at least 1
  double reach = 4.0;            ///< the outermost sizes are so many times from the best; above 1
  std::size_t seeds = 1;         ///< trainings of each size, at least 1
  double tokens_a_step = 0.0;    ///< positive
  double learning_rate = 0.0;    ///< at the reference width; others have it times that over theirs
  double reference_width = 0.0;  ///< positive
};

/// The fewest steps of a planned training: a whole number of them then costs at most 1 % more than
/// its budget, so that a budget's trainings are found to be one.
inline constexpr double kFewestSteps = 120.0;

/// One size at one budget.
struct PlannedSize {
  std::string backend;
  Shape shape;
  double budget = 0.0;  ///< FLOPs
  double steps = 0.0;   ///< the least whole number that spends the budget
  double tokens = 0.0;  ///< of all steps
  double learning_rate = 0.0;

  /// 6 N D of the steps.
  [[nodiscard]] double flops() const;
};

struct Plan {
  std::vector<double> budgets;     ///< FLOPs, rising; four significant digits
  std::vector<PlannedSize> sizes;  ///< by budget, families in turn, smallest first
  std::size_t seeds = 1;

  [[nodiscard]] std::size_t trainings() const { return seeds * sizes.size(); }
};

/// What one training of a size costs, in whatever the limit is in; positive.
using Cost = std::function<double(const PlannedSize& size)>;

/// Of all trainings.
[[nodiscard]] double cost_of(const Plan& plan, const Cost& cost);

/// The plan whose smallest budget is this.
[[nodiscard]] Plan plan_from(const PlanRequest& request, double smallest_budget);

/// The least plan: the smallest size is a shape that there is, and no training has fewer than
/// kFewestSteps.
/// @throws Error(usage)  if there is none below 1e24 FLOPs
[[nodiscard]] Plan smallest_plan(const PlanRequest& request);

/// The largest plan that costs no more than `limit`. REQUIRES: smallest_plan() does not
/// @throws Error(usage)  if a budget would be 1e24 FLOPs or more
[[nodiscard]] Plan plan_within(const PlanRequest& request, const Cost& cost, double limit);

/// The same sizes under other budgets, the largest that cost no more than `limit`.
[[nodiscard]] Plan budgets_within(const PlanRequest& request,
                                  const Plan& plan,
                                  const Cost& cost,
                                  double limit);

/// What a training takes besides its steps.
struct Overhead {
  double seconds = 0.0;            ///< reading the corpus
  double validation_tokens = 0.0;  ///< a forward each at the end, a third of a step's arithmetic
};

/// Seconds of a training.
[[nodiscard]] Cost seconds_by(const Rates& rates, const Overhead& overhead);

/// The largest plan that takes no longer. It measures the outermost sizes first, then all that it
/// comes to.
/// @throws Error(usage)  "--hours: ..." if even the smallest plan takes longer, saying how long
[[nodiscard]] Plan plan_within_seconds(const PlanRequest& request,
                                       Rates& rates,
                                       const Overhead& overhead,
                                       double seconds);

}  // namespace smdm::scaling
