/// A comparison for people and for programs.
#pragma once

#include <string>

#include "base/json.hpp"
#include "results/compare/comparison.hpp"

namespace smdm {

/// Version of comparison_json(), raised when a field changes its meaning.
inline constexpr int kComparisonSchema = 1;

/// What was compared, one row per metric of each task, and what the columns mean.
[[nodiscard]] std::string comparison_text(const RunComparison& comparison);

/// The same as JSON (docs/compare.md).
[[nodiscard]] Json comparison_json(const RunComparison& comparison);

/// In one word, after correction at kComparisonLevel: "better" or "worse" says what the second run
/// is; "unclear" where chance explains the difference or there is no test.
[[nodiscard]] std::string verdict(const MetricComparison& metric);

}  // namespace smdm
