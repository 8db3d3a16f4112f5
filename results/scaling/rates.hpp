/// How fast a machine trains models of several sizes.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "results/scaling/shapes.hpp"

namespace smdm::scaling {

/// FLOPs (6 N D) a second of a training, measured where they are wanted and interpolated elsewhere.
class Rates {
 public:
  /// Positive and finite.
  using Measure = std::function<double(const std::string& backend, const Shape& shape)>;

  struct Measured {
    std::string backend;
    Shape shape;
    double flops_per_second = 0.0;
  };

  explicit Rates(Measure measure);

  /// Measures a size, unless it has been.
  void measure(const std::string& backend, const Shape& shape);

  /// The rate of a size: as measured, else ln of the rate interpolated in ln N; beyond the
  /// outermost sizes theirs.
  /// @throws std::invalid_argument  if nothing of that kind was measured
  [[nodiscard]] double of(const std::string& backend, const Shape& shape) const;

  /// In the order of measurement.
  [[nodiscard]] const std::vector<Measured>& measured() const noexcept { return measured_; }

 private:
  Measure measure_;
  std::vector<Measured> measured_;
};

}  // namespace smdm::scaling
