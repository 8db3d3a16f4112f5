/// The error of a difference between what two families' laws say. For results/scaling only.
#pragma once

#include <optional>
#include <span>

#include "results/scaling/line.hpp"
#include "results/statistics/interval.hpp"

namespace smdm::scaling {

/// A difference of two independent estimates, with what is known of its error.
class Difference {
 public:
  explicit Difference(double value) : value_(value) {}

  /// Adds an independent source of error.
  void add(double variance, double degrees);

  /// Degrees of freedom after Welch and Satterthwaite.
  [[nodiscard]] double degrees() const { return variance_ * variance_ / squares_; }

  /// How far the interval reaches to either side; 0 where no error is known.
  [[nodiscard]] double reach() const;

  /// Nothing where no error is known.
  [[nodiscard]] std::optional<Interval> interval() const;

  /// Two-sided probability of a difference as far from 0, were there none.
  [[nodiscard]] double p() const;

 private:
  double value_;
  double variance_ = 0.0;
  double squares_ = 0.0;
};

/// Adds what the errors of a line of ln L do to ln C at a loss, to first order.
void add_errors_of_flops(const Line& line,
                         std::span<const LineError> errors,
                         double loss,
                         Difference& difference);

}  // namespace smdm::scaling
