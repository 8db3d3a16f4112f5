// --task: reads and encodes everything first, so that what is wrong with one task costs nothing,
// then computes part by part, once for each repeat. Documents are read and parsed once whatever
// follows.
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <iterator>

#include "base/error.hpp"
#include "base/files/atomic.hpp"
#include "base/text/visible.hpp"
#include "harness/jobs/dry_run.hpp"
#include "harness/jobs/embedded.hpp"
#include "harness/jobs/jobs.hpp"
#include "harness/jobs/period_results.hpp"
#include "harness/jobs/run_folder.hpp"
#include "harness/jobs/run_record.hpp"
#include "harness/run/evaluate.hpp"
#include "harness/run/ready.hpp"
#include "harness/settings/data.hpp"
#include "harness/settings/refuse.hpp"
#include "results/run/writer.hpp"
#include "results/show/table.hpp"
#include "tasks/ask/catalog.hpp"

namespace smdm {
namespace {

std::vector<Task> named(const Settings& settings) {
  try {
    return find_tasks(settings.tasks);
  } catch (const std::invalid_argument& error) {
    throw Error(ErrorKind::usage, std::string("--task: ") + error.what());
  }
}

/// A part that is read, encoded and checked, ready to be computed.
struct ReadyPart {
  EvaluationPart part;
  std::chrono::system_clock::time_point start;
  Session session;
  std::vector<ReadyTask> tasks;
  std::vector<std::size_t> asked;  ///< of each, the index of the part's task it came from
};

ReadyPart ready_part(EvaluationPart part) {
  if (const auto line = announcement(part); !line.empty()) std::cerr << visible(line) << "\n";
  ReadyPart ready{.part = std::move(part),
                  .start = std::chrono::system_clock::now(),
                  .session = {},
                  .tasks = {},
                  .asked = {}};
  const auto& settings = ready.part.settings;
  ready.session = open_session(model_settings(settings));
  print_notes(ready.session);
  std::vector<std::string> notes;
  for (std::size_t t = 0; t < ready.part.tasks.size(); ++t) {
    for (auto& task : made_ready(ready.part.tasks[t], settings, ready.session, notes)) {
      ready.tasks.push_back(std::move(task));
      ready.asked.push_back(t);
    }
  }
  for (const auto& note : notes) std::cerr << visible(note) << "\n";
  return ready;
}

/// The part under other settings that leave its documents as they are: another seed or folder.
void decide_again(ReadyPart& ready, const Settings& settings) {
  ready.part.settings = settings;
  ready.start = std::chrono::system_clock::now();
  std::vector<std::string> said_before;
  for (std::size_t k = 0; k < ready.tasks.size(); ++k) {
    ready.tasks[k].decided =
        decided_for(ready.part.tasks[ready.asked[k]], settings, ready.session, said_before);
  }
}

/// One evaluation with its summaries.
struct Finished {
  RunRecord run;
  std::vector<TaskSummary> summaries;
};

Finished run_part(const ReadyPart& ready, const std::string& folder, TraceFile& trace) {
  const auto& [part, start, session, tasks, asked] = ready;
  auto run = new_run(session, part.settings, start);
  for (const auto& task : tasks) run.tasks.push_back(evaluate(task, session, trace));
  const auto periods = complete_periods(tasks, run);
  complete(run, part.settings, std::chrono::system_clock::now());
  mark_as_embedded(part, run);
  auto summaries = summarize(run);
  std::cout << results_table(run, summaries) << comparison_tables(run, summaries) << periods;
  const auto files = write_run(folder, run, summaries);
  std::cerr << "wrote " << visible(files.results.string()) << " and " << files.samples.size()
            << " samples file(s) beside it\n";
  return {.run = std::move(run), .summaries = std::move(summaries)};
}

std::vector<ReadyPart> ready_parts(const Settings& settings, const std::vector<Task>& tasks) {
  std::vector<ReadyPart> ready;
  for (auto& part : evaluation_parts(tasks, settings)) ready.push_back(ready_part(std::move(part)));
  return ready;
}

void check_trace(const Settings& settings, const std::vector<ReadyPart>& ready) {
  const auto has_steps = [](const ReadyPart& part) {
    return std::ranges::any_of(part.tasks,
                               [](const ReadyTask& task) { return is_traced(task.decided); });
  };
  if (settings.trace && std::ranges::none_of(ready, has_steps))
    refuse("--trace", "a task that generates with a masked diffusion model", "none");
}

/// Prints what would run.
void show_plan(const Settings& settings, const std::vector<Task>& tasks) {
  std::vector<PlannedTask> planned;
  for (const auto& part : ready_parts(settings, tasks)) {
    auto plans = planned_tasks(part.tasks, part.session, part.part.embedded ? kEmbeddedPrefix : "");
    std::move(plans.begin(), plans.end(), std::back_inserter(planned));
  }
  std::cout << dry_run_table(planned, settings.repeat.value_or(1));
}

std::vector<Finished> run_once(const std::vector<ReadyPart>& ready,
                               MadeFolders& folders,
                               TraceFile& trace) {
  std::vector<std::string> where;
  for (const auto& part : ready) {
    const auto& output = part.part.settings.output;
    where.push_back(output ? folders.add_missing(*output)
                           : folders.add(make_default_folder(part.part, part.start)));
  }
  std::vector<Finished> finished;
  finished.reserve(ready.size());
  for (std::size_t p = 0; p < ready.size(); ++p)
    finished.push_back(run_part(ready[p], where[p], trace));
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

void show_repeatability(const std::vector<std::vector<Finished>>& finished) {
  for (std::size_t part = 0; part < finished.front().size(); ++part) {
    std::vector<std::vector<TaskSummary>> summaries;
    summaries.reserve(finished.size());
    for (const auto& one : finished) summaries.push_back(one.at(part).summaries);
    std::cout << "\n" << repeatability_table(finished.front()[part].run, summaries);
  }
}

}  // namespace

std::vector<Task> chosen_tasks(const Settings& settings) {
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

void run_tasks(const Settings& settings) {
  run_tasks(settings, chosen_tasks(settings));
}

void run_tasks(const Settings& settings, const std::vector<Task>& tasks) {
  static_cast<void>(data_settings(settings));
  MadeFolders folders;
  const auto repeats = repeats_of(settings, folders);
  if (settings.dry_run) return show_plan(settings, tasks);
  if (settings.output) folders.add_missing(*settings.output);
  check_writable(settings.output.value_or(kRuns));
  auto ready = ready_parts(repeats.front(), tasks);
  check_trace(settings, ready);
  TraceFile trace(settings.trace);
  std::vector<std::vector<Finished>> finished;
  for (const auto& repeat : repeats) {
    if (!finished.empty()) {
      const auto parts = evaluation_parts(tasks, repeat);
      for (std::size_t p = 0; p < ready.size(); ++p) decide_again(ready[p], parts[p].settings);
    }
    finished.push_back(run_once(ready, folders, trace));
  }
  trace.finish();
  if (settings.repeat) show_repeatability(finished);
}

}  // namespace smdm
