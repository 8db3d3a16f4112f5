/// The sections of a report's page: each a function from what the report is about to markup, and
/// for pictures and scripts the same numbers as JSON (docs/report.md).
#pragma once

#include <span>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "results/report/html.hpp"
#include "results/report/numbers.hpp"

namespace smdm::report {

/// Tasks by runs with their values and errors, and how far runs are that are still going.
[[nodiscard]] Html overview_section(const Report& report, std::span<const MetricResult> results);

/// Each two runs of a task, tested, and what cannot be told apart.
[[nodiscard]] Html comparisons_section(const Report& report);

/// "comparisons" of the page's data.
[[nodiscard]] Json comparisons_json(const Report& report);

/// A picture: its numbers as a table and as what scripts draw it from, or why there is none.
struct Picture {
  std::string key;     ///< "intervals"
  std::string title;   ///< of the figure
  std::string says;    ///< what it shows, in a sentence
  std::string absent;  ///< why there is none; empty where there is one
  Table numbers;
  Json data;
};

/// All pictures in their order, those that are absent too.
[[nodiscard]] std::vector<Picture> pictures_of(const Report& report,
                                               std::span<const MetricResult> results);

[[nodiscard]] Html pictures_section(std::span<const Picture> pictures);

/// "pictures" of the page's data.
[[nodiscard]] Json pictures_json(std::span<const Picture> pictures);

/// Documents of each task that stand in the page without a script.
inline constexpr std::size_t kPlainDocuments = 50;

/// The first documents of each task.
[[nodiscard]] Html documents_section(const Report& report);

/// All that changes numbers, what was not comparable, and the command that repeats each run.
[[nodiscard]] Html recipe_section(const Report& report);

}  // namespace smdm::report
