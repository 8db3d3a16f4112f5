#include <algorithm>
#include <chrono>
#include <iostream>

#include <ATen/Parallel.h>

#include "harness/bench/estimators.hpp"
#include "harness/bench/tools.hpp"
#include "harness/run/prepared_task.hpp"
#include "harness/run/races.hpp"
#include "harness/settings/refuse.hpp"
#include "models/checkpoint.hpp"
#include "results/show/table.hpp"

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

/// Rows and tokens, of one question or of a task.
struct Amount {
  double rows = 0.0;
  double tokens = 0.0;
};

Amount sum_of(std::span<const Estimate> estimates) {
  Amount amount;
  for (const auto& estimate : estimates) {
    amount.rows += static_cast<double>(estimate.rows);
    amount.tokens += static_cast<double>(estimate.tokens);
  }
  return amount;
}

struct Timed {
  Amount amount;
  double seconds = 0.0;
};

/// The requests of some questions, spread over the task.
std::vector<TokenRequest> some_requests(const PreparedTask& task,
                                        std::int64_t questions,
                                        std::vector<RaceQuestion>* races) {
  std::vector<TokenRequest> requests;
  const auto all = task.dataset.documents.size();
  const auto count = std::min(all, static_cast<std::size_t>(questions));
  std::vector<RaceQuestion> every;
  if (races != nullptr) every = race_questions(task);
  for (std::size_t q = 0; q < count; ++q) {
    const auto document = q * all / count;
    if (races != nullptr) {
      races->push_back(every[document]);
      races->back().first = requests.size();
    }
    for (auto k = task.first[document]; k < task.first[document + 1]; ++k)
      requests.push_back(task.tokens[k]);
  }
  return requests;
}

Timed timed(const LanguageModel& model,
            const PreparedTask& task,
            const Evaluation& evaluation,
            const BenchEstimatorSettings& settings) {
  const auto questions = settings.timed_questions;
  Settings where;
  where.device = settings.device;
  const auto begin = std::chrono::steady_clock::now();
  Timed result;
  const bool races = evaluation.racing && std::holds_alternative<MultipleChoice>(task.task);
  std::vector<RaceQuestion> raced;
  const auto requests = some_requests(task, questions, races ? &raced : nullptr);
  if (races) {
    std::vector<Estimate> estimates(requests.size());
    race(model, requests, raced, racing_config(evaluation, where),
         {.request = [&](std::size_t i, const Estimate& e) { estimates[i] = e; },
          .question = [](std::size_t, const RaceOutcome&) {}});
    result.amount = sum_of(estimates);
  } else {
    auto few = evaluation;  // the rate is that of any number of samples
    if (few.estimator == "mc")
      few.mc_samples = few.mc_strata = std::min(few.mc_samples, std::int64_t{32});
    few.greedy = false;
    result.amount = sum_of(score(model, requests, likelihood_config(few, ModelKind::mdm, where)));
  }
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return result;
}

/// The first forwards on a device are slow.
void warm_up(const LanguageModel& model,
             const PreparedTask& task,
             const BenchEstimatorSettings& settings) {
  if (settings.timed_questions == 0) return;
  std::vector<std::string> notes;
  const auto evaluation = decide(with_estimator("auto", ""), info(task.task).name, Work::likelihood,
                                 ModelKind::mdm, notes);
  auto few = settings;
  few.timed_questions = 1;
  timed(model, task, evaluation, few);
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
std::vector<std::string> measured(const LanguageModel& model,
                                  const PreparedTask& task,
                                  const Way& way,
                                  const BenchEstimatorSettings& settings) {
  std::vector<std::string> notes;
  const auto name = info(task.task).name;
  auto asked = way.settings;
  asked.greedy = std::holds_alternative<Cloze>(task.task);
  const auto evaluation = decide(asked, name, Work::likelihood, ModelKind::mdm, notes);
  const auto questions = static_cast<double>(task.dataset.documents.size());
  std::optional<Timed> sample;
  if (settings.timed_questions > 0) sample = timed(model, task, evaluation, settings);
  const bool races = evaluation.racing && std::holds_alternative<MultipleChoice>(task.task);
  Amount whole;
  if (!races) {
    const auto config = likelihood_config(evaluation, ModelKind::mdm, {});
    whole = sum_of(count_work(model.info(), task.tokens, config));
  } else if (sample) {
    const auto factor =
        questions / static_cast<double>(std::min<std::int64_t>(settings.timed_questions,
                                                               std::ssize(task.dataset.documents)));
    whole = {.rows = sample->amount.rows * factor, .tokens = sample->amount.tokens * factor};
  }
  const auto or_dash = [](bool known, const std::string& text) { return known ? text : "-"; };
  const bool known = !races || sample;
  const double rate = sample ? sample->amount.tokens / sample->seconds : 0.0;
  constexpr double kMillion = 1e6;
  return {name,
          way.name,
          number(questions, 0),
          or_dash(known, number(whole.rows / questions, 1)),
          or_dash(known, number(whole.tokens / kMillion, 2)),
          or_dash(sample.has_value(), number(rate, 0)),
          or_dash(sample.has_value(), number(whole.tokens / std::max(rate, 1e-9) / 3600.0, 2))};
}

}  // namespace

void run_bench_task_time(const BenchEstimatorSettings& settings) {
  if (settings.data.empty()) refuse("--data", "the root folder of the benchmark data", "nothing");
  if (settings.tokenizer.empty()) refuse("--tokenizer", "a SentencePiece model", "nothing");
  if (settings.threads > 0) at::set_num_threads(settings.threads);
  const auto session = random_session(settings);
  Settings asked;
  asked.tasks = settings.tasks.empty() ? std::vector<std::string>{"zero-shot"} : settings.tasks;
  asked.data = settings.data;
  if (settings.limit > 0) asked.limit = static_cast<double>(settings.limit);
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
    const auto prepared = prepare(task, session, asked, notes);
    warm_up(*session.model, prepared, settings);
    for (const auto& way : all_ways(settings.cfg)) {
      cells.push_back(measured(*session.model, prepared, way, settings));
      std::cerr << cells.back()[0] << ", " << cells.back()[1] << ": " << cells.back()[3]
                << " rows a question\n";
    }
  }
  std::cout << session.checkpoint.config.name << ", random weights, " << settings.dtype << ", "
            << device_name(session.device) << ", " << at::get_num_threads()
            << " threads; tokens as " << settings.tokenizer << " cuts them\n"
            << markdown_table(columns, cells);
}

}  // namespace smdm
