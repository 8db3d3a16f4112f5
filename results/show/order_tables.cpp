// Two tables: verdicts by the bound and by the any-order likelihood, and bounds by random orders.
#include "results/show/order_tables.hpp"

#include <cmath>
#include <utility>
#include <vector>

#include "base/text/numbers.hpp"
#include "base/text/visible.hpp"
#include "results/show/table.hpp"

namespace smdm {
namespace {

using Cells = std::vector<std::vector<std::string>>;

constexpr int kDigits = 4;
constexpr std::int64_t kMostTokens = 20;  ///< of a target that can be enumerated

std::string share_text(const AnyOrderTotals& totals) {
  return std::to_string(totals.documents) + " of " + std::to_string(totals.of);
}

void append_rows(const TaskRecord& task, const AnyOrderTotals& totals, Cells& cells) {
  std::string name = task.name;
  for (const auto& metric : totals.metrics) {
    cells.push_back({std::exchange(name, ""), metric.name, share_text(totals),
                     fixed_text(metric.elbo, kDigits), fixed_text(metric.any_order, kDigits),
                     metric.differ ? std::to_string(*metric.differ) : ""});
  }
}

std::string gap_line(const TaskRecord& task, const AnyOrderTotals& totals) {
  if (totals.documents == 0) return "";
  return visible(task.name) + ": the bound hides " + fixed_text(totals.gap, 3) +
         " nats of a request (" + fixed_text(totals.gap_per_token, 3) + " a token)\n";
}

/// What would enumerate the documents that are left.
std::string rest_line(const TaskRecord& task, const AnyOrderTotals& totals) {
  if (totals.documents == totals.of) return "";
  const std::string line = visible(task.name) + ": the any-order likelihood of " +
                           std::to_string(totals.of - totals.documents) +
                           (totals.documents > 0 ? " further documents " : " documents ");
  if (totals.longest > kMostTokens) {
    return line + "cannot be enumerated (targets of up to " + std::to_string(totals.longest) +
           " tokens); bounds of it: the same command with --estimator orders --orders pilot\n";
  }
  std::int64_t rows = 0;  // of all subsets
  for (std::int64_t token = 0; token < totals.longest; ++token) rows = 2 * rows + 1;
  return line + "takes the same command with --estimator exact --max-rows " + std::to_string(rows) +
         "\n";
}

std::string verdict_table(const RunRecord& run) {
  const std::vector<Column> columns = {{.title = "Likelihood"},
                                       {.title = "Metric"},
                                       {.title = "Documents", .align = Align::right},
                                       {.title = "ELBO", .align = Align::right},
                                       {.title = "any_order", .align = Align::right},
                                       {.title = "Verdicts differ", .align = Align::right}};
  Cells cells;
  std::string lines;
  for (const auto& task : run.tasks) {
    if (!task.any_order) continue;
    append_rows(task, *task.any_order, cells);
    lines += gap_line(task, *task.any_order) + rest_line(task, *task.any_order);
  }
  if (cells.empty()) return lines.empty() ? "" : "\n" + lines;
  return "\n" + markdown_table(columns, cells) + "\n" + lines;
}

std::string mean_text(const MeanOverDocuments& mean) {
  const auto value = std::isfinite(mean.value) ? fixed_text(mean.value, 3) : "not finite";
  const auto& error = mean.standard_error;
  const bool known = error && std::isfinite(*error);
  return value + " ± " + (known ? fixed_text(*error, 3) : "N/A");
}

std::string bounds_table(const RunRecord& run) {
  const std::vector<Column> columns = {{.title = "Orders"},
                                       {.title = "Requests", .align = Align::right},
                                       {.title = "Enumerated", .align = Align::right},
                                       {.title = "Orders each", .align = Align::right},
                                       {.title = "Effective (least)", .align = Align::right},
                                       {.title = "ELBO", .align = Align::right},
                                       {.title = "any_order_low", .align = Align::right},
                                       {.title = "any_order_high", .align = Align::right}};
  Cells cells;
  for (const auto& task : run.tasks) {
    if (!task.orders) continue;
    const auto& totals = *task.orders;
    cells.push_back({task.name, std::to_string(totals.requests), std::to_string(totals.enumerated),
                     fixed_text(totals.orders, 1),
                     fixed_text(totals.effective_median, 1) + " (" +
                         fixed_text(totals.effective_least, 1) + ")",
                     mean_text(totals.elbo), mean_text(totals.low), mean_text(totals.high)});
  }
  if (cells.empty()) return "";
  return "\n" + markdown_table(columns, cells) +
         "\nNats, means over documents with their standard errors. The ends bound the any-order "
         "likelihood in expectation,\nfor such means; they are no interval of a single request.\n";
}

}  // namespace

std::string order_tables(const RunRecord& run) {
  return verdict_table(run) + bounds_table(run);
}

}  // namespace smdm
