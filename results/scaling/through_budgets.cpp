#include "results/scaling/through_budgets.hpp"

#include <cmath>
#include <utility>

namespace smdm::scaling {

std::optional<std::string> too_few_budgets(std::size_t budgets) {
  if (budgets >= kFewestBudgets) return std::nullopt;
  return "wanted at least " + std::to_string(kFewestBudgets) + " budgets for an interval, got " +
         std::to_string(budgets);
}

BudgetLine::BudgetLine(double centre, LineData observed)
    : centre_(centre), observed_(std::move(observed)), scatter_(scatter_of(observed_)) {}

PowerLaw BudgetLine::law() const {
  return {.centre = centre_,
          .line = line_of(observed_, scatter_),
          .scatter = std::sqrt(scatter_),
          .draws = {},
          .errors = {}};
}

std::vector<LineError> BudgetLine::errors(double own_degrees) const {
  const std::vector<double> scatter(observed_.x.size(), scatter_);
  const auto degrees = static_cast<double>(observed_.x.size() - 2);
  return {line_error(observed_, scatter_, observed_.error, own_degrees),
          line_error(observed_, scatter_, scatter, degrees)};
}

Line BudgetLine::draw(std::span<const double> y,
                      std::span<const double> error,
                      Random& random) const {
  LineData data{.x = observed_.x, .y = observed_.y, .error = {error.begin(), error.end()}};
  double scatter = 0.0;
  if (scatter_ > 0.0) {
    const auto degrees = static_cast<double>(data.x.size() - 2);
    scatter = scatter_of(data) * degrees / random.chi_square(degrees);
  }
  data.y.assign(y.begin(), y.end());
  for (std::size_t i = 0; i < y.size(); ++i) data.y[i] += std::sqrt(scatter) * random.normal();
  return line_of(data, scatter);
}

}  // namespace smdm::scaling
