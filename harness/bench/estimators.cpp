// Collects questions short enough to be enumerated, computes the losses of all their subsets once,
// and runs every estimator on these tables with many seeds. Prints what comes out as tables, JSON
// and a figure.
#include "harness/bench/estimators.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <iostream>
#include <map>
#include <optional>

#include "base/files/output.hpp"
#include "base/files/paths.hpp"
#include "base/text/numbers.hpp"
#include "base/text/visible.hpp"
#include "harness/bench/study.hpp"
#include "harness/bench/tools.hpp"
#include "harness/jobs/embedded.hpp"
#include "harness/run/ready.hpp"
#include "harness/settings/refuse.hpp"
#include "results/show/figure.hpp"
#include "results/show/table.hpp"
#include "tasks/ask/catalog.hpp"

namespace smdm {
namespace {

std::vector<std::string> multiple_choice() {
  return {"arc_easy", "boolq", "hellaswag", "openbookqa", "piqa", "race", "social_iqa"};
}

Settings evaluation_settings(const BenchEstimatorSettings& bench) {
  Settings settings;
  settings.tasks = bench.tasks.empty() ? multiple_choice() : bench.tasks;
  if (!bench.model.empty()) settings.model = bench.model;
  if (!bench.data.empty()) settings.data = bench.data;
  settings.limit = static_cast<double>(bench.limit);
  settings.estimator = "balanced";  // whatever the checkpoint prefers
  return settings;
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
}

/// The questions of a task whose targets can all be enumerated.
struct StudiedTask {
  std::string name;
  std::vector<std::string> metrics;
  std::size_t documents = 0;  ///< those left out included
  std::size_t fitting = 0;
  std::vector<TokenRequest> requests;
  std::vector<StudiedQuestion> questions;  ///< none for a cloze, which has no choices
  std::vector<TargetTable> tables;
};

StudiedTask studied(const ReadyTask& task, std::int64_t longest) {
  const auto& about = info(task.task);
  StudiedTask study;
  study.name = about.name;
  for (const auto& metric : about.metrics) study.metrics.push_back(metric.name);
  study.documents = task.items.size();
  const bool choices = std::holds_alternative<MultipleChoice>(task.task);
  if (!choices && !std::holds_alternative<Cloze>(task.task))
    refuse("--task", "tasks of likelihood", study.name);
  for (const auto& item : task.items) {
    const auto& own = item.ids.requests;
    const bool fits = std::ranges::all_of(own, [&](const TokenRequest& request) {
      return static_cast<std::int64_t>(request.continuation.size()) <= longest;
    });
    if (!fits) continue;
    study.fitting += 1;
    if (choices) {
      auto& question = study.questions.emplace_back();
      question = {.first = study.requests.size(), .count = own.size(), .divisors = {}};
      for (auto& verdict : race_verdicts(about, std::get<Question>(item.asked), item.name))
        question.divisors.push_back(std::move(verdict.divisors));
    }
    study.requests.insert(study.requests.end(), own.begin(), own.end());
  }
  return study;
}

std::string counts_line(const StudiedTask& study, std::int64_t longest) {
  const auto left_out = study.documents - study.fitting;
  return study.name + ": " + std::to_string(study.fitting) + " questions with targets of at most " +
         std::to_string(longest) + " tokens; " + std::to_string(left_out) + " left out (--longest)";
}

std::vector<StudiedTask> tabulated(const BenchEstimatorSettings& bench) {
  const auto settings = evaluation_settings(bench);
  std::vector<StudiedTask> all;
  for (const auto& part : evaluation_parts(find_tasks(settings.tasks), settings)) {
    if (const auto line = announcement(part); !line.empty()) std::cerr << visible(line) << "\n";
    const auto session = open_session(model_settings(part.settings));
    print_notes(session);
    if (session.checkpoint.kind != ModelKind::mdm)
      refuse("--model", "a masked diffusion model", "an autoregressive one");
    std::vector<std::string> notes;
    for (const auto& task : part.tasks) {
      // What is answered in free text may be asked by likelihood too.
      const auto asked = likelihood_probe(task).value_or(task);
      auto study = studied(made_ready(asked, part.settings, session, notes).front(), bench.longest);
      std::cerr << counts_line(study, bench.longest) << "\n";
      if (study.requests.empty()) continue;
      study.tables = loss_tables(*session.model, study.requests, {.cfg = bench.cfg, .packing = {}});
      all.push_back(std::move(study));
    }
  }
  if (all.empty())
    refuse("--longest", "one that some question fits", std::to_string(bench.longest));
  return all;
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
  Figure figure{.title = "Root mean squared error against rows",
                .x_title = "rows per target (full rows of a reused prompt come on top)",
                .y_title = "error in nats",
                .lines = {}};
  for (const auto& curve : curves) {
    FigureLine line{.name = curve.estimator, .x = {}, .y = curve.errors};
    for (const auto rows : config.budgets) line.x.push_back(static_cast<double>(rows));
    figure.lines.push_back(std::move(line));
  }
  return log_log_svg(figure);
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

}  // namespace

void run_bench_estimators(const BenchEstimatorSettings& settings) {
  check(settings);
  refuse_same_output(settings);
  auto figure_file = opened(settings.figure);
  auto json_file = opened(settings.json);
  StudyConfig config;
  config.repeats = settings.repeats;
  config.racing_error = settings.racing_error;
  const auto studies = tabulated(settings);
  Json json = {{"cfg", settings.cfg},
               {"repeats", settings.repeats},
               {"longest", settings.longest},
               {"racing_error", settings.racing_error}};
  for (const auto& study : studies)
    json["questions"][study.name] = {{"studied", study.fitting},
                                     {"left_out", study.documents - study.fitting}};
  const auto targets = targets_of(studies);
  if (!targets.empty()) {
    const auto curves = error_curves(targets, config);
    std::cout << lengths_line(targets) << curves_table(curves, config) << "\n";
    for (const auto& curve : curves) json["curves"].push_back(to_json(curve, config));
    if (figure_file) write_whole(*figure_file, error_figure(curves, config));
  }
  if (targets.empty() && figure_file)
    std::cerr << "note: no target is short enough to be enumerated, so there is no figure\n";
  std::vector<RaceStudy> races;
  for (const auto& study : studies) add_races(study, config, races);
  if (!races.empty()) std::cout << races_table(races);
  for (const auto& race : races) json["races"].push_back(to_json(race));
  if (json_file) write_whole(*json_file, json.dump(1) + "\n");
}

}  // namespace smdm
