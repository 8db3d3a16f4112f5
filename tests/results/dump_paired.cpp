// Reads JSON lines {"aggregation", "a", "b"}, where documents stand in clusters with their
// "clusters" besides, and {"p_values"} on standard input, and prints what paired_difference(),
// summarize() and holm() make of them: what paired_test.py compares with scipy and statsmodels.
#include <algorithm>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "base/metrics/list.hpp"
#include "results/statistics/paired_difference.hpp"
#include "results/statistics/statistics.hpp"

using smdm::Json;

namespace {

Json or_null(const std::optional<double>& value) {
  return value ? Json(*value) : Json();
}

/// Few documents may have none.
Json ends_of(const std::optional<smdm::Interval>& interval) {
  return interval ? Json({interval->low, interval->high}) : Json();
}

Json difference_of(const Json& line) {
  const auto a = line.at("a").get<std::vector<double>>();
  const auto b = line.at("b").get<std::vector<double>>();
  const auto metrics = smdm::all_metrics();
  const auto metric = std::ranges::find(metrics, line.at("aggregation").get<std::string>(),
                                        &smdm::Metric::aggregation);
  if (metric == metrics.end()) throw std::invalid_argument("no metric with such an aggregation");
  const auto clusters = line.value("clusters", std::vector<std::size_t>());
  const auto difference = smdm::paired_difference(*metric, a, b, clusters);
  return {{"stderr_a", or_null(smdm::summarize(*metric, a, clusters).clustered_error)},
          {"difference", difference.difference},
          {"stderr", or_null(difference.standard_error)},
          {"interval", ends_of(difference.interval)},
          {"interval_a", ends_of(smdm::metric_interval(*metric, a, clusters))},
          {"test", to_string(difference.test)},
          {"p", difference.p_value}};
}

}  // namespace

int main() {
  for (std::string text; std::getline(std::cin, text);) {
    const auto line = Json::parse(text);
    if (line.contains("p_values")) {
      std::cout << Json(smdm::holm(line.at("p_values").get<std::vector<double>>())) << "\n";
    } else {
      std::cout << difference_of(line) << "\n";
    }
  }
}
