#include "base/metrics/accuracy.hpp"

#include <cmath>
#include <limits>
#include <stdexcept>

namespace smdm::metrics {
namespace {

/// The first of equal maxima. Minus infinity loses to every number; of what is no number there is
/// no largest.
std::size_t argmax(std::span<const double> values) {
  std::size_t best = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isnan(values[i]))
      throw std::invalid_argument("acc: wanted log-likelihoods that are numbers, got nan");
    if (values[i] > values[best]) best = i;
  }
  return best;
}

double nothing(std::size_t /*characters*/) {
  return 1.0;
}

double length(std::size_t characters) {
  return static_cast<double>(characters);
}

double best_is_gold(const ChoiceOutcome& outcome, double (*divisor)(std::size_t)) {
  std::vector<double> divided;
  divided.reserve(outcome.nats.size());
  for (std::size_t i = 0; i < outcome.nats.size(); ++i)
    divided.push_back(outcome.nats[i] / divisor(outcome.characters[i]));
  const auto best = argmax(divided);
  // Where no choice is possible none is chosen.
  const bool chosen = divided.at(best) > -std::numeric_limits<double>::infinity();
  return chosen && best == outcome.gold ? 1.0 : 0.0;
}

double greedy_verdict(const ContinuationOutcome& outcome) {
  if (!outcome.is_greedy)
    throw std::invalid_argument("acc: wanted is_greedy, got an estimate without");
  return *outcome.is_greedy ? 1.0 : 0.0;
}

}  // namespace

Metric accuracy() {
  return {.name = "acc",
          .document = DocumentValue::verdict,
          .of_choices = [](const ChoiceOutcome& outcome) { return best_is_gold(outcome, nothing); },
          .of_continuation = greedy_verdict,
          .race_divisor = nothing};
}

Metric normalized_accuracy() {
  return {.name = "acc_norm",
          .document = DocumentValue::verdict,
          .of_choices = [](const ChoiceOutcome& outcome) { return best_is_gold(outcome, length); },
          .race_divisor = length};
}

Metric exact_match(const char* filter) {
  return {.name = "exact_match", .filter = filter, .document = DocumentValue::verdict};
}

Metric contained() {
  return {.name = "contained", .document = DocumentValue::verdict};
}

Metric answered() {
  return {.name = "answered"};
}

}  // namespace smdm::metrics
