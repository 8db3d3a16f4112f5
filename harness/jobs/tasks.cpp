// --task: reads and encodes everything first, so that what is wrong with one task costs nothing,
// then computes part by part, once for each repeat. Documents are read and parsed once whatever
// follows.
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <iterator>

#include "base/error.hpp"
#include "base/text/visible.hpp"
#include "harness/cli/print_json.hpp"
#include "harness/jobs/answer_files.hpp"
#include "harness/jobs/dry_run.hpp"
#include "harness/jobs/embedded.hpp"
#include "harness/jobs/jobs.hpp"
#include "harness/jobs/period_results.hpp"
#include "harness/jobs/run_keeper.hpp"
#include "harness/jobs/run_place.hpp"
#include "harness/jobs/run_plan.hpp"
#include "harness/jobs/run_record.hpp"
#include "harness/ranks/agreement.hpp"
#include "harness/ranks/shared_work.hpp"
#include "harness/run/evaluate.hpp"
#include "harness/settings/data.hpp"
#include "harness/settings/refuse.hpp"
#include "results/export/run_list.hpp"
#include "results/run/model_name.hpp"
#include "results/run/writer.hpp"
#include "results/show/order_tables.hpp"
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

/// One evaluation with its summaries.
struct Finished {
  RunRecord run;
  std::vector<TaskSummary> summaries;
  std::filesystem::path file;  ///< its results
};

/// One part of one repeat, with all that it needs.
struct PartToRun {
  const ReadyPart& ready;
  const RunPlan::Place& place;
  std::chrono::system_clock::time_point start;
  std::vector<Remembered>& remembered;  ///< of each task
};

std::vector<TaskRecord> evaluated(const PartToRun& todo, RunKeeper& keeper, TraceFile& trace) {
  const auto& ready = todo.ready;
  std::vector<TaskRecord> records;
  for (std::size_t k = 0; k < ready.tasks.size(); ++k) {
    const auto& task = ready.tasks[k];
    const auto answer_items = [&](std::span<const Item> items, const AnswerDone& done) {
      keeper.compute(ready.session, items, task.decided, ready.computer, todo.remembered[k], done);
    };
    records.push_back(evaluate(task, ready.session, trace, answer_items, keeper.progress()));
  }
  return records;
}

MemoryCounts counts_of(std::span<const Remembered> tasks) {
  MemoryCounts sum;
  for (const auto& task : tasks) sum += task.counts;
  return sum;
}

