// Items are made as for an evaluation, by a session without weights; what each costs is what an
// evaluation expects of it, and how they are handed out is simulated (scale_simulation.hpp).
#include "harness/bench/scale.hpp"

#include <algorithm>
#include <iostream>
#include <map>
#include <utility>

#include "base/text/numbers.hpp"
#include "base/text/visible.hpp"
#include "harness/bench/figures.hpp"
#include "harness/bench/scale_simulation.hpp"
#include "harness/cli/read_number.hpp"
#include "harness/jobs/embedded.hpp"
#include "harness/run/compute.hpp"
#include "harness/run/expected_cost.hpp"
#include "harness/run/ready.hpp"
#include "harness/settings/refuse.hpp"
#include "models/model_info.hpp"
#include "tasks/ask/catalog.hpp"

namespace smdm {
namespace {

constexpr double kBusy = 0.95;
constexpr double kMillion = 1e6;

void check_not_negative(const std::string& option, double value) {
  if (value < 0.0) refuse(option, "a number from 0", number_text(value));
}

void check_settings(const BenchScaleSettings& settings) {
  if (settings.data.empty()) refuse("--data", "the root folder of the benchmark data", "nothing");
  if (settings.model.empty() && settings.tokenizer.empty()) {
    refuse("--scale", "--model, or --tokenizer with a size of the published family, beside it",
           "neither");
  }
  if (!settings.tokens_per_second)
    refuse("--tokens-per-second", "what one rank reads, beside --scale", "nothing");
  if (!(*settings.tokens_per_second > 0.0))
    refuse("--tokens-per-second", "a number above 0", number_text(*settings.tokens_per_second));
  check_not_negative("--start-seconds", settings.start_seconds);
  check_not_negative("--load-seconds", settings.load_seconds);
  check_not_negative("--store-latency", settings.store_latency);
  check_not_negative("--failures-per-hour", settings.failures_per_hour);
  check_not_negative("--rank-timeout", settings.rank_timeout);
  if (settings.limit) check_not_negative("--limit", static_cast<double>(*settings.limit));
}

std::vector<int> numbers_of_ranks(const BenchScaleSettings& settings) {
  constexpr int kMost = 1 << 20;
  std::vector<int> numbers;
  for (const auto& text : settings.ranks) {
    numbers.push_back(read_number<int>("--scale", text));
    if (numbers.back() < 1 || numbers.back() > kMost)
      refuse("--scale", "numbers of ranks from 1 to " + std::to_string(kMost), text);
  }
  return numbers;
}

Settings asked_of(const BenchScaleSettings& settings) {
  Settings asked;
  asked.tasks = settings.tasks.empty() ? std::vector<std::string>{"zero-shot"} : settings.tasks;
  asked.data = settings.data;
  asked.device = "cpu";
  // A model of the family has no folder, and is called by its name.
  asked.model = settings.model.empty() ? family_config(settings.model_size).name : settings.model;
  if (!settings.tokenizer.empty()) asked.tokenizer = settings.tokenizer;
  if (!settings.preset.empty()) asked.preset = settings.preset;
  const auto limit = settings.limit.value_or(0);
  if (limit > 0) asked.limit = static_cast<double>(limit);
  return asked;
}

/// A masked diffusion model of the published family without weights.
Session family_session(const BenchScaleSettings& settings) {
  Session session;
  session.checkpoint.kind = ModelKind::mdm;
  session.checkpoint.config = family_config(settings.model_size);
  session.tokenizer = open_tokenizer(settings.tokenizer);
  const auto& config = session.checkpoint.config;
  session.model = unloaded_model(
      model_info(config, ModelKind::mdm, ComputeType::bf16, layer_parameters(config)));
  return session;
}

/// Tokens that the model reads for an Item, with all that its rows share; as they are expected,
/// where answers decide how many there are.
double counted_tokens(const Session& session, const Item& item, const Decided& decided) {
  const auto* work = std::get_if<LikelihoodSettings>(&decided.work);
  if (work == nullptr || work->racing) return expected_cost(item, decided);
  auto config = work->config;
  config.greedy = false;  // a verdict ends where it fails
  const auto tokens = count_cost(session.model->info(), {&item, 1}, config).tokens;
  return std::max(static_cast<double>(tokens), 1.0);
}

void add_items(const Session& session, const ReadyTask& task, bool counted, SimulatedTasks& tasks) {
  auto& items = tasks.emplace_back();
  for (const auto& item : task.items) {
    const double cost = expected_cost(item, task.decided);
    const double tokens = counted ? counted_tokens(session, item, task.decided) : cost;
    items.push_back({.cost = cost, .tokens = tokens});
  }
}

SimulatedTasks simulated_tasks(const BenchScaleSettings& settings) {
  const auto asked = asked_of(settings);
  const auto part = evaluation_parts(find_tasks(asked.tasks), asked).front();
  const auto session =
      settings.model.empty() ? family_session(settings) : open_unloaded(model_settings(asked));
  print_notes(session);
  SimulatedTasks tasks;
  std::vector<std::string> notes;
  for (const auto& task : part.tasks) {
    for (const auto& ready : made_ready(task, part.settings, session, notes))
      add_items(session, ready, settings.counted, tasks);
  }
  for (const auto& note : notes) std::cerr << visible(note) << "\n";
  return tasks;
}

/// Simulations of any number of ranks, each run once.
class Simulations {
 public:
  Simulations(const SimulatedTasks& tasks, const BenchScaleSettings& settings)
      : tasks_(tasks),
        what_{.tokens_per_second = settings.tokens_per_second.value(),
              .start_seconds = settings.start_seconds,
              .load_seconds = settings.load_seconds,
              .store_latency = settings.store_latency,
              .failures_per_hour = settings.failures_per_hour,
              .rank_timeout = settings.rank_timeout,
              .seed = settings.seed} {
    for (const auto& task : tasks) items_ += static_cast<int>(task.size());
  }

