#include "harness/bench_estimators.hpp"

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <map>

#include "harness/bench_tools.hpp"
#include "harness/embedded.hpp"
#include "harness/errors.hpp"
#include "harness/estimator_study.hpp"
#include "harness/prepared_task.hpp"
#include "harness/races.hpp"
#include "results/atomic_file.hpp"
#include "results/figure.hpp"
#include "results/report.hpp"

namespace smdm {
namespace {

const std::vector<std::string> kMultipleChoice = {"arc_easy", "boolq", "hellaswag", "openbookqa",
                                                  "piqa",     "race",  "social_iqa"};

Settings evaluation_settings(const BenchEstimatorSettings& bench) {
  Settings settings;
  settings.tasks = bench.tasks.empty() ? kMultipleChoice : bench.tasks;
  if (!bench.model.empty()) settings.model = bench.model;
  if (!bench.data.empty()) settings.data = bench.data;
  settings.limit = static_cast<double>(bench.limit);
  settings.estimator = "balanced";  // whatever the checkpoint prefers
  return settings;
}

/// The questions of a task whose choices can all be enumerated.
struct StudiedTask {
  std::string name;
  std::vector<std::string> metrics;
  std::vector<TokenRequest> requests;
  std::vector<RaceQuestion> questions;
  std::vector<TargetTable> tables;
};

StudiedTask studied(const PreparedTask& prepared, std::int64_t longest) {
  const auto* task = std::get_if<MultipleChoice>(&prepared.task);
  if (task == nullptr) refuse("--task", "multiple-choice tasks", info(prepared.task).name);
  StudiedTask study;
  study.name = task->info.name;
  for (const auto& metric : task->info.metrics) study.metrics.push_back(metric.name);
  for (const auto& question : race_questions(prepared)) {
    const auto own = std::span(prepared.tokens).subspan(question.first, question.count);
    const bool fits = std::ranges::all_of(own, [&](const TokenRequest& request) {
      return static_cast<std::int64_t>(request.continuation.size()) <= longest;
    });
    if (!fits) continue;
    study.questions.push_back(question);
    study.questions.back().first = study.requests.size();
    study.requests.insert(study.requests.end(), own.begin(), own.end());
  }
  return study;
}

std::vector<StudiedTask> tabulated(const BenchEstimatorSettings& bench) {
  const auto settings = evaluation_settings(bench);
  std::vector<StudiedTask> all;
  for (const auto& part : evaluation_parts(find_tasks(settings.tasks), settings)) {
    if (const auto line = announcement(part); !line.empty()) std::cerr << line << "\n";
    const auto session = open_session(part.settings);
    if (session.checkpoint.kind != ModelKind::mdm)
      refuse("--model", "a masked diffusion model", "an autoregressive one");
    std::vector<std::string> notes;
    for (const auto& task : part.tasks) {
      // What is answered in free text may be asked by likelihood too.
      const auto asked = likelihood_probe(task).value_or(task);
      auto study = studied(prepare(asked, session, part.settings, notes), bench.longest);
      std::cerr << study.name << ": " << study.questions.size() << " questions of at most "
                << bench.longest << " tokens a choice\n";
      if (study.questions.empty()) continue;
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
    for (const auto error : curve.errors) row.push_back(number(error, kDigits));
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
                                       {.title = "Races", .align = right},
                                       {.title = "Same verdict", .align = right},
                                       {.title = "Within 0.02", .align = right},
                                       {.title = "Winner out", .align = right},
                                       {.title = "Undecided", .align = right},
                                       {.title = "Rows/choice", .align = right}};
  std::vector<std::vector<std::string>> cells;
  for (const auto& race : races) {
    cells.push_back({race.task, race.metric, std::to_string(race.questions),
                     std::to_string(race.agree), std::to_string(race.near),
                     std::to_string(race.lost), std::to_string(race.undecided),
                     number(race.rows_per_choice, 1)});
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

void write_text(const std::string& path, const std::string& text) {
  write_atomically(std::filesystem::absolute(path), text, Existing::replace);
}

}  // namespace

void run_bench_estimators(const BenchEstimatorSettings& settings) {
  StudyConfig config;
  config.repeats = settings.repeats;
  const auto studies = tabulated(settings);
  Json json = {{"cfg", settings.cfg}, {"repeats", settings.repeats}};
  const auto targets = targets_of(studies);
  if (!targets.empty()) {
    const auto curves = error_curves(targets, config);
    std::cout << lengths_line(targets) << curves_table(curves, config) << "\n";
    for (const auto& curve : curves) json["curves"].push_back(to_json(curve, config));
    if (!settings.figure.empty()) write_text(settings.figure, error_figure(curves, config));
  }
  std::vector<RaceStudy> races;
  for (const auto& study : studies) {
    for (auto& race :
         race_studies(study.name, study.metrics, study.tables, study.questions, config))
      races.push_back(std::move(race));
  }
  std::cout << races_table(races);
  for (const auto& race : races) json["races"].push_back(to_json(race));
  if (!settings.json.empty()) write_text(settings.json, json.dump(1) + "\n");
}

}  // namespace smdm
