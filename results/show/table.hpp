/// Tables for a terminal, which are Markdown at the same time.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "results/run/record.hpp"
#include "results/statistics/statistics.hpp"

namespace smdm {

enum class Align : std::uint8_t { left, right };

struct Column {
  std::string title;
  Align align = Align::left;
};

/// A Markdown table whose pipes stand below each other. In cells '|' is escaped, line ends are
/// spaces, and what a terminal would obey is written out (visible()).
/// @param rows  each with one cell per column
/// @throws std::invalid_argument  if a row has another number of cells
[[nodiscard]] std::string markdown_table(std::span<const Column> columns,
                                         std::span<const std::vector<std::string>> rows);

/// The table that lm-eval prints after a run: groups as header rows, an arrow that shows which
/// direction is better, four decimals, "N/A" where there is no standard error; behind them the
/// Monte Carlo errors, if the run has any. Where documents stand in clusters, the standard error is
/// that over clusters (Summary::clustered_error), and a line below says so and gives lm-eval's.
/// @param summaries  what `summarize` gives for the run
[[nodiscard]] std::string results_table(const RunRecord& run,
                                        const std::vector<TaskSummary>& summaries);

/// Mean and standard deviation of every metric over repeats of a run, which differ in their seeds
/// alone: the repeatability standard deviation of ISO 5725.
/// @param repeats  what `summarize` gives for each; at least one
[[nodiscard]] std::string repeatability_table(const RunRecord& run,
                                              const std::vector<std::vector<TaskSummary>>& repeats);

/// The same as a list of objects: "task", "name", "filter", "runs", "mean", and "sd", null for one
/// run.
[[nodiscard]] Json repeatability_json(const RunRecord& run,
                                      const std::vector<std::vector<TaskSummary>>& repeats);

/// For every group that asks one thing in several ways, a table with a column for each task and a
/// row for each metric, with an empty line before it. Such a group is one whose tasks are all named
/// after it (group g, tasks g_a and g_b) and have the same metrics; columns stand in its order.
[[nodiscard]] std::string comparison_tables(const RunRecord& run,
                                            const std::vector<TaskSummary>& summaries);

}  // namespace smdm
