// Isoflop profiles: parabolas, then lines. Two kinds of error meet in a line: that of each optimum,
// from its parabola, and the scatter of budgets about the line. Draws carry both, each variance
// with its own uncertainty, so that few budgets and few sizes widen the intervals as Student's t
// does.
#include <cmath>
#include <utility>

#include "base/text/numbers.hpp"
#include "results/scaling/methods.hpp"
#include "results/scaling/profile.hpp"
#include "results/scaling/random.hpp"
#include "results/scaling/through_budgets.hpp"

namespace smdm::scaling {
namespace {

/// Optima of all budgets: ln N and ln L with their variances.
struct Optima {
  std::vector<double> log_params;
  std::vector<double> log_loss;
  std::vector<double> params_error;
  std::vector<double> loss_error;

  void add(const Lowest& lowest, const Lowest& error) {
    log_params.push_back(lowest.x);
    log_loss.push_back(std::log(lowest.y));
    params_error.push_back(error.x);
    loss_error.push_back(error.y);
  }
};

/// A parabola that might as well have been; nothing if it has no lowest point that is a loss.
std::optional<Lowest> drawn_lowest(const Profile& profile, double pooled, Random& random) {
  const double deviation = std::sqrt(profile.variance(pooled));
  const Coefficients z = {random.normal(), random.normal(), random.normal()};
  Coefficients c = profile.parabola.c;
  for (std::size_t i = 0; i < c.size(); ++i) {
    for (std::size_t j = 0; j <= i; ++j) c[i] += deviation * profile.parabola.root[i][j] * z[j];
  }
  const auto lowest = profile.parabola.lowest_of(c);
  return lowest && lowest->y > 0.0 ? lowest : std::nullopt;
}

/// Optima of all budgets under one drawn variance; nothing where the parabolas are so uncertain
/// that some will not open upwards.
std::optional<Optima> drawn_optima(const std::vector<Profile>& profiles,
                                   double pooled,
                                   Random& random) {
  constexpr int kAttempts = 20;
  Optima optima;
  for (const Profile& profile : profiles) {
    std::optional<Lowest> lowest;
    for (int i = 0; i < kAttempts && !lowest; ++i) lowest = drawn_lowest(profile, pooled, random);
    if (!lowest) return std::nullopt;
    optima.add(*lowest, error_of(profile, pooled));
  }
  return optima;
}

class IsoflopFit {
 public:
  IsoflopFit(const Family& family, const DrawSettings& settings) : settings_(settings) {
    fit_.family = family.name;
    fit_.method = Method::isoflop;
    fit_.bound = family.budgets.front().points.front().bound;
    for (const Budget& budget : family.budgets) {
      auto profile = profile_of(budget);
      if (auto* reason = std::get_if<std::string>(&profile)) {
        fit_.refused.push_back({.what = family.name + " at " + short_text(budget.flops),
                                .reason = std::move(*reason)});
      } else {
        profiles_.push_back(std::get<Profile>(std::move(profile)));
      }
    }
  }

  FamilyFit fit() {
    pooled_ = pooled_over(profiles_);
    describe();
    if (profiles_.size() < 2) {
      fit_.refused.push_back({.what = fit_.family,
                              .reason = "wanted at least two budgets with an optimum, got " +
                                        std::to_string(profiles_.size())});
      return std::move(fit_);
    }
    find_laws();
    return std::move(fit_);
  }

 private:
  void describe() {
    fit_.optima.reserve(profiles_.size());
    for (const Profile& profile : profiles_) {
      const Budget& budget = *profile.budget;
      fit_.optima.push_back({.flops = budget.flops,
                             .params = std::exp(profile.lowest.x),
                             .loss = profile.lowest.y,
                             .points = budget.points.size(),
                             .params_interval = std::nullopt,
                             .loss_interval = std::nullopt});
      for (const Point& point : budget.points) {
        const double fitted = profile.parabola.at(std::log(point.params));
        fit_.residuals.push_back({.flops = budget.flops,
                                  .params = point.params,
                                  .value = std::log(point.loss / fitted)});
      }
    }
  }

  void find_laws() {
    std::vector<double> flops;
    flops.reserve(profiles_.size());
    Optima optima;
    for (const Profile& profile : profiles_) {
      flops.push_back(profile.budget->flops);
      optima.add(profile.lowest, error_of(profile, pooled_.variance));
    }
    const double centre = centre_of(flops);
    std::vector<double> x;
    x.reserve(flops.size());
    for (const double value : flops) x.push_back(std::log(value / centre));
    const BudgetLine loss(centre, {.x = x, .y = optima.log_loss, .error = optima.loss_error});
    const BudgetLine params(centre, {.x = x, .y = optima.log_params, .error = optima.params_error});
    fit_.loss = loss.law();
    fit_.params = params.law();
    fit_.no_interval = too_few_budgets(profiles_.size());
    if (!fit_.no_interval && !(pooled_.degrees > 0.0))
      fit_.no_interval = "wanted a budget of at least four sizes for an interval, got none";
    if (!fit_.no_interval) draw_laws(loss, params);
  }

  void draw_laws(const BudgetLine& loss, const BudgetLine& params) {
    fit_.loss.value().errors = loss.errors(pooled_.degrees);
    fit_.params.value().errors = params.errors(pooled_.degrees);
    std::vector<std::vector<double>> losses(profiles_.size());
    std::vector<std::vector<double>> sizes(profiles_.size());
    fit_.loss.value().draws.reserve(settings_.draws);
    fit_.params.value().draws.reserve(settings_.draws);
    for (std::size_t draw = 0; draw < settings_.draws; ++draw) {
      Random random(settings_.seed, "isoflop " + fit_.family, draw);
      const double pooled = pooled_.variance * pooled_.degrees / random.chi_square(pooled_.degrees);
      const auto optima = drawn_optima(profiles_, pooled, random);
      if (!optima) continue;
      fit_.loss.value().draws.push_back(loss.draw(optima->log_loss, optima->loss_error, random));
      fit_.params.value().draws.push_back(
          params.draw(optima->log_params, optima->params_error, random));
      for (std::size_t i = 0; i < profiles_.size(); ++i) {
        losses[i].push_back(std::exp(optima->log_loss[i]));
        sizes[i].push_back(std::exp(optima->log_params[i]));
      }
    }
    for (std::size_t i = 0; i < profiles_.size(); ++i) {
      fit_.optima[i].loss_interval = interval_of(std::move(losses[i]));
      fit_.optima[i].params_interval = interval_of(std::move(sizes[i]));
    }
  }

  DrawSettings settings_;
  std::vector<Profile> profiles_;
  Pooled pooled_;
  FamilyFit fit_;
};

}  // namespace

FamilyFit fit_isoflop(const Family& family, const DrawSettings& settings) {
  return IsoflopFit(family, settings).fit();
}

}  // namespace smdm::scaling