Finished run_part(const PartToRun& todo, RunKeeper& keeper, TraceFile& trace) {
  const auto& [part, session, identity, computer, tasks, asked] = todo.ready;
  const auto begin = std::chrono::steady_clock::now();
  auto run = new_run(session, identity, part.settings,
                     keeper.resumes() ? todo.start : std::chrono::system_clock::now());
  run.tasks = evaluated(todo, keeper, trace);
  const auto periods = complete_periods(tasks, run);
  complete(run, part.settings,
           std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  run.smdm_eval["ranks"] = keeper.ranks();
  add_memory(run, counts_of(todo.remembered), keeper.resumes_so_far(),
             keeper.has_several_machines());
  mark_as_embedded(part, run);
  add_answer_files(tasks, run);
  auto summaries = summarize(run);
  if (!part.settings.json) {
    std::cout << results_table(run, summaries) << comparison_tables(run, summaries)
              << order_tables(run) << periods;
  }
  auto files = write_run_as(todo.place.date, todo.place.folder, run, summaries);
  std::cerr << "wrote " << visible(files.results.string()) << " and " << files.samples.size()
            << " samples file(s) beside it\n";
  for (const auto& other : files.others) std::cerr << "wrote " << visible(other.string()) << "\n";
  return {
      .run = std::move(run), .summaries = std::move(summaries), .file = std::move(files.results)};
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
  for (const auto& part : ready_parts(settings, tasks, /*decisions=*/nullptr)) {
    auto plans = planned_tasks(part.tasks, part.session, part.part.embedded ? kEmbeddedPrefix : "");
    std::move(plans.begin(), plans.end(), std::back_inserter(planned));
  }
  const auto repeats = settings.repeat.value_or(1);
  if (settings.json) return print_json(dry_run_json(planned, repeats));
  std::cout << dry_run_table(planned, repeats);
}

/// Answers that are there already: [repeat][part][task].
using AllRemembered = std::vector<std::vector<std::vector<Remembered>>>;

/// A run on its way, with everything that its repeats share.
struct TasksRun {
  const Settings& settings;
  const std::vector<Task>& tasks;
  std::vector<Settings> repeats;
  std::vector<ReadyPart> parts;
  RunPlan plan;
  AllRemembered remembered = {};
};

/// Everything that the run asks for, as an earlier start or rank 0 decided it.
void make_ready(TasksRun& run, const Json& decisions, ranks::Group* group) {
  run.parts = ready_parts(run.repeats.front(), run.tasks, decisions);
  check_trace(run.settings, run.parts);
  if (group == nullptr) return identify(run.parts);
  ranks::NodeDigests digests(*group);
  identify(run.parts, digests.function());
  digests.finish();
}

RunIdentity identity_of(const TasksRun& run) {
  return identity_of(run.parts, static_cast<std::int64_t>(run.repeats.size()));
}

/// What is decided for a run that has decided nothing yet, so that other ranks need not wait until
/// rank 0 has loaded its model.
Json decided_early(const TasksRun& run, const Json& decisions, ranks::Group* group) {
  if (group == nullptr) return decisions;
  auto early = decisions.is_null()
                   ? early_decisions(run.repeats.front(), run.tasks, group->local_size())
                   : decisions;
  group->tell(ranks::kEarlyDecisions, early);
  return early;
}

void begin(TasksRun& run,
           Candidates candidates,
           MadeFolders& folders,
           RunKeeper& keeper,
           ranks::Group* group) {
  const auto decisions = decisions_in(keeper, candidates);
  make_ready(run, decided_early(run, decisions, group), group);
  auto identity = identity_of(run);
  choose(run.settings, std::move(candidates), identity, keeper);
  // What was decided for another run is decided anew.
  if (const auto own = decisions_in(keeper, {}); own != decisions) {
    make_ready(run, own, group);
    identity = identity_of(run);
  }
  if (group != nullptr) ranks::agree(*group, decisions_of(run.parts), identity);
  if (keeper.resumes()) {
    run.plan = plan_from(keeper.journal()->note("plan").value(), keeper.journal()->folder());
  } else {
    run.plan = new_plan(run.settings, run.tasks, run.parts, folders);
    if (keeper.journal() == nullptr) keeper.take(journal_in(run.plan.home));
  }
  keeper.begin(identity, {{"asked", asked_of(run.settings)},
                          {"decisions", decisions_of(run.parts)},
                          {"plan", to_json(run.plan)}});
}

/// What people call the model of a part.
std::string model_of(const EvaluationPart& part) {
  return part.model.empty() ? short_model_name(part.settings.model.value_or("")) : part.model;
}

/// Does something with each task of the run, in the order in which they are computed.
/// @param visit  called with the repeat, the part, and the task's number in it
template <typename Visit>
void for_each_task(TasksRun& run, const Visit& visit) {
  for (std::size_t r = 0; r < run.repeats.size(); ++r) {
    if (r > 0) decide_again(run.parts, run.tasks, run.repeats[r]);
    for (std::size_t p = 0; p < run.parts.size(); ++p) {
      for (std::size_t k = 0; k < run.parts[p].tasks.size(); ++k) visit(r, p, k);
    }
  }
}

/// A task as all ranks know it.
ranks::SharedTask shared(const TasksRun& run, std::size_t part, std::size_t task) {
  const auto& ready = run.parts[part];
  return {.session = &ready.session,
          .items = ready.tasks[task].items,
          .decided = ready.tasks[task].decided};
}

/// Looks up every answer of the run, so that its length is known from the beginning.
void look_up(TasksRun& run, RunKeeper& keeper, const ranks::Group* group) {
  std::vector<TaskToDo> todo;
  std::vector<TaskToShare> to_share;
  run.remembered.assign(run.repeats.size(), std::vector<std::vector<Remembered>>(run.parts.size()));
  for_each_task(run, [&](std::size_t r, std::size_t p, std::size_t k) {
    const auto& ready = run.parts[p];
    const auto& task = ready.tasks[k];
    auto& of_part = run.remembered[r][p];
    of_part.reserve(ready.tasks.size());  // whoever shares the work points to them
    of_part.push_back(keeper.look_up(task.items, task.decided, ready.session, ready.computer));
    todo.push_back(task_to_do(info(task.task).name, task.items, task.decided, of_part.back()));
    todo.back().model = model_of(ready.part);
    if (group == nullptr) return;
    to_share.push_back({.task = shared(run, p, k),
                        .remembered = &of_part.back(),
                        .weights = ready.computer.weights});
  });
  keeper.start(std::move(todo));
  if (group != nullptr) keeper.share(*group, std::move(to_share));
}

/// What a rank above 0 does of a run: it computes what it is asked for.
void serve_run(const Settings& settings, const std::vector<Task>& tasks, ranks::Group& group) {
  auto own = settings;
  if (own.device == "cuda") own.device = "auto";  // rank 0 says which kind, this rank which one
  TasksRun run{
      .settings = own, .tasks = tasks, .repeats = repeats_of(own), .parts = {}, .plan = {}};
  const auto early = ranks::awaited_decisions(group, ranks::kEarlyDecisions);
  make_ready(run, early, &group);
  if (const auto decisions = ranks::awaited_decisions(group, ranks::kDecisions); decisions != early)
    make_ready(run, decisions, &group);
  ranks::agree_with_leader(group, identity_of(run));
  std::vector<ranks::SharedTask> all;
  for_each_task(
      run, [&](std::size_t, std::size_t p, std::size_t k) { all.push_back(shared(run, p, k)); });
  ranks::serve(group, all);
}

std::vector<std::vector<Finished>> run_repeats(TasksRun& run, RunKeeper& keeper, TraceFile& trace) {
  std::vector<std::vector<Finished>> finished;
  for (std::size_t r = 0; r < run.repeats.size(); ++r) {
    if (run.repeats.size() > 1) decide_again(run.parts, run.tasks, run.repeats[r]);
    auto& of_repeat = finished.emplace_back();
    for (std::size_t p = 0; p < run.parts.size(); ++p) {
      of_repeat.push_back(run_part({.ready = run.parts[p],
                                    .place = run.plan.places[r][p],
                                    .start = run.plan.start,
                                    .remembered = run.remembered[r][p]},
                                   keeper, trace));
    }
  }
  return finished;
}

/// What every repeat said of a part of the run.
std::vector<std::vector<TaskSummary>> summaries_of(
    const std::vector<std::vector<Finished>>& finished, std::size_t part) {
  std::vector<std::vector<TaskSummary>> summaries;
  summaries.reserve(finished.size());
  for (const auto& one : finished) summaries.push_back(one.at(part).summaries);
  return summaries;
}

void show_repeatability(const std::vector<std::vector<Finished>>& finished) {
  for (std::size_t part = 0; part < finished.front().size(); ++part) {
    std::cout << "\n"
              << repeatability_table(finished.front()[part].run, summaries_of(finished, part));
  }
}

/// All runs that were written, as `runs --json` has them, and how they repeat.
void show_json(const std::vector<std::vector<Finished>>& finished, bool repeats) {
  Json runs = Json::array();
  for (const auto& of_repeat : finished) {
    for (const auto& one : of_repeat) runs.push_back(to_json(listed_run(one.file)));
  }
  Json json = {{"runs", std::move(runs)}};
  if (repeats) {
    auto& all = json["repeatability"] = Json::array();
    for (std::size_t part = 0; part < finished.front().size(); ++part) {
      for (auto& one : repeatability_json(finished.front()[part].run, summaries_of(finished, part)))
        all.push_back(std::move(one));
    }
  }
  print_json(json);
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

void run_tasks(const Settings& settings, ranks::Group* group) {
  run_tasks(settings, chosen_tasks(settings), group);
}

void run_tasks(const Settings& settings, const std::vector<Task>& tasks, ranks::Group* group) {
  static_cast<void>(data_settings(settings));
  auto repeats = repeats_of(settings);
  if (settings.dry_run) return show_plan(settings, tasks);
  if (group != nullptr && !group->leads()) return serve_run(settings, tasks, *group);
  MadeFolders folders;
  RunKeeper keeper(settings);
  auto candidates = take_place(settings, asked_of(settings), folders, keeper);
  TasksRun run{
      .settings = settings, .tasks = tasks, .repeats = std::move(repeats), .parts = {}, .plan = {}};
  begin(run, std::move(candidates), folders, keeper, group);
  TraceFile trace(settings.trace, keeper.existing(settings.trace));
  look_up(run, keeper, group);
  std::vector<std::vector<Finished>> finished;
  keeper.guard([&] { finished = run_repeats(run, keeper, trace); });
  keeper.finish();
  keeper.name_files(settings.trace, [&] { trace.finish(); });
  // As long as there is a journal, ranks that are started again find that all is done.
  if (group != nullptr) group->leave(keeper.silent_ranks());
  keeper.complete(run.plan.places.front().front().date);
  if (settings.json) return show_json(finished, settings.repeat.has_value());
  if (settings.repeat) show_repeatability(finished);
}

}  // namespace smdm
