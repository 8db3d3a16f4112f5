// The lower envelope: the best size that was tried of each budget, then lines.
#include <cmath>

#include "results/scaling/methods.hpp"
#include "results/scaling/random.hpp"
#include "results/scaling/through_budgets.hpp"

namespace smdm::scaling {
namespace {

/// The size of the lowest loss, which is the mean over a size's seeds.
Optimum best_of(const Budget& budget) {
  Optimum best{.flops = budget.flops,
               .params = 0.0,
               .loss = 0.0,
               .points = budget.points.size(),
               .params_interval = std::nullopt,
               .loss_interval = std::nullopt};
  std::size_t first = 0;
  while (first < budget.points.size()) {
    double sum = 0.0;
    std::size_t end = first;
    while (end < budget.points.size() && budget.points[end].params == budget.points[first].params) {
      sum += budget.points[end++].loss;
    }
    const double loss = sum / static_cast<double>(end - first);
    if (first == 0 || loss < best.loss) {
      best.loss = loss;
      best.params = budget.points[first].params;
    }
    first = end;
  }
  return best;
}

struct Lines {
  BudgetLine loss;
  BudgetLine params;
};

Lines lines_through(const std::vector<Optimum>& optima) {
  std::vector<double> flops;
  flops.reserve(optima.size());
  for (const Optimum& optimum : optima) flops.push_back(optimum.flops);
  const double centre = centre_of(flops);
  const std::vector<double> no_error(optima.size(), 0.0);
  LineData loss{.x = {}, .y = {}, .error = no_error};
  LineData params{.x = {}, .y = {}, .error = no_error};
  loss.x.reserve(optima.size());
  loss.y.reserve(optima.size());
  params.y.reserve(optima.size());
  for (const Optimum& optimum : optima) {
    loss.x.push_back(std::log(optimum.flops / centre));
    loss.y.push_back(std::log(optimum.loss));
    params.y.push_back(std::log(optimum.params));
  }
  params.x = loss.x;
  return {.loss = BudgetLine(centre, std::move(loss)),
          .params = BudgetLine(centre, std::move(params))};
}

/// The line's own values, with the scatter that is drawn about them.
std::vector<double> values_at(const PowerLaw& law, const std::vector<Optimum>& optima) {
  std::vector<double> values;
  values.reserve(optima.size());
  for (const Optimum& optimum : optima)
    values.push_back(law.line.at(std::log(optimum.flops / law.centre)));
  return values;
}

}  // namespace

FamilyFit fit_envelope(const Family& family, const DrawSettings& settings) {
  FamilyFit fit;
  fit.family = family.name;
  fit.method = Method::envelope;
  fit.bound = family.budgets.front().points.front().bound;
  fit.optima.reserve(family.budgets.size());
  for (const Budget& budget : family.budgets) fit.optima.push_back(best_of(budget));
  if (fit.optima.size() < 2) {
    fit.refused.push_back({.what = family.name, .reason = "wanted at least two budgets, got one"});
    return fit;
  }
  const auto [loss, params] = lines_through(fit.optima);
  fit.loss = loss.law();
  fit.params = params.law();
  fit.residuals.reserve(fit.optima.size());
  for (const Optimum& optimum : fit.optima) {
    fit.residuals.push_back({.flops = optimum.flops,
                             .params = optimum.params,
                             .value = std::log(optimum.loss / fit.loss->at(optimum.flops))});
  }
  fit.no_interval = too_few_budgets(fit.optima.size());
  if (fit.no_interval) return fit;
  fit.loss->errors = loss.errors(1.0);  // there are none of their own
  fit.params->errors = params.errors(1.0);
  const std::vector<double> no_error(fit.optima.size(), 0.0);
  const auto losses = values_at(*fit.loss, fit.optima);
  const auto sizes = values_at(*fit.params, fit.optima);
  fit.loss->draws.reserve(settings.draws);
  fit.params->draws.reserve(settings.draws);
  for (std::size_t draw = 0; draw < settings.draws; ++draw) {
    Random random(settings.seed, "envelope " + family.name, draw);
    fit.loss->draws.push_back(loss.draw(losses, no_error, random));
    fit.params->draws.push_back(params.draw(sizes, no_error, random));
  }
  return fit;
}

}  // namespace smdm::scaling
