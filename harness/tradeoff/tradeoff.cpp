// The job: every setting's answers through the journal, then times, which are measured by every
// start anew, then the statistics of what came out.
#include "harness/tradeoff/tradeoff.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iostream>
#include <map>
#include <numeric>
#include <utility>

#include "base/error.hpp"
#include "base/files/atomic.hpp"
#include "base/files/paths.hpp"
#include "base/numbers/random.hpp"
#include "base/text/visible.hpp"
#include "harness/jobs/jobs.hpp"
#include "harness/jobs/run_place.hpp"
#include "harness/jobs/run_record.hpp"
#include "harness/run/judge.hpp"
#include "harness/run/progress.hpp"
#include "harness/run/record.hpp"
#include "harness/settings/refuse.hpp"
#include "harness/tradeoff/contest.hpp"
#include "harness/tradeoff/timing.hpp"
#include "results/run/writer.hpp"
#include "results/statistics/clusters.hpp"
#include "results/tradeoff/report.hpp"

namespace smdm {
namespace tradeoff {
namespace {

using std::chrono::system_clock;

/// Where a trade-off's files go, once and for all its starts.
struct Place {
  std::filesystem::path folder;
  std::string date;
};

/// A trade-off on its way.
struct Job {
  const TradeoffSettings& asked;
  Task task;
  Contest contest = {};
  Place place = {};
  std::vector<Remembered> remembered = {};  ///< of each contestant
  MemoryCounts counts = {};
};

Task task_of(const Settings& settings) {
  if (settings.tasks.empty()) refuse("--task", "a task that generates", "none");
  auto tasks = chosen_tasks(settings);
  if (tasks.size() != 1) refuse("--task", "one task", std::to_string(tasks.size()) + " of them");
  if (!std::holds_alternative<OpenAnswer>(tasks.front()))
    refuse("--task", "a task that generates", info(tasks.front()).name);
  return std::move(tasks.front());
}

void check(const TradeoffSettings& asked) {
  constexpr double kAll = 100.0;
  if (!(asked.margin >= 0.0 && asked.margin < kAll))
    refuse("--margin", "points from 0 to below 100", number_text(asked.margin));
  const std::pair<const char*, std::int64_t> counts[] = {
      {"--timed", asked.timed}, {"--timed-batch", asked.batch}, {"--rounds", asked.rounds}};
  for (const auto& [name, value] : counts) {
    if (value < 0) refuse(name, "a number from 0", std::to_string(value));
  }
}

/// What another start must have been asked for to be the same trade-off.
Json asked_for(const TradeoffSettings& asked) {
  auto json = asked_of(asked.settings);
  json["tradeoff"] = {{"sweeps", asked.sweeps}};
  if (asked.arm) json["tradeoff"]["arm"] = *asked.arm;
  if (asked.metric) json["tradeoff"]["metric"] = *asked.metric;
  return json;
}

std::string free_date(const std::filesystem::path& folder) {
  auto when = system_clock::now();
  const auto is_taken = [&](const std::string& date) {
    return !is_absent(folder / ("tradeoff_" + date + ".json"));
  };
  while (is_taken(date_id(when))) when += std::chrono::microseconds(1);
  return date_id(when);
}

Place place_of(const Job& job, MadeFolders& folders, const RunKeeper& keeper) {
  if (keeper.resumes())
    return {.folder = keeper.journal()->folder(),
            .date = keeper.journal()->note("date").value().get<std::string>()};
  auto folder = job.asked.settings.output.value_or("");
  if (folder.empty()) folder = folders.add(make_default_folder(job.asked.settings));
  return {.folder = folder, .date = free_date(folder)};
}

void begin(Job& job, MadeFolders& folders, RunKeeper& keeper) {
  const auto& settings = job.asked.settings;
  auto candidates = take_place(settings, asked_for(job.asked), folders, keeper);
  const auto decisions = decisions_in(keeper, candidates);
  make_ready(job.asked, job.task, decisions, job.contest);
  choose(settings, std::move(candidates), identity_of(job.contest), keeper);
  // What was decided for another run is decided anew.
  if (const auto own = decisions_in(keeper, {}); own != decisions)
    make_ready(job.asked, job.task, own, job.contest);
  job.place = place_of(job, folders, keeper);
  if (keeper.journal() == nullptr) keeper.take(journal_in(job.place.folder));
  keeper.begin(identity_of(job.contest), {{"asked", asked_for(job.asked)},
                                          {"decisions", decisions_of(job.contest)},
                                          {"date", job.place.date}});
}

void look_up(Job& job, RunKeeper& keeper) {
  std::vector<TaskToDo> todo;
  for (const auto& one : job.contest.contestants) {
    const auto& part = one.side->part();
    const auto& items = one.side->task().items;
    job.remembered.push_back(keeper.look_up(items, one.decided, part.session, part.computer));
    todo.push_back(task_to_do(one.name, items, one.decided, job.remembered.back()));
  }
  keeper.start(std::move(todo));
}

/// Where a metric's value stands among a document's.
std::size_t place_of_metric(const Contest& contest) {
  const auto& metrics = info(contest.mdm.task().task).metrics;
  std::size_t place = 0;
  for (std::size_t m = 0; m < contest.metric; ++m) place += metrics[m].width;
  return place;
}

/// The answers of all documents under one setting.
Point computed(const Contestant& one,
               Remembered& remembered,
               std::size_t metric,
               RunKeeper& keeper) {
  const auto& part = one.side->part();
  const auto& task = one.side->task();
  Point point{.name = one.name,
              .curve = one.curve,
              .settings = one.decided.recorded.at("settings"),
              .quality = std::vector<double>(task.items.size()),
              .work = std::vector<Work>(task.items.size()),
              .latencies = {},
              .rates = {}};
  Progress progress(one.name, task.items.size(), "documents", &keeper.progress());
  keeper.compute(part.session, task.items, one.decided, part.computer, remembered,
                 [&](std::size_t i, const Answer& answer) {
                   const auto judged =
                       judge(task.task, one.decided, task.items[i], answer, part.session);
                   const auto cost = cost_of(answer);
                   point.quality[i] = judged.values[metric];
                   point.work[i] = {.forwards = cost.forwards,
                                    .rows = cost.rows,
                                    .tokens = cost.tokens,
                                    .new_tokens = cost.new_tokens};
                   progress.advance();
                 });
  return point;
}

/// The same key for documents about the same: what is drawn belongs to all of them.
std::vector<std::string> keys_of(const ReadyTask& task) {
  std::vector<std::string> keys;
  keys.reserve(task.items.size());
  for (const auto& item : task.items) keys.push_back(item.cluster);
  return keys;
}

/// Half of the documents, clusters as a whole, by a draw that belongs to the first of each.
std::vector<bool> choosing_half(const ReadyTask& task,
                                std::span<const std::size_t> clusters,
                                std::uint64_t seed) {
  std::map<std::size_t, std::pair<double, std::vector<std::size_t>>> units;
  for (std::size_t i = 0; i < task.items.size(); ++i) {
    const auto unit = clusters.empty() ? i : clusters[i];
    auto& [draw, documents] = units[unit];
    if (documents.empty())
      draw = RandomStream(seed, Purpose::tradeoff_half, task.items[i].ids.prompt).uniform(0, 0);
    documents.push_back(i);
  }
  std::vector<std::pair<double, std::size_t>> order;
  order.reserve(units.size());
  for (const auto& [unit, drawn] : units) order.emplace_back(drawn.first, unit);
  std::ranges::sort(order);
  std::vector<bool> chooses(task.items.size(), false);
  std::size_t taken = 0;
  for (const auto& [draw, unit] : order) {
    if (2 * taken >= task.items.size()) break;
    for (const auto document : units.at(unit).second) chooses[document] = true;
    taken += units.at(unit).second.size();
  }
  return chooses;
}

/// So many documents, spread over all.
std::vector<std::size_t> spread(std::span<const std::size_t> all, std::size_t count) {
  count = std::min(count, all.size());
  std::vector<std::size_t> some;
  some.reserve(count);
  for (std::size_t k = 0; k < count; ++k) some.push_back(all[k * all.size() / count]);
  return some;
}

/// Documents to be timed: as many of those that choose as of those that report.
std::vector<std::size_t> timed_documents(const std::vector<bool>& chooses, std::int64_t count) {
  std::vector<std::size_t> timed;
  for (const bool half : {true, false}) {
    std::vector<std::size_t> documents;
    for (std::size_t i = 0; i < chooses.size(); ++i) {
      if (chooses[i] == half) documents.push_back(i);
    }
    const auto wanted = static_cast<std::size_t>(half ? (count + 1) / 2 : count / 2);
    std::ranges::copy(spread(documents, wanted), std::back_inserter(timed));
  }
  std::ranges::sort(timed);
  return timed;
}

std::vector<std::size_t> batch_documents(std::size_t documents, std::int64_t count) {
  std::vector<std::size_t> all(documents);
  std::iota(all.begin(), all.end(), std::size_t{0});
  return spread(all, static_cast<std::size_t>(count));
}

/// Every point of a study, the autoregressive one last.
std::vector<Point*> points_of(Study& study) {
  std::vector<Point*> points;
  points.reserve(study.points.size() + 1);
  for (auto& point : study.points) points.push_back(&point);
  if (study.arm) points.push_back(&*study.arm);
  return points;
}

void measure(const Job& job, Study& study) {
  std::vector<Timed> subjects;
  subjects.reserve(job.contest.contestants.size());
  for (const auto& one : job.contest.contestants) {
    subjects.push_back({.session = &one.side->part().session,
                        .decided = &one.decided,
                        .items = one.side->task().items});
  }
  study.timed = timed_documents(study.chooses, job.asked.timed);
  const auto batch = batch_documents(study.chooses.size(), job.asked.batch);
  const auto rounds = batch.empty() ? 0 : job.asked.rounds;
  const auto points = points_of(study);
  const auto measurements =
      (study.timed.size() + static_cast<std::size_t>(rounds)) * subjects.size();
  if (measurements == 0) return;
  Progress progress("times", measurements, "measurements");
  const auto done = [&] { progress.advance(); };
  auto seconds = latencies(subjects, study.timed, done);
  auto per_second = rates(subjects, batch, rounds, done);
  for (std::size_t p = 0; p < points.size(); ++p) {
    points[p]->latencies = std::move(seconds[p]);
    points[p]->rates = std::move(per_second[p]);
  }
}

Study studied(Job& job, RunKeeper& keeper) {
  constexpr double kPercent = 100.0;
  const auto& task = job.contest.mdm.task();
  const auto seed = task.decided.seed;
  const auto clusters = dense_clusters(keys_of(task));
  Study study{.task = info(task.task).name,
              .metric = info(task.task).metrics[job.contest.metric],
              .margin = job.asked.margin / kPercent,
              .seed = seed,
              .clusters = clusters,
              .chooses = choosing_half(task, clusters, seed),
              .timed = {},
              .points = {},
              .arm = {}};
  const auto metric = place_of_metric(job.contest);
  for (std::size_t c = 0; c < job.contest.contestants.size(); ++c) {
    const auto& one = job.contest.contestants[c];
    auto point = computed(one, job.remembered[c], metric, keeper);
    job.counts += job.remembered[c].counts;
    if (job.contest.arm && one.side == &*job.contest.arm) {
      study.arm = std::move(point);
    } else {
      study.points.push_back(std::move(point));
    }
  }
  measure(job, study);
  return study;
}

/// What a results file says of the run as a whole, and of the second model.
Json about(const Job& job, const RunKeeper& keeper) {
  const auto& part = job.contest.mdm.part();
  auto run = new_run(part.session, part.identity, part.part.settings, system_clock::now());
  add_memory(run, job.counts, keeper.resumes_so_far(), keeper.has_several_machines());
  mark_as_embedded(part.part, run);
  auto block = std::move(run.smdm_eval);
  block["model_name"] = run.model.name;
  block["data"] = Json::array();
  for (const auto& file : job.contest.mdm.task().files) block["data"].push_back(file.sha256);
  if (job.contest.arm) {
    const auto& arm = job.contest.arm->part();
    block["arm"] = arm.identity;
    block["arm_name"] = arm.part.model.empty() ? arm.part.settings.model.value() : arm.part.model;
  }
  return block;
}

void write(const Place& place, const std::string& end, const std::string& content) {
  PendingFile file(place.folder);
  file.write(content);
  file.close();
  // The date is this trade-off's own: what stands there is of a start that was cut off just now.
  static_cast<void>(file.commit("tradeoff_" + place.date + end, Existing::replace));
}

std::string text_of(const Json& json) {
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

void write_results(const Job& job, const Study& study, const Json& about) {
  const auto analysis = analyse(study);
  auto json = study_json(study, analysis);
  if (job.contest.mdm.part().part.embedded)
    json["task"] = kEmbeddedPrefix + json.at("task").get<std::string>();
  json["date"] = job.place.date;
  json["smdm_eval"] = about;
  std::cout << (job.asked.json ? text_of(json) : study_text(study, analysis));
  write(job.place, ".svg", front_svg(study, analysis));
  write(job.place, ".json", text_of(json));
  std::cerr << "wrote "
            << visible((job.place.folder / ("tradeoff_" + job.place.date + ".json")).string())
            << " and a picture beside it\n";
}

}  // namespace
}  // namespace tradeoff

void run_tradeoff(const TradeoffSettings& asked) {
  using namespace tradeoff;  // NOLINT(google-build-using-namespace): this job's own
  check(asked);
  Job job{.asked = asked, .task = task_of(asked.settings)};
  MadeFolders folders;
  RunKeeper keeper(asked.settings);
  begin(job, folders, keeper);
  look_up(job, keeper);
  Study study;
  keeper.guard([&] { study = studied(job, keeper); });
  const auto block = about(job, keeper);
  keeper.finish();
  write_results(job, study, block);
  keeper.complete(job.place.date);
}

}  // namespace smdm
