// Laws read in both directions: loss for compute, and compute for a loss.
#include "results/scaling/law.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace smdm::scaling {
namespace {

const double kLogSix = std::log(6.0);

std::optional<Interval> interval_of_lines(const std::vector<Line>& draws, double Line::* member) {
  std::vector<double> values;
  values.reserve(draws.size());
  for (const Line& line : draws) values.push_back(line.*member);
  return interval_of(std::move(values));
}

/// A law that does not fall with compute reaches a lower loss nowhere.
double log_flops_on(const Line& line, double centre, double loss) {
  if (!(line.slope < 0.0)) return std::numeric_limits<double>::infinity();
  return std::log(centre) + (std::log(loss) - line.height) / line.slope;
}

}  // namespace

std::string name_of(Method method) {
  switch (method) {
    case Method::isoflop:
      return "isoflop";
    case Method::envelope:
      return "envelope";
    case Method::parametric:
      return "parametric";
  }
  return "";
}

std::optional<Interval> interval_of(std::vector<double> draws) {
  constexpr std::size_t kFewest = 40;  // one draw beyond either end
  std::erase_if(draws, [](double value) { return std::isnan(value); });
  if (draws.size() < kFewest) return std::nullopt;
  std::ranges::sort(draws);
  const Interval interval{.low = quantile(draws, 1.0 - kUpperEnd),
                          .high = quantile(draws, kUpperEnd)};
  if (!std::isfinite(interval.low) || !std::isfinite(interval.high)) return std::nullopt;
  return interval;
}

double PowerLaw::at(double flops) const {
  return std::exp(line.at(std::log(flops / centre)));
}

double PowerLaw::coefficient() const {
  return std::exp(line.height - line.slope * std::log(centre));
}

std::optional<Interval> PowerLaw::value_interval() const {
  const auto logs = interval_of_lines(draws, &Line::height);
  if (!logs) return std::nullopt;
  return Interval{.low = std::exp(logs->low), .high = std::exp(logs->high)};
}

std::optional<Interval> PowerLaw::exponent_interval() const {
  return interval_of_lines(draws, &Line::slope);
}

double ThreeTerms::log_loss(double log_params, double log_tokens) const {
  const double of_size = log_a - alpha * log_params;
  const double of_data = log_b - beta * log_tokens;
  const double largest = std::max({log_e, of_size, of_data});
  return largest + std::log(std::exp(log_e - largest) + std::exp(of_size - largest) +
                            std::exp(of_data - largest));
}

double ThreeTerms::log_best_params(double log_flops) const {
  const double log_g = (std::log(alpha) + log_a - std::log(beta) - log_b) / (alpha + beta);
  return log_g + size_exponent() * (log_flops - kLogSix);
}

double ThreeTerms::log_best_loss(double log_flops) const {
  const double log_params = log_best_params(log_flops);
  return log_loss(log_params, log_flops - kLogSix - log_params);
}

double ThreeTerms::log_flops_for(double loss) const {
  const double wanted = std::log(loss);
  if (!(wanted > log_e)) return std::numeric_limits<double>::infinity();
  constexpr double kLeast = 0.0;
  constexpr double kMost = 230.0;  // 10^100 operations
  double low = kLeast;
  double high = kMost;
  if (log_best_loss(high) > wanted) return std::numeric_limits<double>::infinity();
  constexpr int kHalvings = 50;
  for (int i = 0; i < kHalvings; ++i) {
    const double middle = (low + high) / 2.0;
    (log_best_loss(middle) > wanted ? low : high) = middle;
  }
  return (low + high) / 2.0;
}

Interval FamilyFit::flops_range() const {
  return {.low = optima.front().flops, .high = optima.back().flops};
}

Interval FamilyFit::loss_range() const {
  const auto [low, high] = std::ranges::minmax(optima, {}, &Optimum::loss);
  return {.low = low.loss, .high = high.loss};
}

double FamilyFit::best_loss(double flops) const {
  if (loss) return loss->at(flops);
  return std::exp(parametric.value().terms.log_best_loss(std::log(flops)));
}

double FamilyFit::log_flops_for(double value) const {
  if (loss) return log_flops_on(loss->line, loss->centre, value);
  return parametric.value().terms.log_flops_for(value);
}

std::size_t FamilyFit::draws() const {
  return loss ? loss->draws.size() : parametric.value().draws.size();
}

double FamilyFit::log_flops_for(double value, std::size_t draw) const {
  if (loss) return log_flops_on(loss->draws.at(draw), loss->centre, value);
  return parametric.value().draws.at(draw).log_flops_for(value);
}

}  // namespace smdm::scaling
