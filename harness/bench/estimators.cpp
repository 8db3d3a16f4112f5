// Takes the losses of all subsets of the questions that are studied, and runs every estimator on
// these tables with many seeds. Prints what comes out as tables, JSON and a figure.
#include "harness/bench/estimators.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iostream>
#include <map>
#include <optional>
#include <tuple>

#include "base/charts/chart.hpp"
#include "base/files/output.hpp"
#include "base/files/paths.hpp"
#include "base/text/numbers.hpp"
#include "harness/bench/rank.hpp"
#include "harness/bench/studied.hpp"
#include "harness/bench/study.hpp"
#include "harness/settings/refuse.hpp"
#include "results/show/table.hpp"

namespace smdm {
namespace {

/// Stored tables are of one model, with its guidance.
void check_stored(const BenchEstimatorSettings& bench) {
  const auto wanted = "no --tables beside it, which need no model";
  if (!bench.model.empty()) refuse("--model", wanted, bench.model);
  if (!bench.data.empty()) refuse("--data", wanted, bench.data);
  if (bench.cfg != 0.0) refuse("--cfg", wanted, number_text(bench.cfg));
}

void check(const BenchEstimatorSettings& bench) {
  const auto in_range = [](const char* option, std::int64_t value, std::size_t most) {
    if (value >= 1 && value <= static_cast<std::int64_t>(most)) return;
    refuse(option, "1.." + std::to_string(most), std::to_string(value));
  };
  constexpr std::size_t kManySeeds = 1'000'000;
  in_range("--repeats", bench.repeats, kManySeeds);
  in_range("--longest", bench.longest, kMaxEnumerated);
  if (!(bench.racing_error > 0.0 && bench.racing_error < 0.5))
    refuse("--racing-error", "a number above 0 and below 0.5", number_text(bench.racing_error));
  if (!std::isfinite(bench.cfg) || bench.cfg < 0.0)
    refuse("--cfg", "a number >= 0", number_text(bench.cfg));
  if (bench.rank && !bench.figure.empty())
    refuse("--figure", "no --rank beside it, which draws none", bench.figure);
  if (!bench.tables.empty()) check_stored(bench);
}

/// Targets whose errors are compared: a single token has the same row always.
std::vector<TargetTable> targets_of(std::span<const StudiedTask> studies) {
  std::vector<TargetTable> tables;
  for (const auto& study : studies) {
    for (const auto& table : study.tables) {
      if (table.request->continuation.size() > 1) tables.push_back(table);
    }
  }
  return tables;
}

std::string curves_table(std::span<const ErrorCurve> curves, const StudyConfig& config) {
  std::vector<Column> columns = {{.title = "Error (nats)"}};
  for (const auto rows : config.budgets)
    columns.push_back({.title = std::to_string(rows) + " rows", .align = Align::right});
  std::vector<std::vector<std::string>> cells;
  for (const auto& curve : curves) {
    auto& row = cells.emplace_back(std::vector<std::string>{curve.estimator});
    constexpr int kDigits = 4;
    for (const auto error : curve.errors) row.push_back(fixed_text(error, kDigits));
  }
  return markdown_table(columns, cells);
}

std::string lengths_line(std::span<const TargetTable> tables) {
  std::map<std::size_t, std::size_t> counts;
  for (const auto& table : tables) counts[table.request->continuation.size()] += 1;
  std::string line = "targets by tokens:";
  for (const auto& [length, count] : counts)
    line += " " + std::to_string(length) + ": " + std::to_string(count) + ",";
  line.back() = '\n';
  return line;
}

std::string races_table(std::span<const RaceStudy> races) {
  using enum Align;
  const std::vector<Column> columns = {{.title = "Races"},
                                       {.title = "Metric"},
                                       {.title = "Prompt"},
                                       {.title = "Races", .align = right},
                                       {.title = "Same verdict", .align = right},
                                       {.title = "Within 0.02", .align = right},
                                       {.title = "Winner out", .align = right},
                                       {.title = "Undecided", .align = right},
                                       {.title = "Rows/choice", .align = right},
                                       {.title = "Full rows", .align = right}};
  std::vector<std::vector<std::string>> cells;
  cells.reserve(races.size());
  for (const auto& race : races) {
    cells.push_back({race.task, race.metric, race.reuse == PromptReuse::off ? "read" : "reused",
                     std::to_string(race.questions), std::to_string(race.agree),
                     std::to_string(race.near), std::to_string(race.lost),
                     std::to_string(race.undecided), fixed_text(race.rows_per_choice, 1),
                     fixed_text(race.full_rows_per_choice, 1)});
  }
  return markdown_table(columns, cells);
}

std::string error_figure(std::span<const ErrorCurve> curves, const StudyConfig& config) {
  Chart chart{.title = "Root mean squared error against rows",
              .x = {.title = "rows per target (full rows of a reused prompt come on top)",
                    .logarithmic = true,
                    .base = 2.0},
              .y = {.title = "error in nats", .logarithmic = true, .base = 10.0},
              .series = {}};
  for (const auto& curve : curves) {
    Series series{.name = curve.estimator, .drawn = Drawn::joined, .x = {}, .y = curve.errors};
    for (const auto rows : config.budgets) series.x.push_back(static_cast<double>(rows));
    chart.series.push_back(std::move(series));
  }
  return chart_svg(chart);
}

/// Races that read the whole prompt, then where it is long enough those that reuse it.
void add_races(const StudiedTask& study, const StudyConfig& config, std::vector<RaceStudy>& races) {
  if (study.questions.empty()) return;
  const auto add = [&](PromptReuse reuse) {
    for (auto& race :
         race_studies(study.name, study.metrics, study.tables, study.questions, reuse, config))
      races.push_back(std::move(race));
  };
  add(PromptReuse::off);
  const bool reused = std::ranges::any_of(
      study.tables, [](const TargetTable& table) { return !table.frozen.empty(); });
  if (reused) add(PromptReuse::automatic);
}

/// A file that is asked for, open before there is anything to write; nothing for "".
std::optional<OutputFile> opened(const std::string& path) {
  if (path.empty()) return std::nullopt;
  return std::make_optional<OutputFile>(path, Existing::replace);
}

void refuse_same_output(const BenchEstimatorSettings& settings) {
  const auto& [figure, json] = std::tie(settings.figure, settings.json);
  if (!figure.empty() && !json.empty() &&
      behind_links(figure, ErrorKind::results) == behind_links(json, ErrorKind::results))
    throw Error(ErrorKind::usage, "--figure and --json: wanted two files, got one: " + json);
}

void write_whole(OutputFile& file, const std::string& text) {
  file.write(text);
  file.finish();
}

/// Errors and races.
void report_errors(const BenchEstimatorSettings& settings,
                   std::span<const StudiedTask> studies,
                   OutputFile* figure_file,
                   Json& json) {
  StudyConfig config;
  config.repeats = settings.repeats;
  config.racing_error = settings.racing_error;
  json["racing_error"] = settings.racing_error;
  const auto targets = targets_of(studies);
  if (!targets.empty()) {
    const auto curves = error_curves(targets, config);
    std::cout << lengths_line(targets) << curves_table(curves, config) << "\n";
    for (const auto& curve : curves) json["curves"].push_back(to_json(curve, config));
    if (figure_file != nullptr) write_whole(*figure_file, error_figure(curves, config));
  }
  if (targets.empty() && figure_file != nullptr)
    std::cerr << "note: no target is short enough to be enumerated, so there is no figure\n";
  std::vector<RaceStudy> races;
  for (const auto& study : studies) add_races(study, config, races);
  if (!races.empty()) std::cout << races_table(races);
  for (const auto& race : races) json["races"].push_back(to_json(race));
}

/// What ranks the answers as the likelihood does: each task, and all together where they have the
/// same metrics.
void report_ranks(const BenchEstimatorSettings& settings,
                  std::span<const StudiedTask> studies,
                  Json& json) {
  std::vector<RankStudy> ranks;
  for (const auto& study : studies) {
    if (!study.questions.empty()) ranks.push_back(rank_study(study, settings.repeats));
  }
  if (ranks.empty()) refuse("--task", "a task with choices to rank", studies.front().name);
  const bool alike = std::ranges::all_of(
      ranks, [&](const RankStudy& study) { return study.metrics == ranks.front().metrics; });
  if (alike && ranks.size() > 1) ranks.push_back(joined(ranks));
  std::cout << rank_table(ranks);
  for (const auto& study : ranks) json["rank"].push_back(to_json(study));
}

}  // namespace

void run_bench_estimators(const BenchEstimatorSettings& settings) {
  check(settings);
  refuse_same_output(settings);
  auto figure_file = opened(settings.figure);
  auto json_file = opened(settings.json);
  const auto studies = settings.tables.empty() ? tabulated_tasks(settings) : stored_tasks(settings);
  Json json = {{"cfg", settings.cfg}, {"repeats", settings.repeats}, {"longest", settings.longest}};
  for (const auto& study : studies)
    json["questions"][study.name] = {{"studied", study.fitting},
                                     {"left_out", study.documents - study.fitting}};
  if (settings.rank) {
    report_ranks(settings, studies, json);
  } else {
    report_errors(settings, studies, figure_file ? &*figure_file : nullptr, json);
  }
  if (json_file) write_whole(*json_file, json.dump(1) + "\n");
}

}  // namespace smdm
