/// The numbers of a page, for its scripts (docs/report.md says what stands where).
#pragma once

#include <span>

#include "base/json.hpp"
#include "results/report/sections.hpp"

namespace smdm::report {

/// Everything but the documents.
[[nodiscard]] Json page_data(const Report& report,
                             std::span<const MetricResult> results,
                             std::span<const Picture> pictures);

}  // namespace smdm::report
