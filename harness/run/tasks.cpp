#include <chrono>
#include <filesystem>
#include <iostream>
#include <iterator>

#include "base/error.hpp"
#include "base/files/atomic.hpp"
#include "harness/cli/jobs.hpp"
#include "harness/run/dry_run.hpp"
#include "harness/run/embedded.hpp"
#include "harness/run/period_results.hpp"
#include "harness/run/prepared_task.hpp"
#include "harness/run/run_folder.hpp"
#include "harness/run/run_record.hpp"
#include "harness/settings/refuse.hpp"
#include "results/run/writer.hpp"
#include "results/show/table.hpp"

namespace smdm {
namespace {

std::vector<Task> named(const Settings& settings) {
  try {
    return find_tasks(settings.tasks);
  } catch (const std::invalid_argument& error) {
    throw Error(ErrorKind::usage, std::string("--task: ") + error.what());
  }
}

std::vector<Task> chosen(const Settings& settings) {
  auto tasks = named(settings);
  if (!settings.probe) return tasks;
  for (auto& task : tasks) {
    auto probe = likelihood_probe(task);
    if (!probe) {
      throw Error(ErrorKind::usage,
                  "--probe " + *settings.probe +
                      ": wanted tasks that have it (the group reverse_curse), got " +
                      info(task).name);
    }
    task = std::move(*probe);
  }
  return tasks;
}

std::vector<PreparedTask> prepared_tasks(const EvaluationPart& part, const Session& session) {
  std::vector<std::string> notes;
  std::vector<PreparedTask> prepared;
  for (const auto& task : part.tasks) {
    if (const auto* corpus = std::get_if<DatedCorpus>(&task)) {
      auto periods = prepare_periods(*corpus, session, part.settings, notes);
      std::move(periods.begin(), periods.end(), std::back_inserter(prepared));
    } else {
      prepared.push_back(prepare(task, session, part.settings, notes));
    }
  }
  for (const auto& note : notes) std::cerr << note << "\n";
  return prepared;
}

/// A part that is read and checked, ready to be computed.
struct ReadyPart {
  const EvaluationPart& part;
  std::chrono::system_clock::time_point start;
  Session session;
  std::vector<PreparedTask> prepared;
  std::string folder;  ///< of its files; empty until it is known that there will be some
};

ReadyPart made_ready(const EvaluationPart& part) {
  if (const auto line = announcement(part); !line.empty()) std::cerr << line << "\n";
  const auto start = std::chrono::system_clock::now();
  auto session = open_session(part.settings);
  auto prepared = prepared_tasks(part, session);
  return {.part = part,
          .start = start,
          .session = std::move(session),
          .prepared = std::move(prepared),
          .folder = {}};
}

/// One evaluation with its summaries.
struct Finished {
  RunRecord run;
  std::vector<TaskSummary> summaries;
};

Finished run_part(const ReadyPart& ready) {
  const auto& [part, start, session, prepared, folder] = ready;
  const auto& settings = part.settings;
  auto run = new_run(session, settings, start);
  for (const auto& task : prepared) run.tasks.push_back(evaluate(task, session, settings));
  const auto periods = complete_periods(prepared, run);
  complete(run, settings, std::chrono::system_clock::now());
  mark_as_embedded(part, run);
  auto summaries = summarize(run);
  std::cout << results_table(run, summaries) << comparison_tables(run, summaries) << periods;
  const auto files = write_run(folder, run, summaries);
  std::cerr << "wrote " << files.results.string() << " and " << files.samples.size()
            << " samples file(s) beside it\n";
  return {.run = std::move(run), .summaries = std::move(summaries)};
}

/// Prints what would run.
void show_plan(const std::vector<ReadyPart>& ready, const Settings& settings) {
  std::vector<PlannedTask> planned;
  for (const auto& part : ready) {
    auto tasks = planned_tasks(part.prepared, part.session, part.part.settings,
                               part.part.embedded ? kEmbeddedPrefix : "");
    std::move(tasks.begin(), tasks.end(), std::back_inserter(planned));
  }
  std::cout << dry_run_table(planned, settings.repeat.value_or(1));
}

std::vector<Finished> run_once(const Settings& settings, MadeFolders& folders) {
  const auto parts = evaluation_parts(chosen(settings), settings);
  std::vector<ReadyPart> ready;  // all of them first: what is wrong with one costs nothing
  ready.reserve(parts.size());
  for (const auto& part : parts) ready.push_back(made_ready(part));
  if (settings.dry_run) {
    show_plan(ready, settings);
    return {};
  }
  for (auto& part : ready) {
    const auto& output = part.part.settings.output;
    part.folder = output ? *output : folders.add(make_default_folder(part.part, part.start));
  }
  std::vector<Finished> finished;
  finished.reserve(ready.size());
  for (const auto& part : ready) finished.push_back(run_part(part));
  return finished;
}

/// Seeds that follow each other; runs stand in folders of their own, so that nothing is mixed up.
std::vector<Settings> repeats_of(const Settings& settings, MadeFolders& folders) {
  const auto count = settings.repeat.value_or(1);
  if (count < 1) refuse("--repeat", "at least 1", std::to_string(count));
  if (!settings.repeat || settings.dry_run) return {settings};
  if ((settings.seed.value_or(0) + static_cast<std::uint64_t>(count) - 1) >> 32 != 0)
    refuse("--repeat", "seeds below 2^32", std::to_string(count) + " of them");
  const std::filesystem::path folder =
      settings.output ? *settings.output : folders.add(make_default_folder(settings));
  std::vector<Settings> all(static_cast<std::size_t>(count), settings);
  for (std::size_t r = 0; r < all.size(); ++r) {
    const auto seed = settings.seed.value_or(0) + r;
    all[r].seed = seed;
    all[r].output = (folder / ("seed-" + std::to_string(seed))).string();
  }
  return all;
}

}  // namespace

void run_tasks(const Settings& settings) {
  static_cast<void>(chosen(settings));
  static_cast<void>(corpus_query(settings));
  MadeFolders folders;
  const auto repeats = repeats_of(settings, folders);
  if (!settings.dry_run) check_writable(settings.output.value_or(kRuns));
  std::vector<std::vector<Finished>> finished;
  for (const auto& repeat : repeats) {
    if (settings.dry_run && !finished.empty()) break;
    finished.push_back(run_once(repeat, folders));
  }
  if (!settings.repeat || settings.dry_run) return;
  for (std::size_t part = 0; part < finished.front().size(); ++part) {
    std::vector<std::vector<TaskSummary>> summaries;
    summaries.reserve(finished.size());
    for (const auto& one : finished) summaries.push_back(one.at(part).summaries);
    std::cout << "\n" << repeatability_table(finished.front()[part].run, summaries);
  }
}

}  // namespace smdm
