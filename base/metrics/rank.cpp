#include "base/metrics/rank.hpp"

namespace smdm::metrics {
namespace {

/// 1 for the gold choice that is likelier than every other; a tie counts against it.
std::size_t rank_of_gold(const ChoiceOutcome& outcome) {
  std::size_t rank = 1;
  for (std::size_t i = 0; i < outcome.nats.size(); ++i) {
    if (i != outcome.gold && !(outcome.nats[i] < outcome.nats[outcome.gold])) ++rank;
  }
  return rank;
}

double reciprocal(const ChoiceOutcome& outcome) {
  return 1.0 / static_cast<double>(rank_of_gold(outcome));
}

double is_first(const ChoiceOutcome& outcome) {
  return rank_of_gold(outcome) == 1 ? 1.0 : 0.0;
}

}  // namespace

Metric reciprocal_rank() {
  return {.name = "mrr", .of_choices = reciprocal};
}

Metric top_rank() {
  return {.name = "top1", .document = DocumentValue::verdict, .of_choices = is_first};
}

}  // namespace smdm::metrics
