// How long whole benchmarks take under each way of evaluating: tokens of the whole task are counted
// without a model where that can be done, and their rate is timed on some questions. Weights are
// random, which changes no cost except that of races.
#include <algorithm>
#include <chrono>
#include <iostream>

#include <ATen/Parallel.h>

#include "base/text/numbers.hpp"
#include "base/text/visible.hpp"
#include "harness/bench/estimators.hpp"
#include "harness/bench/figures.hpp"
#include "harness/bench/tools.hpp"
#include "harness/run/compute.hpp"
#include "harness/run/ready.hpp"
#include "harness/settings/refuse.hpp"
#include "models/checkpoint.hpp"
#include "results/show/table.hpp"
#include "tasks/ask/catalog.hpp"

namespace smdm {
namespace {

/// A way of evaluating that is compared.
struct Way {
  std::string name;
  Settings settings;
};

Settings with_estimator(const std::string& estimator, const std::string& reuse) {
  Settings settings;
  settings.estimator = estimator;
  if (!reuse.empty()) settings.prompt_reuse = reuse;
  return settings;
}

std::vector<Way> all_ways(double cfg) {
  Settings preset;
  preset.preset = "smdm";
  std::vector<Way> ways = {
      {.name = "preset smdm", .settings = preset},
      {.name = "mc", .settings = with_estimator("mc", "")},
      {.name = "fixed-count", .settings = with_estimator("fixed-count", "")},
      {.name = "auto", .settings = with_estimator("auto", "")},
      {.name = "balanced", .settings = with_estimator("balanced", "off")},
      {.name = "balanced, reuse", .settings = with_estimator("balanced", "auto")},
      {.name = "racing", .settings = with_estimator("balanced", "off")},
      {.name = "racing, reuse", .settings = with_estimator("balanced", "auto")}};
  for (auto& way : ways) {
    way.settings.racing = way.name.starts_with("racing");
    if (way.name != "preset smdm") way.settings.cfg = cfg;
  }
  return ways;
}

struct Timed {
  AnswerCost cost;
  double seconds = 0.0;
};

/// Some questions, spread over the task, with the verdicts that races of them decide.
std::vector<Item> some_questions(const ReadyTask& task, std::int64_t questions) {
  auto items = some_items(task.items, static_cast<std::size_t>(questions));
  for (auto& item : items) {
    if (const auto* question = std::get_if<Question>(&item.asked))
      item.ids.verdicts = race_verdicts(info(task.task), *question, item.name);
  }
  return items;
}

/// The same way of evaluating with fewer samples: their rate is that of any number.
Decided quicker(Decided decided) {
  auto& settings = std::get<LikelihoodSettings>(decided.work);
  if (auto* monte_carlo = std::get_if<MonteCarlo>(&settings.config.estimator))
    monte_carlo->samples = monte_carlo->strata = std::min(monte_carlo->samples, std::int64_t{32});
  settings.config.greedy = false;
  return decided;
}

Timed timed(const Session& session,
            const ReadyTask& task,
            const Decided& decided,
            std::int64_t questions) {
  Timed result;
  const auto items = some_questions(task, questions);
  const auto begin = std::chrono::steady_clock::now();
  compute(session, items, quicker(decided),
          [&](std::size_t, const Answer& answer) { result.cost += cost_of(answer); });
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return result;
}

Decided decided_way(const Session& session, const ReadyTask& task, const Settings& settings) {
  std::vector<std::string> notes;
  return decided_for(task.task, settings, session, notes);
}

/// The first forwards on a device are slow.
void warm_up(const Session& session,
             const ReadyTask& task,
             const BenchEstimatorSettings& settings) {
  if (settings.timed_questions == 0) return;
  timed(session, task, decided_way(session, task, with_estimator("auto", "")), 1);
}

Session random_session(const BenchEstimatorSettings& settings) {
  Session session;
  session.checkpoint.kind = ModelKind::mdm;
  session.checkpoint.config = family_config(settings.model_size);
  session.tokenizer = open_tokenizer(settings.tokenizer);
  const auto compute = settings.dtype == "bf16" ? ComputeType::bf16 : ComputeType::f32;
  session.device = find_device(settings.device);
  session.model = random_model(session.checkpoint.config, ModelKind::mdm, compute, session.device,
                               /*seed=*/0);
  return session;
}

/// One line: rows a question, tokens of the whole task, and its seconds at the measured rate.
std::vector<std::string> measured(const Session& session,
                                  const ReadyTask& task,
                                  const Way& way,
                                  const BenchEstimatorSettings& settings) {
  auto asked = way.settings;
  asked.device = settings.device;
  const auto decided = decided_way(session, task, asked);
  const auto questions = static_cast<double>(task.items.size());
  std::optional<Timed> sample;
  if (settings.timed_questions > 0)
    sample = timed(session, task, decided, settings.timed_questions);
  const auto& likelihood = std::get<LikelihoodSettings>(decided.work);
  const bool races = likelihood.racing.has_value();
  double rows = 0.0;
  double tokens = 0.0;
  if (!races) {
    const auto whole = count_cost(session.model->info(), task.items, likelihood.config);
    rows = static_cast<double>(whole.rows);
    tokens = static_cast<double>(whole.tokens);
  } else if (sample) {
    const auto timed_questions =
        std::min<std::int64_t>(settings.timed_questions, std::ssize(task.items));
    const auto factor = questions / static_cast<double>(timed_questions);
    rows = static_cast<double>(sample->cost.rows) * factor;
    tokens = static_cast<double>(sample->cost.tokens) * factor;
  }
  const auto or_dash = [](bool known, const std::string& text) { return known ? text : "-"; };
  const bool known = !races || sample;
  const double rate = sample ? static_cast<double>(sample->cost.tokens) / sample->seconds : 0.0;
  constexpr double kMillion = 1e6;
  return {info(task.task).name,
          way.name,
          fixed_text(questions, 0),
          or_dash(known, fixed_text(rows / questions, 1)),
          or_dash(known, fixed_text(tokens / kMillion, 2)),
          or_dash(sample.has_value(), fixed_text(rate, 0)),
          or_dash(sample.has_value(), fixed_text(tokens / std::max(rate, 1e-9) / 3600.0, 2))};
}

}  // namespace

void run_bench_task_time(const BenchEstimatorSettings& settings) {
  if (settings.data.empty()) refuse("--data", "the root folder of the benchmark data", "nothing");
  if (settings.tokenizer.empty()) refuse("--tokenizer", "a SentencePiece model", "nothing");
  if (settings.threads > 0) at::set_num_threads(settings.threads);
  Figures figures(settings.json);
  const auto session = random_session(settings);
  Settings asked;
  asked.tasks = settings.tasks.empty() ? std::vector<std::string>{"zero-shot"} : settings.tasks;
  asked.data = settings.data;
  constexpr std::int64_t kQuestions = 20;
  const auto limit = settings.limit.value_or(kQuestions);
  if (limit > 0) asked.limit = static_cast<double>(limit);
  using enum Align;
  const std::vector<Column> columns = {{.title = "Task"},
                                       {.title = "Way"},
                                       {.title = "Questions", .align = right},
                                       {.title = "Rows/question", .align = right},
                                       {.title = "Mtokens", .align = right},
                                       {.title = "Tokens/s", .align = right},
                                       {.title = "Hours", .align = right}};
  std::vector<std::vector<std::string>> cells;
  for (const auto& task : find_tasks(asked.tasks)) {
    std::vector<std::string> notes;
    const auto ready = made_ready(task, asked, session, notes).front();
    warm_up(session, ready, settings);
    for (const auto& way : all_ways(settings.cfg)) {
      cells.push_back(measured(session, ready, way, settings));
      std::cerr << cells.back()[0] << ", " << cells.back()[1] << ": " << cells.back()[3]
                << " rows a question\n";
    }
  }
  figures.show(session.checkpoint.config.name + ", random weights, " + settings.dtype + ", " +
                   device_name(session.device) + ", " + std::to_string(at::get_num_threads()) +
                   " threads; tokens as " + visible(settings.tokenizer) + " cuts them",
               columns, cells);
}

}  // namespace smdm
