#include "base/metrics/perplexity.hpp"

#include <cmath>
#include <limits>

namespace smdm::metrics {
namespace {

double of_mean(std::span<const double> sums, double documents) {
  return std::exp(-sums[0] / documents);
}

double of_tokens(std::span<const double> sums, double /*documents*/) {
  return std::exp(-sums[0] / sums[1]);
}

}  // namespace

Metric perplexity() {
  return {
      .name = "perplexity",
      .aggregation = "perplexity",
      .higher_is_better = false,
      .highest = std::numeric_limits<double>::infinity(),
      .document = DocumentValue::log_likelihood,
      .is_mean = false,
      .ratio = RatioScale::log,
      .of_continuation = [](const ContinuationOutcome& outcome) { return outcome.nats; },
      .of_sums = of_mean,
      .error_of_sums = [](std::span<const double> sums, double documents,
                          double error) { return of_mean(sums, documents) * error / documents; },
      .tolerance = relative_tolerance};
}

Metric weighted_perplexity() {
  constexpr int kDigits = 2;
  return {
      .name = "perplexity",
      .aggregation = "weighted_perplexity",
      .digits = kDigits,
      .higher_is_better = false,
      .highest = std::numeric_limits<double>::infinity(),
      .width = 2,
      .document = DocumentValue::counts,
      .is_mean = false,
      .ratio = RatioScale::log,
      .of_text =
          [](const TextOutcome& outcome) {
            return std::vector<double>{outcome.nats, outcome.tokens};
          },
      .of_sums = of_tokens,
      .error_of_sums = [](std::span<const double> sums, double documents,
                          double error) { return of_tokens(sums, documents) * error / sums[1]; },
      .tolerance = relative_tolerance};
}

}  // namespace smdm::metrics
