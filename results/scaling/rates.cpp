#include "results/scaling/rates.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <utility>

namespace smdm::scaling {

Rates::Rates(Measure measure) : measure_(std::move(measure)) {}

void Rates::measure(const std::string& backend, const Shape& shape) {
  const bool known = std::ranges::any_of(
      measured_, [&](const Measured& one) { return one.backend == backend && one.shape == shape; });
  if (known) return;
  measured_.push_back(
      {.backend = backend, .shape = shape, .flops_per_second = measure_(backend, shape)});
}

namespace {

/// The logarithm of a rate between two sizes, in the logarithm of the size.
double between(const Rates::Measured& below, const Rates::Measured& above, double params) {
  const double range = std::log(above.shape.params() / below.shape.params());
  if (!(range > 0.0)) return below.flops_per_second;
  const double share = std::log(params / below.shape.params()) / range;
  return std::exp((1.0 - share) * std::log(below.flops_per_second) +
                  share * std::log(above.flops_per_second));
}

}  // namespace

double Rates::of(const std::string& backend, const Shape& shape) const {
  const double params = shape.params();
  const Measured* below = nullptr;  // the largest that is no larger
  const Measured* above = nullptr;  // the smallest that is no smaller
  for (const Measured& one : measured_) {
    if (one.backend != backend) continue;
    const double size = one.shape.params();
    if (size <= params && (below == nullptr || size > below->shape.params())) below = &one;
    if (size >= params && (above == nullptr || size < above->shape.params())) above = &one;
  }
  if (below == nullptr && above == nullptr)
    throw std::invalid_argument("Rates: wanted a measured size of " + backend);
  if (below == nullptr) return above->flops_per_second;
  return above == nullptr ? below->flops_per_second : between(*below, *above, params);
}

}  // namespace smdm::scaling
