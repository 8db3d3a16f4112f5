/// What the methods by budgets share: laws through one optimum a budget. For results/scaling only.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "results/scaling/law.hpp"
#include "results/scaling/random.hpp"

namespace smdm::scaling {

/// Budgets that an interval wants: with fewer, a line leaves one degree of freedom or none.
inline constexpr std::size_t kFewestBudgets = 4;

/// Why so many budgets allow no interval, or nothing.
[[nodiscard]] std::optional<std::string> too_few_budgets(std::size_t budgets);

/// One of the two lines through the optima of budgets.
class BudgetLine {
 public:
  /// @param observed  x is ln (C / centre)
  BudgetLine(double centre, LineData observed);

  /// The law without draws and errors.
  [[nodiscard]] PowerLaw law() const;

  /// What the optima's own errors do to the line, and what the scatter does.
  /// @param own_degrees  degrees of freedom that the own errors' variance was estimated with
  [[nodiscard]] std::vector<LineError> errors(double own_degrees) const;

  /// A line that might as well have been: through optima that were drawn, with the scatter of
  /// budgets about it. Where the residuals are no larger than the optima's own errors explain,
  /// there is no scatter; else its variance is what the errors drawn leave of the residuals, over
  /// a chi-square number.
  /// @param drawn   y and errors of this draw, as many as observed
  [[nodiscard]] Line draw(std::span<const double> y,
                          std::span<const double> error,
                          Random& random) const;

 private:
  double centre_;
  LineData observed_;
  double scatter_;  ///< a variance
};

}  // namespace smdm::scaling
