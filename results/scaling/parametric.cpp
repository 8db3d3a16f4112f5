// The three-term law by approach 3 of Hoffmann et al. 2022. The surface is flat along ridges and
// has several valleys: the search starts from a grid, and works with the logarithms of sizes and
// tokens from their means, where the five numbers depend on each other least.
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numeric>

#include "base/numbers/mean.hpp"
#include "results/scaling/methods.hpp"
#include "results/scaling/minimize.hpp"
#include "results/scaling/random.hpp"
#include "results/scaling/through_budgets.hpp"

namespace smdm::scaling {
namespace {

constexpr double kHuber = 1e-3;
constexpr std::size_t kNumbers = 5;
constexpr std::size_t kFewestPoints = 6;
constexpr std::size_t kFewestForInterval = 10;

/// The points as logarithms, sizes and tokens from their means.
struct Logs {
  std::vector<double> params;
  std::vector<double> tokens;
  std::vector<double> loss;
  double params_mean = 0.0;
  double tokens_mean = 0.0;

  [[nodiscard]] std::size_t size() const noexcept { return loss.size(); }
};

void take_mean(std::vector<double>& values, double& centre) {
  centre = mean(values);
  for (double& value : values) value -= centre;
}

Logs logs_of(const Family& family) {
  Logs logs;
  for (const Budget& budget : family.budgets) {
    for (const Point& point : budget.points) {
      logs.params.push_back(std::log(point.params));
      logs.tokens.push_back(std::log(tokens_of(point)));
      logs.loss.push_back(std::log(point.loss));
    }
  }
  take_mean(logs.params, logs.params_mean);
  take_mean(logs.tokens, logs.tokens_mean);
  return logs;
}

/// The five numbers as the search has them: ln of the terms at the means, then the exponents.
using Numbers = std::array<double, kNumbers>;
constexpr std::size_t kE = 0;
constexpr std::size_t kA = 1;
constexpr std::size_t kB = 2;
constexpr std::size_t kAlpha = 3;
constexpr std::size_t kBeta = 4;

/// ln L of one point, and its derivatives by the five numbers.
struct Modelled {
  double log_loss = 0.0;
  Numbers slopes{};
};

Modelled modelled(std::span<const double> x, double params, double tokens) {
  const double of_size = x[kA] - x[kAlpha] * params;
  const double of_data = x[kB] - x[kBeta] * tokens;
  const double largest = std::max({x[kE], of_size, of_data});
  const double e = std::exp(x[kE] - largest);
  const double a = std::exp(of_size - largest);
  const double b = std::exp(of_data - largest);
  const double sum = e + a + b;
  return {.log_loss = largest + std::log(sum),
          .slopes = {e / sum, a / sum, b / sum, -a / sum * params, -b / sum * tokens}};
}

double huber(double residual) {
  const double size = std::fabs(residual);
  return size <= kHuber ? 0.5 * residual * residual : kHuber * (size - 0.5 * kHuber);
}

/// The objective over given ln L, in units of kHuber^2, so that its size is about 1 a point.
Objective objective_over(const Logs& logs, const std::vector<double>& loss) {
  return [&logs, &loss](std::span<const double> x, std::span<double> gradient) {
    constexpr double kUnit = 1.0 / (kHuber * kHuber);
    std::ranges::fill(gradient, 0.0);
    double sum = 0.0;
    for (std::size_t i = 0; i < loss.size(); ++i) {
      const auto model = modelled(x, logs.params[i], logs.tokens[i]);
      const double residual = model.log_loss - loss[i];
      sum += huber(residual);
      const double slope = std::clamp(residual, -kHuber, kHuber) * kUnit;
      for (std::size_t k = 0; k < kNumbers; ++k) gradient[k] += slope * model.slopes[k];
    }
    return sum * kUnit;
  };
}

ThreeTerms terms_of(std::span<const double> x, const Logs& logs) {
  return {.log_e = x[kE],
          .log_a = x[kA] + x[kAlpha] * logs.params_mean,
          .log_b = x[kB] + x[kBeta] * logs.tokens_mean,
          .alpha = x[kAlpha],
          .beta = x[kBeta]};
}

/// Starts over the whole plausible range: shares of the terms in the loss, and exponents.
std::vector<std::vector<double>> grid_of_starts(const Logs& logs) {
  const double typical = mean(logs.loss);
  std::vector<std::vector<double>> starts;
  for (const double e : {0.3, 0.6, 0.9}) {
    for (const double of_size : {0.1, 0.3}) {
      for (const double of_data : {0.1, 0.3}) {
        for (const double alpha : {0.2, 0.5, 1.0}) {
          for (const double beta : {0.2, 0.5, 1.0}) {
            starts.push_back({typical + std::log(e), typical + std::log(of_size),
                              typical + std::log(of_data), alpha, beta});
          }
        }
      }
    }
  }
  return starts;
}

/// The best of many searches, and the starts of those that ended lowest, the best first.
struct Search {
  Minimum best;
  std::vector<std::vector<double>> starts;
};

Search search(const Objective& objective, const std::vector<std::vector<double>>& starts) {
  constexpr std::size_t kKept = 2;
  std::vector<Minimum> ends;
  ends.reserve(starts.size());
  for (const auto& start : starts) ends.push_back(minimize(objective, start));
  // A search that left all numbers behind is last.
  const auto value = [&](std::size_t i) {
    return std::isfinite(ends[i].value) ? ends[i].value : std::numeric_limits<double>::max();
  };
  std::vector<std::size_t> order(ends.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, value);
  Search result{.best = ends[order.front()], .starts = {}};
  for (std::size_t i = 0; i < std::min(kKept, order.size()); ++i)
    result.starts.push_back(starts[order[i]]);
  return result;
}

bool is_law(const ThreeTerms& terms) {
  return std::isfinite(terms.log_a) && std::isfinite(terms.log_b) && terms.alpha > 0.0 &&
         terms.beta > 0.0;
}

class ParametricFit {
 public:
  ParametricFit(const Family& family, const DrawSettings& settings)
      : family_(family), settings_(settings), logs_(logs_of(family)) {
    fit_.family = family.name;
    fit_.method = Method::parametric;
    fit_.bound = family.budgets.front().points.front().bound;
  }

