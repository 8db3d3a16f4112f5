#include "tests/support/exact_elbo.hpp"

#include <bit>
#include <cmath>
#include <variant>

namespace smdm::test {
namespace {

double binomial(int n, int k) {
  double value = 1.0;
  for (int i = 1; i <= k; ++i) value = value * (n - k + i) / i;
  return value;
}

/// The integral of p^(size - 1) (1 - p)^(length - size) over 0 to `end`, by Simpson's rule.
double integral_to(double end, int size, int length) {
  constexpr int kSteps = 200;
  const auto value = [&](double p) {
    return std::pow(p, size - 1) * std::pow(1.0 - p, length - size);
  };
  double sum = value(0.0) + value(end);
  for (int i = 1; i < kSteps; ++i) sum += (i % 2 == 0 ? 2.0 : 4.0) * value(end * i / kSteps);
  return sum * end / kSteps / 3.0;
}

}  // namespace

double exact_elbo(const FakeModel& model,
                  const TokenRequest& request,
                  double cfg,
                  double lowest_rate) {
  const auto mask_id = std::get<MaskedDiffusion>(model.info().objective).mask_id;
  const auto length = static_cast<int>(request.continuation.size());
  const auto context = request.context.size();
  double total = 0.0;
  for (unsigned subset = 1; subset < (1U << static_cast<unsigned>(length)); ++subset) {
    auto ids = request.context;
    for (unsigned i = 0; i < request.continuation.size(); ++i) {
      ids.push_back((subset >> i & 1U) != 0 ? mask_id : request.continuation[i]);
    }
    ids.insert(ids.end(), request.suffix.begin(), request.suffix.end());
    double sum = 0.0;
    for (unsigned i = 0; i < request.continuation.size(); ++i) {
      if ((subset >> i & 1U) == 0) continue;
      const auto token = static_cast<std::size_t>(request.continuation[i]);
      sum += model.log_p(ids, context + i, cfg, context, request.suffix.size())[token];
    }
    const int size = std::popcount(subset);
    const double whole = 1.0 / (size * binomial(length, size));
    total += sum * (whole - integral_to(lowest_rate, size, length)) / (1.0 - lowest_rate);
  }
  return total;
}

}  // namespace smdm::test
