/// What results files and samples files write alike: values that may be missing or not finite, and
/// what a document adds to a metric. For the code in results/ only.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "base/json.hpp"
#include "results/run/record.hpp"
#include "results/statistics/interval.hpp"

namespace smdm::layout {

/// The value, or null.
template <typename T>
[[nodiscard]] Json or_null(const std::optional<T>& value) {
  return value ? Json(*value) : Json(nullptr);
}

/// The number, or null where JSON has no form for it.
[[nodiscard]] Json finite_or_null(double value);

/// [low, high], or null.
[[nodiscard]] Json interval_json(const std::optional<Interval>& interval);

/// What a document contributes to a metric: a number, or the list of a corpus metric's counts.
[[nodiscard]] Json document_value(const MetricRecord& metric, std::size_t document);

/// Members of `defaults` first, then those of `given`, whose values win.
[[nodiscard]] Json merged(Json defaults, const Json& given);

/// The first metric of each name: lm-eval's configs, samples and directions know names without
/// filters.
[[nodiscard]] std::vector<std::size_t> first_of_each_name(const TaskRecord& task);

}  // namespace smdm::layout
