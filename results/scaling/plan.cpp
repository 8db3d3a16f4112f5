// Budgets are in a fixed ratio, so that a plan has one number: its smallest budget. It is searched
// by halving. What a training costs is counted in whole steps, as it will be spent.
#include "results/scaling/plan.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/error.hpp"
#include "base/text/numbers.hpp"

namespace smdm::scaling {
namespace {

constexpr double kFlopsPerToken = 6.0;  // of each parameter
constexpr double kMostFlops = 1e24;     // that a training takes

/// Down to four significant digits: a number that a command is read by.
double rounded_down(double value) {
  constexpr double kDigits = 3.0;  // behind the first
  const double unit = std::pow(10.0, std::floor(std::log10(value)) - kDigits);
  return std::floor(value / unit * (1.0 + 1e-12)) * unit;
}

std::vector<double> budgets_from(const PlanRequest& request, double smallest) {
  std::vector<double> budgets;
  budgets.reserve(request.budgets);
  for (std::size_t i = 0; i < request.budgets; ++i)
    budgets.push_back(rounded_down(smallest * std::pow(request.ratio, static_cast<double>(i))));
  return budgets;
}

PlannedSize planned(const PlanRequest& request,
                    const std::string& backend,
                    const Shape& shape,
                    double budget) {
  const double tokens = budget / (kFlopsPerToken * shape.params());
  const double steps = std::max(1.0, std::ceil(tokens / request.tokens_a_step));
  return {.backend = backend,
          .shape = shape,
          .budget = budget,
          .steps = steps,
          .tokens = steps * request.tokens_a_step,
          .learning_rate =
              request.learning_rate * request.reference_width / static_cast<double>(shape.width)};
}

/// Whether a smallest budget makes a plan of shapes that there are and of trainings long enough.
bool is_large_enough(const PlanRequest& request, double smallest) {
  return std::ranges::all_of(request.families, [&](const PlannedFamily& family) {
    const double best = family.sizes.at(smallest);
    const auto shapes = shapes_around(best, request.sizes, request.reach);
    const double reach = request.sizes > 1 ? request.reach : 1.0;
    return best / reach >= smallest_shape().params() &&
           planned(request, family.backend, shapes.back(), rounded_down(smallest)).steps >=
               kFewestSteps;
  });
}

/// The largest number between that `fits`, which `low` does and `high` does not.
template <typename Fits>
double largest(double low, double high, Fits fits) {
  constexpr int kHalvings = 60;
  for (int i = 0; i < kHalvings; ++i) {
    const double middle = std::sqrt(low * high);
    (fits(middle) ? low : high) = middle;
  }
  return low;
}

/// All sizes of a plan under budgets that begin with another one.
Plan with_budgets(const PlanRequest& request, const Plan& plan, double smallest) {
  Plan other{.budgets = budgets_from(request, smallest), .sizes = {}, .seeds = plan.seeds};
  other.sizes.reserve(plan.sizes.size());
  for (const PlannedSize& size : plan.sizes) {
    const auto place = std::ranges::find(plan.budgets, size.budget) - plan.budgets.begin();
    other.sizes.push_back(planned(request, size.backend, size.shape,
                                  other.budgets.at(static_cast<std::size_t>(place))));
  }
  return other;
}

void measure_all(const Plan& plan, Rates& rates) {
  for (const PlannedSize& size : plan.sizes) rates.measure(size.backend, size.shape);
}

/// The smallest and the largest size of each family.
void measure_outermost(const PlanRequest& request, const Plan& plan, Rates& rates) {
  for (const PlannedFamily& family : request.families) {
    std::vector<Shape> shapes;
    for (const PlannedSize& size : plan.sizes) {
      if (size.backend == family.backend) shapes.push_back(size.shape);
    }
    const auto [low, high] = std::ranges::minmax(shapes, {}, &Shape::params);
    rates.measure(family.backend, low);
    rates.measure(family.backend, high);
  }
}

}  // namespace

double SizeLaw::at(double flops) const {
  return coefficient * std::pow(flops, exponent);
}

SizeLaw usual_sizes(const std::string& backend) {
  if (backend == "arm")
    return {.coefficient = 1.0 / std::sqrt(120.0),
            .exponent = 0.5,
            .source = "20 tokens a parameter (arXiv:2203.15556)"};
  return {.coefficient = 0.0216, .exponent = 0.514, .source = "0.0216 C^0.514 (arXiv:2510.03280)"};
}

std::optional<SizeLaw> fitted_sizes(std::span<const FamilyFit> fits, const std::string& family) {
  constexpr double kFlattest = 0.1;
  constexpr double kSteepest = 0.9;
  for (const Method method : {Method::isoflop, Method::envelope, Method::parametric}) {
    const auto found = std::ranges::find_if(fits, [&](const FamilyFit& fit) {
      return fit.family == family && fit.method == method && fit.params;
    });
    if (found == fits.end()) continue;
    const PowerLaw& law = found->params.value();
    if (law.line.slope < kFlattest || law.line.slope > kSteepest) continue;
    return SizeLaw{.coefficient = law.coefficient(),
                   .exponent = law.line.slope,
                   .source = "the points given, by " + name_of(method)};
  }
  return std::nullopt;
}

double PlannedSize::flops() const {
  return kFlopsPerToken * shape.params() * tokens;
}

double cost_of(const Plan& plan, const Cost& cost) {
  double sum = 0.0;
  for (const PlannedSize& size : plan.sizes) sum += cost(size);
  return static_cast<double>(plan.seeds) * sum;
}

Plan plan_from(const PlanRequest& request, double smallest_budget) {
  Plan plan{.budgets = budgets_from(request, smallest_budget), .sizes = {}, .seeds = request.seeds};
  for (const double budget : plan.budgets) {
    for (const PlannedFamily& family : request.families) {
      for (const Shape& shape :
           shapes_around(family.sizes.at(budget), request.sizes, request.reach))
        plan.sizes.push_back(planned(request, family.backend, shape, budget));
    }
  }
  return plan;
}

Plan smallest_plan(const PlanRequest& request) {
  double smallest = 1.0;
  while (!is_large_enough(request, smallest)) {
    smallest *= 2.0;
    if (smallest * std::pow(request.ratio, static_cast<double>(request.budgets) - 1.0) >=
        kMostFlops)
      throw Error(ErrorKind::usage,
                  "wanted budgets below 1e24 FLOPs, got none that are long "
                  "enough for so many sizes");
  }
  const double too_small = largest(smallest / 2.0, smallest,
                                   [&](double flops) { return !is_large_enough(request, flops); });
  return plan_from(request, too_small * (1.0 + 1e-3));  // rounding down must not undo it
}

Plan plan_within(const PlanRequest& request, const Cost& cost, double limit) {
  const auto fits = [&](double flops) { return cost_of(plan_from(request, flops), cost) <= limit; };
  Plan least = smallest_plan(request);
  double high = least.budgets.front();
  while (fits(high)) {
    high *= 2.0;
    if (high * std::pow(request.ratio, static_cast<double>(request.budgets) - 1.0) >= kMostFlops)
      throw Error(ErrorKind::usage,
                  "wanted budgets below 1e24 FLOPs, got a limit that allows for more");
  }
  const double low = high > least.budgets.front() ? high / 2.0 : high;
  if (low == high) return least;
  const Plan plan = plan_from(request, largest(low, high, fits));
  return cost_of(plan, cost) <= limit ? plan : least;
}

Plan budgets_within(const PlanRequest& request, const Plan& plan, const Cost& cost, double limit) {
  const auto fits = [&](double flops) {
    return cost_of(with_budgets(request, plan, flops), cost) <= limit;
  };
  double low = plan.budgets.front();
  double high = low;
  // A plan of no steps costs next to nothing; one limit or the other is soon left.
  constexpr int kDoublings = 40;
  for (int i = 0; i < kDoublings && !fits(low); ++i) low /= 2.0;
  for (int i = 0; i < kDoublings && fits(high); ++i) high *= 2.0;
  return with_budgets(request, plan, largest(low, high, fits));
}

Cost seconds_by(const Rates& rates, const Overhead& overhead) {
  return [&rates, overhead](const PlannedSize& size) {
    const double validation = size.shape.params() * 2.0 * overhead.validation_tokens;
    return overhead.seconds + (size.flops() + validation) / rates.of(size.backend, size.shape);
  };
}

Plan plan_within_seconds(const PlanRequest& request,
                         Rates& rates,
                         const Overhead& overhead,
                         double seconds) {
  constexpr double kHour = 3600.0;
  const Cost cost = seconds_by(rates, overhead);
  const Plan least = smallest_plan(request);
  measure_outermost(request, least, rates);
  const double needed = cost_of(least, cost);
  if (needed > seconds)
    throw Error(ErrorKind::usage, "--hours: wanted at least " + short_text(needed / kHour) +
                                      " for " + std::to_string(least.trainings()) +
                                      " trainings of " + short_text(least.budgets.front()) +
                                      " to " + short_text(least.budgets.back()) + " FLOPs, got " +
                                      short_text(seconds / kHour));
  measure_outermost(request, plan_within(request, cost, seconds), rates);
  const Plan plan = plan_within(request, cost, seconds);
  measure_all(plan, rates);
  return budgets_within(request, plan, cost, seconds);
}

}  // namespace smdm::scaling
