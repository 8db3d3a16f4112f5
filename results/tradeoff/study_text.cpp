// A trade-off for a terminal: every setting, every curve, then what was chosen.
#include <algorithm>

#include "base/text/numbers.hpp"
#include "base/text/visible.hpp"
#include "results/show/table.hpp"
#include "results/tradeoff/report.hpp"

namespace smdm::tradeoff {
namespace {

constexpr double kPercent = 100.0;
constexpr double kMilliseconds = 1e3;

using Rows = std::vector<std::vector<std::string>>;

Column right(std::string title) {
  return {.title = std::move(title), .align = Align::right};
}

std::string percent(double value) {
  return fixed_text(kPercent * value, 1);
}

std::string or_none(const std::optional<double>& value, double factor, int digits) {
  return value ? fixed_text(factor * *value, digits) : "N/A";
}

/// "-0.3 (-1.2 .. +0.6)", in points of a percentage.
std::string difference_text(const PairedDifference& difference) {
  auto text = signed_text(kPercent * difference.difference, 1);
  if (difference.interval) {
    text += " (" + signed_text(kPercent * difference.interval->low, 1) + " .. " +
            signed_text(kPercent * difference.interval->high, 1) + ")";
  }
  return text;
}

std::string ratio_text(const Ratio& ratio) {
  constexpr int kDigits = 2;
  auto text = fixed_text(ratio.value, kDigits);
  if (ratio.interval) {
    text += " (" + fixed_text(ratio.interval->low, kDigits) + " .. " +
            fixed_text(ratio.interval->high, kDigits) + ")";
  }
  return text;
}

std::vector<std::string> row_of(const std::string& name, const Figures& figures) {
  return {name,
          percent(figures.quality),
          or_none(figures.standard_error, kPercent, 1),
          fixed_text(figures.forwards, 1),
          fixed_text(figures.rows, 1),
          fixed_text(figures.tokens, 0),
          fixed_text(figures.tokens_per_forward, 2),
          or_none(figures.p50, kMilliseconds, 2),
          or_none(figures.p95, kMilliseconds, 2),
          or_none(figures.rate, 1.0, 2)};
}

std::string points_table(const Study& study, const Analysis& analysis) {
  std::vector<Column> columns = {{.title = "Setting"},
                                 right(display_name(study.metric) + " %"),
                                 right("s.e."),
                                 right("steps"),
                                 right("row-forwards"),
                                 right("token-forwards"),
                                 right("tokens a step"),
                                 right("p50 ms"),
                                 right("p95 ms"),
                                 right("documents/s"),
                                 right(study.arm ? "less the ARM" : "less one a step"),
                                 {.title = "front"}};
  Rows rows;
  for (std::size_t p = 0; p < study.points.size(); ++p) {
    const auto& figures = analysis.points[p];
    auto& row = rows.emplace_back(row_of(study.points[p].name, figures));
    const auto& difference = study.arm ? figures.from_arm : figures.from_sequential;
    row.push_back(difference ? difference_text(*difference) : "");
    row.emplace_back(figures.on_front ? "*" : "");
  }
  if (study.arm) {
    auto& row = rows.emplace_back(row_of(study.arm->name, analysis.arm.value()));
    row.emplace_back();
    row.emplace_back();
  }
  return markdown_table(columns, rows);
}

std::string curves_table(const Analysis& analysis) {
  Rows rows;
  for (const auto& curve : analysis.curves) {
    rows.push_back({curve.name, std::to_string(curve.points.size()), fixed_text(curve.aup, 1),
                    curve.interval ? fixed_text(curve.interval->low, 1) + " .. " +
                                         fixed_text(curve.interval->high, 1)
                                   : "N/A"});
  }
  const std::vector<Column> columns = {
      {.title = "Area under parallelism"}, right("settings"), right("AUP"), right("95 %")};
  return markdown_table(columns, rows) + "best quality of all: " + percent(analysis.best_quality) +
         " %; areas under another best quality do not compare\n";
}

std::string reference_text(Reference reference) {
  return reference == Reference::arm ? "the autoregressive model" : "one token a step";
}

std::string cost_text(Cost cost) {
  switch (cost) {
    case Cost::row_forwards:
      return "row-forwards";
    case Cost::token_forwards:
      return "token-forwards";
    case Cost::latency:
      return "latency of one document alone";
    case Cost::throughput:
      return "throughput of full batches";
  }
  return "";
}

std::string sentence(const Study& study, const Choice& choice) {
  const auto begin = "Within " + fixed_text(kPercent * study.margin, 1) + " points of " +
                     reference_text(choice.reference) + ", by " + cost_text(choice.cost) + ": ";
  if (!choice.chosen) return begin + "no setting is kept";
  return begin + std::to_string(choice.kept.size()) + " of " + std::to_string(study.points.size()) +
         " settings are kept; the cheapest, " + study.points[*choice.chosen].name + ", is " +
         ratio_text(choice.ratio) + " times cheaper at " + difference_text(choice.difference) +
         " points on the documents that did not choose it" +
         (choice.holds ? "" : ", where the margin is not shown to hold");
}

}  // namespace

std::string study_text(const Study& study, const Analysis& analysis) {
  auto text = points_table(study, analysis) + "\n" + curves_table(analysis) + "\n";
  for (const auto& choice : analysis.choices) text += visible(sentence(study, choice)) + "\n";
  return text;
}

}  // namespace smdm::tradeoff
