#include "base/numbers/mean.hpp"

#include <cmath>
#include <numeric>
#include <stdexcept>

namespace smdm {

Mean mean_of(std::span<const double> terms) {
  if (terms.empty()) throw std::invalid_argument("wanted at least one term for a mean");
  const auto count = static_cast<double>(terms.size());
  Mean mean{.value = std::accumulate(terms.begin(), terms.end(), 0.0) / count,
            .standard_error = std::nullopt};
  if (terms.size() == 1) return mean;
  double squares = 0.0;
  for (const auto term : terms) squares += (term - mean.value) * (term - mean.value);
  mean.standard_error = std::sqrt(squares / (count - 1.0) / count);
  return mean;
}

}  // namespace smdm
