#include "harness/run/races.hpp"

#include <algorithm>
#include <iostream>

#include "base/error.hpp"
#include "base/text/unicode.hpp"
#include "evaluators/likelihood/likelihood.hpp"
#include "evaluators/racing/race.hpp"
#include "harness/run/likelihoods.hpp"
#include "harness/run/progress.hpp"
#include "harness/settings/refuse.hpp"

namespace smdm {
namespace {

/// What each verdict metric divides log-likelihoods by. A benchmark may ask for races under other
/// metrics too, which check_race() keeps from an evaluation: they compare undivided ones.
std::vector<std::vector<double>> divisors_of(const MultipleChoice& task, const Question& question) {
  std::vector<std::vector<double>> divisors;
  for (const auto& metric : task.info.metrics) {
    auto& all = divisors.emplace_back();
    for (const auto& choice : question.choices) {
      const auto divisor = metric.race_divisor;
      all.push_back(divisor == nullptr ? 1.0 : divisor(unicode::length(choice)));
    }
  }
  return divisors;
}

/// Tells estimates under which metrics their choices were ruled out.
void mark(const MultipleChoice& task, const RaceOutcome& outcome, std::span<Estimate> estimates) {
  for (std::size_t v = 0; v < outcome.left.size(); ++v) {
    for (std::size_t k = 0; k < estimates.size(); ++k) {
      if (!outcome.left[v][k]) estimates[k].eliminated_from.push_back(task.info.metrics[v].name);
    }
  }
}

std::int64_t rows_of(std::span<const Estimate> estimates) {
  std::int64_t rows = 0;
  for (const auto& estimate : estimates) rows += estimate.rows;
  return rows;
}

/// Rows that as many rows a choice as a race may take would have cost without one: counted as
/// those of a race are, whatever is shared, reused or guided.
std::int64_t rows_without_race(const PreparedTask& prepared, const Session& session) {
  const auto& evaluation = prepared.evaluation;
  LikelihoodConfig config;
  config.estimator = Balanced{.rows = kRaceRows, .prompt_reuse = evaluation.prompt_reuse};
  config.cfg = evaluation.cfg;
  config.seed = evaluation.seed;
  return rows_of(count_work(session.model->info(), prepared.tokens, config));
}

/// @param undecided    questions by metric
/// @param rows_at_cap  see rows_without_race()
Json totals_json(const std::vector<std::int64_t>& undecided,
                 const MultipleChoice& task,
                 std::span<const Estimate> estimates,
                 std::int64_t rows_at_cap) {
  Json by_metric = Json::object();
  for (std::size_t v = 0; v < undecided.size(); ++v)
    by_metric[task.info.metrics[v].name] = undecided[v];
  const auto eliminated =
      std::ranges::count_if(estimates, [](const Estimate& one) { return one.eliminated; });
  const auto rows = rows_of(estimates);
  return {{"undecided", by_metric},
          {"eliminated", eliminated},
          {"rows", rows},
          {"rows_saved", rows_at_cap - rows},
          {"rows_per_choice", static_cast<double>(rows) / static_cast<double>(estimates.size())}};
}

/// One line for people.
std::string totals_line(const std::string& task, const Json& totals) {
  const auto rows = totals.at("rows").get<std::int64_t>();
  const auto saved = totals.at("rows_saved").get<std::int64_t>();
  return task + ": racing took " + std::to_string(rows) + " rows and saved " +
         std::to_string(saved) + " of " + std::to_string(rows + saved) +
         "; undecided: " + totals.at("undecided").dump();
}

}  // namespace

std::vector<RaceQuestion> race_questions(const PreparedTask& prepared) {
  const auto& task = std::get<MultipleChoice>(prepared.task);
  std::vector<RaceQuestion> questions;
  questions.reserve(prepared.dataset.documents.size());
  for (std::size_t i = 0; i < prepared.dataset.documents.size(); ++i) {
    questions.push_back({.first = prepared.first[i],
                         .count = prepared.first[i + 1] - prepared.first[i],
                         .divisors = divisors_of(task, task.parse(prepared.dataset.documents[i]))});
  }
  return questions;
}

void check_race_choices(const PreparedTask& prepared) {
  if (!std::holds_alternative<MultipleChoice>(prepared.task)) return;
  const auto questions = race_questions(prepared);
  for (std::size_t q = 0; q < questions.size(); ++q) {
    for (const auto& divisors : questions[q].divisors) {
      if (std::ranges::all_of(divisors, [](double d) { return d > 0.0; })) continue;
      throw Error(ErrorKind::request,
                  "task " + info(prepared.task).name + ", document " + std::to_string(q) +
                      ": wanted choices of at least one character for --racing, got none");
    }
  }
}

void check_race(const Task& task, const Evaluation& evaluation) {
  const auto* choices = std::get_if<MultipleChoice>(&task);
  if (!evaluation.racing || choices == nullptr) return;
  for (const auto& metric : choices->info.metrics) {
    if (metric.race_divisor != nullptr) continue;
    refuse("--racing", "tasks whose metrics are acc and acc_norm",
           choices->info.name + " with " + metric.name);
  }
  if (evaluation.greedy) refuse("--racing", "no greedy verdicts (--greedy) beside it", "both");
}

std::vector<Estimate> raced(const PreparedTask& prepared,
                            const Session& session,
                            const Settings& settings,
                            TaskRecord& record) {
  check_requests(session, prepared.tokens, [&](std::size_t index) {
    return record.name + ", request " + std::to_string(index);
  });
  const auto questions = race_questions(prepared);
  const auto& task = std::get<MultipleChoice>(prepared.task);
  std::vector<Estimate> estimates(prepared.tokens.size());
  std::vector<std::int64_t> undecided(task.info.metrics.size());
  Progress progress(record.name, questions.size(), "questions");
  race(
      *session.model, prepared.tokens, questions, racing_config(prepared.evaluation, settings),
      {.request = [&](std::size_t index, const Estimate& estimate) { estimates[index] = estimate; },
       .question =
           [&](std::size_t q, const RaceOutcome& outcome) {
             const auto& question = questions[q];
             mark(task, outcome, std::span(estimates).subspan(question.first, question.count));
             for (std::size_t v = 0; v < undecided.size(); ++v)
               undecided[v] += outcome.undecided[v] ? 1 : 0;
             progress.advance();
           }});
  const auto json = totals_json(undecided, task, estimates, rows_without_race(prepared, session));
  std::cerr << totals_line(record.name, json) << "\n";
  record.extra["racing"] = json;
  return estimates;
}

}  // namespace smdm
