/// What each metric of each result of a report says, computed once for all that shows it.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "results/report/content.hpp"
#include "results/statistics/interval.hpp"

namespace smdm::report {

struct MetricResult {
  std::size_t task = 0;    ///< in Report::tasks
  std::size_t result = 0;  ///< in Task::results
  std::size_t run = 0;     ///< in Report::runs
  Metric info = {};
  std::string metric = {};  ///< metric_label(info)
  double value = 0.0;
  /// Over documents, or over clusters of them where they depend on each other.
  std::optional<double> standard_error = {};
  std::optional<double> mc_standard_error = {};
  std::optional<Interval> interval = {};  ///< 95 %, see metric_interval()
  std::optional<std::string> bound =
      {};  ///< "lower", "exact+lower", "any_order"; empty: no likelihoods
  /// The same metric by the any-order likelihood, where the run has both.
  std::optional<double> any_order = {};
  std::size_t documents = 0;
  std::size_t clusters = 0;
};

/// Every metric of every result, in the order of tasks, metrics and runs.
[[nodiscard]] std::vector<MetricResult> metric_results(const Report& report);

/// Whether it is the metric that pictures show of its task: the first one.
[[nodiscard]] bool is_first_metric(const Report& report, const MetricResult& result);

/// "[0.1000, 0.2000]", or "–".
[[nodiscard]] std::string interval_text(const std::optional<Interval>& interval, int digits = 4);

/// "0.1000", or "–" where there is none or it is not finite.
[[nodiscard]] std::string number_text(const std::optional<double>& value, int digits = 4);

/// "<0.0001" for what four digits do not show.
[[nodiscard]] std::string p_text(double p);

}  // namespace smdm::report
