#include "base/numbers/mean.hpp"

#include <cmath>
#include <stdexcept>

namespace smdm {
namespace {

double squared_deviations(std::span<const double> values, double centre) {
  double squares = 0.0;
  for (const double value : values) squares += (value - centre) * (value - centre);
  return squares;
}

}  // namespace

double mean(std::span<const double> values) {
  if (values.empty()) throw std::invalid_argument("mean: wanted at least one value, got none");
  double sum = 0.0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

double sample_deviation(std::span<const double> values) {
  return std::sqrt(squared_deviations(values, mean(values)) /
                   static_cast<double>(values.size() - 1));
}

std::optional<double> mean_standard_error(std::span<const double> values) {
  if (values.size() < 2) return std::nullopt;
  return sample_deviation(values) / std::sqrt(static_cast<double>(values.size()));
}

Mean mean_of(std::span<const double> terms) {
  Mean result{.value = mean(terms), .standard_error = std::nullopt};
  if (terms.size() == 1) return result;
  const auto count = static_cast<double>(terms.size());
  result.standard_error =
      std::sqrt(squared_deviations(terms, result.value) / (count - 1.0) / count);
  return result;
}

}  // namespace smdm
