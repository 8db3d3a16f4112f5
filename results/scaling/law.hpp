/// What a fit says of a family: power laws, the three-term law, and the best loss over compute with
/// draws of how it might as well have been.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "results/scaling/line.hpp"
#include "results/scaling/points.hpp"
#include "results/statistics/interval.hpp"

namespace smdm::scaling {

enum class Method : std::uint8_t { isoflop, envelope, parametric };

[[nodiscard]] std::string name_of(Method method);

/// An interval at kIntervalLevel between the quantiles of draws; nothing where there are too few,
/// or an end is not finite.
[[nodiscard]] std::optional<Interval> interval_of(std::vector<double> draws);

/// value * (C / centre)^exponent
struct PowerLaw {
  double centre = 1.0;      ///< C_c, the geometric mean of the budgets
  Line line;                ///< ln value, exponent
  double scatter = 0.0;     ///< standard deviation of budgets about the line, beyond their errors
  std::vector<Line> draws;  ///< empty without an interval
  std::vector<LineError> errors;  ///< sources of error, independent; empty without an interval

  [[nodiscard]] double at(double flops) const;
  [[nodiscard]] double value() const { return at(centre); }
  /// k of k * C^exponent.
  [[nodiscard]] double coefficient() const;
  [[nodiscard]] std::optional<Interval> value_interval() const;
  [[nodiscard]] std::optional<Interval> exponent_interval() const;
};

/// L = E + A / N^alpha + B / D^beta (Hoffmann et al. 2022, arXiv:2203.15556, eq. 10).
struct ThreeTerms {
  double log_e = 0.0;
  double log_a = 0.0;
  double log_b = 0.0;
  double alpha = 0.0;
  double beta = 0.0;

  /// ln L.
  [[nodiscard]] double log_loss(double log_params, double log_tokens) const;
  /// Of the size that is best for C = 6 N D.
  [[nodiscard]] double log_best_params(double log_flops) const;
  [[nodiscard]] double log_best_loss(double log_flops) const;
  /// The exponent of the best size: beta / (alpha + beta).
  [[nodiscard]] double size_exponent() const { return beta / (alpha + beta); }
  /// ln C at which the best loss is `loss`; infinite where it never comes to that.
  [[nodiscard]] double log_flops_for(double loss) const;
};

struct Parametric {
  ThreeTerms terms;
  double objective = 0.0;  ///< sum of Huber's function over points
  std::vector<ThreeTerms> draws;
};

/// The best that a family does with one budget.
struct Optimum {
  double flops = 0.0;
  double params = 0.0;
  double loss = 0.0;
  std::size_t points = 0;
  std::optional<Interval> params_interval;
  std::optional<Interval> loss_interval;
};

/// A point and what the method says of it: for pictures of residuals.
struct Residual {
  double flops = 0.0;
  double params = 0.0;
  double value = 0.0;  ///< ln of loss over fitted loss
};

/// One family by one method.
struct FamilyFit {
  std::string family;
  Method method = Method::isoflop;
  std::optional<std::string> bound;
  std::vector<Optimum> optima;  ///< by flops
  std::optional<PowerLaw> loss;
  std::optional<PowerLaw> params;
  std::optional<Parametric> parametric;
  std::vector<Residual> residuals;
  std::optional<std::string> no_interval;  ///< why there is none
  std::vector<Refusal> refused;

  /// Whether there is a curve of the best loss over compute.
  [[nodiscard]] bool has_curve() const { return loss.has_value() || parametric.has_value(); }
  /// The budgets and best losses that the curve was fitted to. REQUIRES: has_curve()
  [[nodiscard]] Interval flops_range() const;
  [[nodiscard]] Interval loss_range() const;
  [[nodiscard]] double best_loss(double flops) const;
  /// ln C at which the best loss is `loss`: infinite where it never is.
  [[nodiscard]] double log_flops_for(double loss) const;
  [[nodiscard]] std::size_t draws() const;
  [[nodiscard]] double log_flops_for(double loss, std::size_t draw) const;
};

}  // namespace smdm::scaling
