/// The pictures of a report, one function each. A picture whose numbers no run has says why.
#pragma once

#include <span>

#include "results/report/sections.hpp"

namespace smdm::report {

/// Intervals of each metric, run by run.
[[nodiscard]] Picture intervals_picture(const Report& report,
                                        std::span<const MetricResult> results);

/// Quality against what it took to compute.
[[nodiscard]] Picture cost_picture(const Report& report, std::span<const MetricResult> results);

/// The front of a study of `tradeoff`.
[[nodiscard]] Picture tradeoff_picture(const Report& report);

/// Facts asked in the order in which they were told, and the other way round.
[[nodiscard]] Picture reverse_curse_picture(const Report& report,
                                            std::span<const MetricResult> results);

/// Perplexity by period.
[[nodiscard]] Picture periods_picture(const Report& report);

/// The bound against the any-order likelihood, question by question.
[[nodiscard]] Picture orders_picture(const Report& report);

/// A fit of `scaling fit`.
[[nodiscard]] Picture scaling_picture(const Report& report);

/// The most points of a task and a run in orders_picture(); of more, every k-th.
inline constexpr std::size_t kMostPoints = 1000;

}  // namespace smdm::report
