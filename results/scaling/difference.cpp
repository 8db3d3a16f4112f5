#include "results/scaling/difference.hpp"

#include <cmath>

#include "base/numbers/distributions.hpp"

namespace smdm::scaling {

void Difference::add(double variance, double degrees) {
  variance_ += variance;
  squares_ += variance * variance / degrees;
}

double Difference::reach() const {
  if (!(variance_ > 0.0)) return 0.0;
  return student_t_quantile(kUpperEnd, degrees()) * std::sqrt(variance_);
}

std::optional<Interval> Difference::interval() const {
  if (!(variance_ > 0.0)) return std::nullopt;
  return Interval{.low = value_ - reach(), .high = value_ + reach()};
}

double Difference::p() const {
  return 2.0 * student_t_cdf(-std::fabs(value_) / std::sqrt(variance_), degrees());
}

void add_errors_of_flops(const Line& line,
                         std::span<const LineError> errors,
                         double loss,
                         Difference& difference) {
  const double by_height = -1.0 / line.slope;
  const double by_slope = -(std::log(loss) - line.height) / (line.slope * line.slope);
  for (const LineError& error : errors) {
    difference.add(by_height * by_height * error.height + by_slope * by_slope * error.slope +
                       2.0 * by_height * by_slope * error.both,
                   error.degrees);
  }
}

}  // namespace smdm::scaling
