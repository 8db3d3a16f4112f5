/// Periods of a corpus as JSON for results files, and as a table for people.
#pragma once

#include <span>
#include <string>

#include "base/json.hpp"
#include "base/request.hpp"
#include "results/statistics/period_statistics.hpp"

namespace smdm {

/// What "smdm_eval" / "tasks" / <period> / "period" holds (docs/results-format.md).
/// @param reference  name of the period that changes are from
[[nodiscard]] Json period_json(const PeriodResult& period, const std::string& reference);

/// The periods in order, one a line, with intervals, the change, and its band over all changes.
/// @param bound  what the likelihoods are: a lower bound makes upper bounds of perplexities, and
///               titles say so
/// @param unit   what the intervals are over: "documents", "rows"
[[nodiscard]] std::string period_table(std::span<const PeriodResult> periods,
                                       Bound bound,
                                       const std::string& unit);

}  // namespace smdm