  FamilyFit fit() {
    if (auto reason = fault()) {
      refuse(*reason);
      return std::move(fit_);
    }
    const auto found = search(objective_over(logs_, logs_.loss), grid_of_starts(logs_));
    const auto terms = terms_of(found.best.x, logs_);
    if (!is_law(terms)) {
      refuse("wanted a law whose terms fall with size and with tokens, got exponents " +
             std::to_string(terms.alpha) + " and " + std::to_string(terms.beta));
      return std::move(fit_);
    }
    fit_.parametric =
        Parametric{.terms = terms, .objective = found.best.value * kHuber * kHuber, .draws = {}};
    describe(found.best.x);
    if (logs_.size() < kFewestForInterval) {
      fit_.no_interval = "wanted at least " + std::to_string(kFewestForInterval) +
                         " points for an interval, got " + std::to_string(logs_.size());
    } else {
      draw_laws(found);
      find_intervals();
    }
    return std::move(fit_);
  }

 private:
  void refuse(const std::string& reason) {
    fit_.refused.push_back({.what = fit_.family, .reason = reason});
  }

  [[nodiscard]] std::optional<std::string> fault() const {
    if (logs_.size() < kFewestPoints)
      return "wanted at least " + std::to_string(kFewestPoints) + " points, got " +
             std::to_string(logs_.size());
    const auto differ = [](const std::vector<double>& values) {
      const auto [low, high] = std::ranges::minmax(values);
      return low < high;
    };
    if (!differ(logs_.params) || !differ(logs_.tokens))
      return "wanted points of different sizes and different tokens";
    return std::nullopt;
  }

