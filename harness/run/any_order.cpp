// A document's estimates once more with the any-order likelihood in place of its bound, scored by
// the metrics that follow from likelihoods alone.
#include "harness/run/any_order.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "base/numbers/mean.hpp"
#include "results/statistics/statistics.hpp"

namespace smdm {
namespace {

/// The metrics that follow from likelihoods alone, as places among the task's: whether greedy
/// decoding gives a text does not.
std::vector<std::size_t> metrics_of_likelihood(const Task& task) {
  std::vector<std::size_t> places;
  const auto& metrics = info(task).metrics;
  const bool of_choices = std::holds_alternative<MultipleChoice>(task);
  for (std::size_t i = 0; i < metrics.size(); ++i) {
    if (of_choices || metrics[i].document == DocumentValue::log_likelihood) places.push_back(i);
  }
  return places;
}

bool have_values(std::span<const Estimate> estimates) {
  return std::ranges::all_of(estimates, [](const Estimate& one) { return one.values.has_value(); });
}

/// What all metrics of the task make of a document by its any-order likelihoods.
std::vector<double> values_by_any_order(const ReadyTask& ready,
                                        const Item& item,
                                        std::vector<Estimate> estimates) {
  for (auto& one : estimates) one.nats = one.values.value().any_order;
  if (const auto* task = std::get_if<MultipleChoice>(&ready.task))
    return score(*task, std::get<Question>(item.asked), estimates);
  return score(std::get<Cloze>(ready.task), estimates.front());
}

/// The documents that have the any-order likelihood, metric by metric.
struct Known {
  std::vector<std::size_t> documents;
  std::vector<std::vector<double>> by_any_order;  ///< [metrics of likelihood][documents]
};

Known known_values(const ReadyTask& ready, std::span<const Answer> answers) {
  const auto places = metrics_of_likelihood(ready.task);
  Known known{.documents = {}, .by_any_order = std::vector<std::vector<double>>(places.size())};
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const auto& estimates = estimates_of(answers[i]);
    if (estimates.empty() || !have_values(estimates)) continue;
    known.documents.push_back(i);
    const auto values = values_by_any_order(ready, ready.items[i], estimates);
    for (std::size_t m = 0; m < places.size(); ++m)
      known.by_any_order[m].push_back(values[places[m]]);
  }
  return known;
}

void add_to_samples(const Task& task, const Known& known, TaskRecord& record) {
  const auto& metrics = info(task).metrics;
  const auto places = metrics_of_likelihood(task);
  for (std::size_t k = 0; k < known.documents.size(); ++k) {
    Json values = Json::object();
    for (std::size_t m = 0; m < places.size(); ++m)
      values[metrics[places[m]].name] = known.by_any_order[m][k];
    record.samples[known.documents[k]].extra[kAnyOrderValues] = std::move(values);
  }
}

/// Nothing is drawn where every subset is computed, so that no such value has a Monte Carlo error.
void add_metrics(const Task& task, const Known& known, TaskRecord& record) {
  const auto places = metrics_of_likelihood(task);
  for (std::size_t m = 0; m < places.size(); ++m) {
    auto metric = info(task).metrics[places[m]];
    metric.filter = kAnyOrderFilter;
    record.metrics.push_back({.info = std::move(metric),
                              .values = known.by_any_order[m],
                              .mc_errors = std::vector<double>(known.documents.size(), 0.0)});
  }
}

AnyOrderMetric compared(const MetricRecord& metric,
                        const Known& known,
                        std::span<const double> by_any_order) {
  std::vector<double> by_bound;
  by_bound.reserve(known.documents.size());
  for (const auto document : known.documents) by_bound.push_back(metric.values[document]);
  AnyOrderMetric compared{.name = metric.info.name,
                          .elbo = metric_value(metric.info, by_bound),
                          .any_order = metric_value(metric.info, by_any_order),
                          .differ = std::nullopt};
  if (metric.info.document != DocumentValue::verdict) return compared;
  compared.differ = 0;
  for (std::size_t k = 0; k < by_bound.size(); ++k)
    *compared.differ += by_bound[k] != by_any_order[k] ? 1 : 0;
  return compared;
}

/// Sums over the requests of the documents that have it.
void add_gap(const ReadyTask& ready,
             std::span<const Answer> answers,
             const Known& known,
             AnyOrderTotals& totals) {
  double gap = 0.0;
  double tokens = 0.0;
  for (const auto document : known.documents) {
    const auto& estimates = estimates_of(answers[document]);
    const auto& requests = ready.items[document].ids.requests;
    for (std::size_t k = 0; k < estimates.size(); ++k) {
      const auto& values = estimates[k].values.value();
      gap += values.any_order - values.elbo;
      tokens += static_cast<double>(requests[k].continuation.size());
      ++totals.requests;
    }
  }
  totals.gap = gap / static_cast<double>(totals.requests);
  totals.gap_per_token = gap / tokens;
}

std::int64_t longest_target(const ReadyTask& ready) {
  std::size_t longest = 0;
  for (const auto& item : ready.items) {
    for (const auto& request : item.ids.requests)
      longest = std::max(longest, request.continuation.size());
  }
  return static_cast<std::int64_t>(longest);
}

/// Whether an enumeration would say more: of bounds, as they are estimated for values.
bool may_be_enumerated(std::span<const Answer> answers) {
  return std::ranges::all_of(answers, [](const Answer& answer) {
    const auto& likelihoods = std::get<Likelihoods>(answer.value);
    return !likelihoods.race && likelihoods.estimates.front().bound == Bound::lower;
  });
}

AnyOrderTotals totals_of(const ReadyTask& ready,
                         std::span<const Answer> answers,
                         const Known& known,
                         const TaskRecord& record) {
  AnyOrderTotals totals;
  totals.documents = std::ssize(known.documents);
  totals.of = std::ssize(answers);
  totals.longest = longest_target(ready);
  if (known.documents.empty()) return totals;
  add_gap(ready, answers, known, totals);
  const auto places = metrics_of_likelihood(ready.task);
  for (std::size_t m = 0; m < places.size(); ++m)
    totals.metrics.push_back(compared(record.metrics[places[m]], known, known.by_any_order[m]));
  return totals;
}

/// Of one request: what random orders, or all subsets, say.
struct Ends {
  double elbo = 0.0;
  double low = 0.0;
  double high = 0.0;
};

Ends ends_of(const Estimate& estimate) {
  if (estimate.orders)
    return {.elbo = estimate.nats, .low = estimate.orders->low, .high = estimate.orders->high};
  const double value = estimate.values.value().any_order;
  return {.elbo = estimate.nats, .low = value, .high = value};
}

MeanOverDocuments over_documents(std::span<const Answer> answers, double Ends::* which) {
  std::vector<double> means;
  for (const auto& answer : answers) {
    const auto& estimates = estimates_of(answer);
    double sum = 0.0;
    for (const auto& one : estimates) sum += ends_of(one).*which;
    means.push_back(sum / static_cast<double>(estimates.size()));
  }
  const auto mean = mean_of(means);
  return {.value = mean.value, .standard_error = mean.standard_error};
}

std::optional<OrdersTotals> orders_of(std::span<const Answer> answers) {
  OrdersTotals totals;
  std::vector<double> effective;
  double orders = 0.0;
  for (const auto& answer : answers) {
    for (const auto& one : estimates_of(answer)) {
      ++totals.requests;
      if (one.values) ++totals.enumerated;
      if (!one.orders) continue;
      orders += static_cast<double>(one.orders->orders);
      effective.push_back(one.orders->effective);
    }
  }
  if (effective.empty()) return std::nullopt;
  std::ranges::sort(effective);
  totals.orders = orders / static_cast<double>(effective.size());
  totals.effective_least = effective.front();
  totals.effective_median = effective[effective.size() / 2];
  totals.elbo = over_documents(answers, &Ends::elbo);
  totals.low = over_documents(answers, &Ends::low);
  totals.high = over_documents(answers, &Ends::high);
  // The upper end is heavy-tailed: what few orders say of its spread is too small.
  constexpr double kEnough = 4.0;
  if (totals.effective_least < kEnough) totals.high.standard_error.reset();
  return totals;
}

}  // namespace

void add_any_order(const ReadyTask& ready, std::span<const Answer> answers, TaskRecord& record) {
  if (answers.empty()) return;
  record.orders = orders_of(answers);
  const auto known = known_values(ready, answers);
  if (known.documents.empty() && !may_be_enumerated(answers)) return;
  record.any_order = totals_of(ready, answers, known, record);
  if (known.documents.empty()) return;
  add_to_samples(ready.task, known, record);
  if (known.documents.size() == answers.size()) add_metrics(ready.task, known, record);
}

}  // namespace smdm
