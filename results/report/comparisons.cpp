// Each two runs of a task side by side. All tests that are shown are one family: p-values are
// corrected over all of them, so that a page with more runs does not find more by chance.
#include <iterator>

#include "base/text/numbers.hpp"
#include "results/compare/comparison_report.hpp"
#include "results/report/sections.hpp"
#include "results/run/lm_eval_parts.hpp"
#include "results/statistics/paired_tests.hpp"

namespace smdm::report {
namespace {

using layout::finite_or_null;
using layout::interval_json;
using layout::or_null;

/// "a", "b" or "undecided".
const char* verdict_of(const MetricComparison& metric) {
  const auto word = verdict(metric);  // of the second run
  if (word == "better") return "b";
  return word == "worse" ? "a" : "undecided";
}

std::string verdict_words(const Report& report, const Pair& pair, const MetricComparison& metric) {
  if (!metric.difference) return "no test: a value is not finite";
  const std::string word = verdict_of(metric);
  if (word == "undecided") return "cannot be told apart";
  return label_of(report, word == "a" ? pair.a : pair.b) + " is better";
}

/// What was measured, from the difference on: the cells behind the verdict.
std::vector<Cell> measured(const MetricComparison& metric) {
  constexpr std::size_t kCells = 7;
  if (!metric.difference) return {kCells, Cell{.text = "–"}};
  const auto& difference = *metric.difference;
  const auto holm = metric.corrected.value_or(1.0);
  return {
      {.text = signed_text(difference.difference, 4), .value = difference.difference},
      {.text = difference.interval ? interval_text(difference.interval) : difference.no_interval},
      {.text = p_text(holm), .value = holm},
      {.text = p_text(difference.p_value), .value = difference.p_value},
      {.text = number_text(difference.a), .value = difference.a},
      {.text = number_text(difference.b), .value = difference.b},
      {.text = std::to_string(difference.documents)}};
}

std::vector<Cell> row_of(const Report& report, const Pair& pair, const MetricComparison& metric) {
  std::vector<Cell> row = {{.text = report.tasks[pair.task].name},
                           {.text = metric_label(metric.info)},
                           {.text = label_of(report, pair.a)},
                           {.text = label_of(report, pair.b)},
                           {.text = verdict_words(report, pair, metric)}};
  auto cells = measured(metric);
  row.insert(row.end(), std::make_move_iterator(cells.begin()),
             std::make_move_iterator(cells.end()));
  return row;
}

/// @return rows, and how many of them are no difference
std::pair<Table, std::size_t> verdicts_of(const Report& report) {
  Table all{.id = "verdicts",
            .caption = "Differences over the same documents",
            .heads = {{.title = "Task"},
                      {.title = "Metric"},
                      {.title = "A"},
                      {.title = "B"},
                      {.title = "Verdict"},
                      {.title = "B - A", .number = true},
                      {.title = "95 % interval"},
                      {.title = "p (Holm)", .number = true},
                      {.title = "p", .number = true},
                      {.title = "Value of A", .number = true},
                      {.title = "Value of B", .number = true},
                      {.title = "Documents", .number = true}},
            .rows = {}};
  std::size_t undecided = 0;
  for (const auto& pair : report.pairs) {
    if (!pair.comparison) continue;
    for (const auto& metric : report.comparisons[*pair.comparison].metrics) {
      all.rows.push_back(row_of(report, pair, metric));
      undecided += verdict_of(metric) == std::string_view("undecided") ? 1 : 0;
    }
  }
  return {std::move(all), undecided};
}

/// Tasks of two runs that say nothing of each other.
Html refused(const Report& report) {
  Html items;
  for (const auto& pair : report.pairs) {
    if (pair.comparison) continue;
    Html item;
    item << run_text("span", report.tasks[pair.task].name + ", " + label_of(report, pair.a) +
                                 " and " + label_of(report, pair.b) + ": " + pair.refusal);
    items << tag("li", {}, item);
  }
  if (items.empty()) return {};
  Html html;
  html << tag("h3", {}, "Not comparable") << tag("ul", {{"class", "refused"}}, items);
  return html;
}

}  // namespace

Html comparisons_section(const Report& report) {
  Html content;
  content << tag("h2", {}, "Comparisons");
  const auto [all, undecided] = verdicts_of(report);
  if (all.rows.empty()) {
    content << tag("p", {{"class", "absent"}},
                   report.pairs.empty() ? "No two of the runs have a task in common."
                                        : "No two of the runs can be compared; see below.");
  } else {
    content
        << tag("p", {{"class", "note"}},
               std::to_string(undecided) + " of " + std::to_string(all.rows.size()) +
                   " differences cannot be told apart from chance. Tests are paired over "
                   "documents: McNemar's of verdicts, else permutations, of whole clusters where "
                   "documents belong together. p (Holm) is corrected over all rows of this "
                   "table, and a run is called better where it is at most 0.05.")
        << table(all);
  }
  content << refused(report);
  return tag("section", {{"id", "comparisons"}}, content);
}

Json comparisons_json(const Report& report) {
  Json json = Json::array();
  for (const auto& pair : report.pairs) {
    if (!pair.comparison) continue;
    for (const auto& metric : report.comparisons[*pair.comparison].metrics) {
      Json one = {{"task", report.tasks[pair.task].id},
                  {"metric", metric_label(metric.info)},
                  {"a", report.runs[pair.a].id},
                  {"b", report.runs[pair.b].id},
                  {"difference", nullptr},
                  {"interval", nullptr},
                  {"p", nullptr},
                  {"p_holm", or_null(metric.corrected)},
                  {"verdict", verdict_of(metric)}};
      if (metric.difference) {
        one["difference"] = finite_or_null(metric.difference->difference);
        one["interval"] = interval_json(metric.difference->interval);
        one["p"] = metric.difference->p_value;
      }
      json.push_back(std::move(one));
    }
  }
  return json;
}

}  // namespace smdm::report
