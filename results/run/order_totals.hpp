/// What the documents of a task say together of the any-order likelihood (docs/likelihood.md), as a
/// results file has it beside the task's metrics.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"

namespace smdm {

/// The filter of a metric that takes the any-order likelihood in place of its bound:
/// "acc,any_order".
inline constexpr const char* kAnyOrderFilter = "any_order";

/// The field of a sample's block that has its values by the any-order likelihood, by the names of
/// metrics: of every document whose requests all have one, whether or not the task has the metrics.
inline constexpr const char* kAnyOrderValues = "any_order";

/// A metric over the documents that have the any-order likelihood, by either likelihood.
struct AnyOrderMetric {
  std::string name;
  double elbo = 0.0;
  double any_order = 0.0;
  std::optional<std::int64_t> differ;  ///< verdicts that are others; empty: it has no verdicts
};

/// How much of a task has the any-order likelihood, and what that changes; nothing but how much
/// where no document has it.
struct AnyOrderTotals {
  std::int64_t documents = 0;  ///< that have it for each of their requests
  std::int64_t of = 0;         ///< documents that were evaluated
  std::int64_t requests = 0;   ///< of those that have it
  double gap = 0.0;            ///< any_order - elbo: mean over these requests, nats
  double gap_per_token = 0.0;  ///< the sum of these differences over that of their tokens
  std::int64_t longest = 0;    ///< tokens of the longest target of the task
  std::vector<AnyOrderMetric> metrics;
};

/// Nats: the mean over documents of the mean over their requests, and its standard error over
/// documents.
struct MeanOverDocuments {
  double value = 0.0;
  std::optional<double> standard_error;
};

/// Bounds by random orders over all requests of a task, enumerated ones included: for these all
/// three are what enumeration gives.
struct OrdersTotals {
  std::int64_t requests = 0;
  std::int64_t enumerated = 0;
  double orders = 0.0;            ///< mean of those that were not enumerated
  double effective_median = 0.0;  ///< of their effective numbers
  double effective_least = 0.0;   ///< likewise
  MeanOverDocuments elbo;
  MeanOverDocuments low;
  MeanOverDocuments high;  ///< without an error where some effective number is below 4
};

[[nodiscard]] Json to_json(const AnyOrderTotals& totals);
[[nodiscard]] Json to_json(const OrdersTotals& totals);

}  // namespace smdm