  const SimulatedRun& of(int ranks) {
    const auto known = runs_.find(ranks);
    if (known != runs_.end()) return known->second;
    what_.ranks = ranks;
    return runs_.emplace(ranks, simulate(tasks_, what_)).first->second;
  }

  /// Up to how many ranks are busy.
  int most_busy(double (SimulatedRun::*share)() const) {
    return most_busy_ranks([&](int ranks) { return (of(ranks).*share)(); }, kBusy, items_);
  }

 private:
  const SimulatedTasks& tasks_;
  SimulatedRanks what_;
  int items_ = 0;
  std::map<int, SimulatedRun> runs_;
};

std::string percent(double share) {
  return fixed_text(100.0 * share, 1) + " %";
}

/// What a rank did, as a share of what each would do if all did the same.
double of_fair_share(const RankTotals& rank, const SimulatedRun& run) {
  double sum = 0.0;
  for (const auto& one : run.ranks) sum += one.tokens;
  return rank.tokens * static_cast<double>(run.ranks.size()) / sum;
}

std::vector<std::string> row_of(const SimulatedRun& run, const SimulatedRun& alone) {
  const auto less = [](const RankTotals& a, const RankTotals& b) { return a.tokens < b.tokens; };
  const auto [least, most] = std::ranges::minmax_element(run.ranks, less);
  return {std::to_string(run.ranks.size()),
          fixed_text(run.seconds, 2),
          percent(run.busy()),
          percent(run.busy_with_start_up()),
          fixed_text(alone.seconds / run.seconds, 2),
          percent(of_fair_share(*least, run)),
          percent(of_fair_share(*most, run)),
          percent(run.serving / (run.seconds - run.start_up)),
          std::to_string(run.failures),
          std::to_string(run.returned),
          std::to_string(run.restarts)};
}

Json totals_json(const SimulatedRun& run) {
  auto all = Json::array();
  for (const auto& rank : run.ranks) {
    all.push_back({{"items", rank.items},
                   {"leases", rank.leases},
                   {"tokens", rank.tokens},
                   {"of_fair_share", of_fair_share(rank, run)}});
  }
  return all;
}

void print_totals(const SimulatedRun& run) {
  using enum Align;
  const std::vector<Column> columns = {{.title = "Rank", .align = right},
                                       {.title = "Items", .align = right},
                                       {.title = "Leases", .align = right},
                                       {.title = "Mtokens", .align = right},
                                       {.title = "Of a fair share", .align = right}};
  std::vector<std::vector<std::string>> rows;
  for (std::size_t i = 0; i < run.ranks.size(); ++i) {
    const auto& rank = run.ranks[i];
    rows.push_back({std::to_string(i), std::to_string(rank.items), std::to_string(rank.leases),
                    fixed_text(rank.tokens / kMillion, 3), percent(of_fair_share(rank, run))});
  }
  std::cout << "\n" << run.ranks.size() << " ranks, one by one\n" << markdown_table(columns, rows);
}

std::string about_line(const SimulatedTasks& tasks, const BenchScaleSettings& settings) {
  std::size_t items = 0;
  double tokens = 0.0;
  double largest = 0.0;
  for (const auto& task : tasks) {
    items += task.size();
    for (const auto& item : task) {
      tokens += item.tokens;
      largest = std::max(largest, item.tokens);
    }
  }
  const double rate = settings.tokens_per_second.value();
  constexpr double kMilliseconds = 1e3;
  return "Simulated: " + std::to_string(items) + " Items of " + fixed_text(tokens / kMillion, 3) +
         " Mtokens (" + (settings.counted ? "counted" : "expected") + "), " + fixed_text(rate, 0) +
         " tokens/s a rank (the largest Item takes " + short_text(largest / rate) + " s), " +
         short_text(settings.start_seconds) + " s to start and " +
         short_text(settings.load_seconds) + " s to load, store latency " +
         short_text(kMilliseconds * settings.store_latency) + " ms, " +
         short_text(settings.failures_per_hour) + " failures an hour and rank, noticed after " +
         short_text(settings.rank_timeout) + " s";
}

std::string up_to(int ranks) {
  if (ranks == 0) return "not even one rank";
  return "up to " + std::to_string(ranks) + (ranks == 1 ? " rank" : " ranks");
}

}  // namespace

void run_bench_scale(const BenchScaleSettings& settings) {
  check_settings(settings);
  const auto numbers = numbers_of_ranks(settings);
  Figures figures(settings.json);
  const auto tasks = simulated_tasks(settings);
  Simulations simulations(tasks, settings);
  using enum Align;
  const std::vector<Column> columns = {
      {.title = "Ranks", .align = right},     {.title = "Seconds", .align = right},
      {.title = "Busy", .align = right},      {.title = "With start-up", .align = right},
      {.title = "Speed-up", .align = right},  {.title = "Least work", .align = right},
      {.title = "Most work", .align = right}, {.title = "Serving", .align = right},
      {.title = "Failures", .align = right},  {.title = "Returned", .align = right},
      {.title = "Restarts", .align = right}};
  std::vector<std::vector<std::string>> rows;
  auto totals = Json::array();
  for (const int ranks : numbers) {
    rows.push_back(row_of(simulations.of(ranks), simulations.of(1)));
    totals.push_back(totals_json(simulations.of(ranks)));
  }
  const int busy = simulations.most_busy(&SimulatedRun::busy);
  const int with_start_up = simulations.most_busy(&SimulatedRun::busy_with_start_up);
  figures.show(about_line(tasks, settings), columns, rows,
               {{"busy_95", {{"ranks", busy}, {"with_start_up", with_start_up}}},
                {"rank_totals", std::move(totals)}});
  std::cout << "At least 95 % busy: " << up_to(busy)
            << "; start-up counted: " << up_to(with_start_up)
            << (settings.failures_per_hour > 0.0 ? " (one draw of failures: another is another)"
                                                 : "")
            << "\n";
  constexpr int kShown = 16;
  for (const int ranks : numbers) {
    if (ranks > 1 && ranks <= kShown) print_totals(simulations.of(ranks));
  }
}

}  // namespace smdm
