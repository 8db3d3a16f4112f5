#include "tests/support/exact_elbo.hpp"

#include <bit>
#include <variant>

namespace smdm::test {
namespace {

double binomial(int n, int k) {
  double value = 1.0;
  for (int i = 1; i <= k; ++i) value = value * (n - k + i) / i;
  return value;
}

}  // namespace

double exact_elbo(const FakeModel& model, const TokenRequest& request, double cfg) {
  const auto mask_id = std::get<MaskedDiffusion>(model.info().objective).mask_id;
  const auto length = static_cast<int>(request.continuation.size());
  const auto context = request.context.size();
  double total = 0.0;
  for (unsigned subset = 1; subset < (1U << static_cast<unsigned>(length)); ++subset) {
    auto ids = request.context;
    for (unsigned i = 0; i < request.continuation.size(); ++i) {
      ids.push_back((subset >> i & 1U) != 0 ? mask_id : request.continuation[i]);
    }
    double sum = 0.0;
    for (unsigned i = 0; i < request.continuation.size(); ++i) {
      if ((subset >> i & 1U) == 0) continue;
      const auto token = static_cast<std::size_t>(request.continuation[i]);
      sum += model.log_p(ids, context + i, cfg, context)[token];
    }
    const int size = std::popcount(subset);
    total += sum / (size * binomial(length, size));
  }
  return total;
}

}  // namespace smdm::test