  void describe(std::span<const double> x) {
    const ThreeTerms& terms = fit_.parametric.value().terms;
    std::vector<double> flops;
    flops.reserve(family_.budgets.size());
    fit_.optima.reserve(family_.budgets.size());
    std::size_t at = 0;
    for (const Budget& budget : family_.budgets) {
      flops.push_back(budget.flops);
      fit_.optima.push_back({.flops = budget.flops,
                             .params = std::exp(terms.log_best_params(std::log(budget.flops))),
                             .loss = std::exp(terms.log_best_loss(std::log(budget.flops))),
                             .points = budget.points.size(),
                             .params_interval = std::nullopt,
                             .loss_interval = std::nullopt});
      for (const Point& point : budget.points) {
        fitted_.push_back(modelled(x, logs_.params[at], logs_.tokens[at]).log_loss);
        fit_.residuals.push_back(
            {.flops = budget.flops, .params = point.params, .value = logs_.loss[at] - fitted_[at]});
        ++at;
      }
    }
    fit_.params = size_law(terms, centre_of(flops));
  }

  static PowerLaw size_law(const ThreeTerms& terms, double centre) {
    return {
        .centre = centre,
        .line = {.height = terms.log_best_params(std::log(centre)), .slope = terms.size_exponent()},
        .scatter = 0.0,
        .draws = {},
        .errors = {}};
  }

  /// Variance of ln L about the law, or that of the errors given where it is larger.
  [[nodiscard]] double residual_variance() const {
    double squares = 0.0;
    for (const Residual& residual : fit_.residuals) squares += residual.value * residual.value;
    return squares / degrees();
  }

  [[nodiscard]] double given_variance() const {
    double sum = 0.0;
    for (const Budget& budget : family_.budgets) {
      for (const Point& point : budget.points)
        sum += std::pow(point.se.value_or(0.0) / point.loss, 2.0);
    }
    return sum / static_cast<double>(logs_.size());
  }

  [[nodiscard]] double degrees() const {
    return static_cast<double>(logs_.size()) - static_cast<double>(kNumbers);
  }

  void draw_laws(const Search& found) {
    auto starts = found.starts;
    starts.insert(starts.begin(), found.best.x);
    const double variance = residual_variance();
    const double given = given_variance();
    std::vector<double> loss(logs_.size());
    const auto objective = objective_over(logs_, loss);
    fit_.parametric.value().draws.reserve(settings_.refits);
    for (std::size_t draw = 0; draw < settings_.refits; ++draw) {
      Random random(settings_.seed, "parametric " + fit_.family, draw);
      const double drawn = variance * degrees() / random.chi_square(degrees());
      const double deviation = std::sqrt(std::max(drawn, given));
      for (std::size_t i = 0; i < loss.size(); ++i)
        loss[i] = fitted_[i] + deviation * random.normal();
      const auto terms = terms_of(search(objective, starts).best.x, logs_);
      if (is_law(terms)) fit_.parametric.value().draws.push_back(terms);
    }
  }

  void find_intervals() {
    const auto& draws = fit_.parametric.value().draws;
    PowerLaw& sizes = fit_.params.value();
    sizes.draws.reserve(draws.size());
    for (const ThreeTerms& terms : draws) sizes.draws.push_back(size_law(terms, sizes.centre).line);
    for (Optimum& optimum : fit_.optima) {
      std::vector<double> params;
      std::vector<double> losses;
      params.reserve(draws.size());
      losses.reserve(draws.size());
      for (const ThreeTerms& terms : draws) {
        params.push_back(std::exp(terms.log_best_params(std::log(optimum.flops))));
        losses.push_back(std::exp(terms.log_best_loss(std::log(optimum.flops))));
      }
      optimum.params_interval = interval_of(std::move(params));
      optimum.loss_interval = interval_of(std::move(losses));
    }
  }

  const Family& family_;
  DrawSettings settings_;
  Logs logs_;
  std::vector<double> fitted_;  ///< ln L, point by point
  FamilyFit fit_;
};

}  // namespace

FamilyFit fit_parametric(const Family& family, const DrawSettings& settings) {
  return ParametricFit(family, settings).fit();
}

}  // namespace smdm::scaling
