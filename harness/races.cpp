#include "harness/races.hpp"

#include <algorithm>
#include <iostream>

#include "evaluators/racing.hpp"
#include "harness/errors.hpp"
#include "harness/likelihoods.hpp"
#include "harness/progress.hpp"
#include "tasks/unicode.hpp"

namespace smdm {
namespace {

/// What each verdict metric divides log-likelihoods by.
std::vector<std::vector<double>> divisors_of(const MultipleChoice& task, const Question& question) {
  std::vector<std::vector<double>> divisors;
  for (const auto& metric : task.info.metrics) {
    auto& all = divisors.emplace_back();
    for (const auto& choice : question.choices) {
      const bool normalized = metric.name == "acc_norm";
      all.push_back(normalized ? static_cast<double>(unicode::length(choice)) : 1.0);
    }
  }
  return divisors;
}

/// Sums over the questions of a task.
struct RaceTotals {
  std::vector<std::int64_t> undecided;  ///< by metric
  std::int64_t rows = 0;
  std::int64_t rows_at_cap = 0;

  void add(const RaceOutcome& outcome) {
    undecided.resize(outcome.undecided.size());
    for (std::size_t v = 0; v < undecided.size(); ++v) undecided[v] += outcome.undecided[v] ? 1 : 0;
    rows += outcome.rows;
    rows_at_cap += outcome.rows_at_cap;
  }
};

Json totals_json(const RaceTotals& totals,
                 const MultipleChoice& task,
                 std::span<const Estimate> estimates) {
  Json undecided = Json::object();
  for (std::size_t v = 0; v < totals.undecided.size(); ++v)
    undecided[task.info.metrics[v].name] = totals.undecided[v];
  const auto eliminated =
      std::ranges::count_if(estimates, [](const Estimate& one) { return one.eliminated; });
  return {{"undecided", undecided},
          {"eliminated", eliminated},
          {"rows", totals.rows},
          {"rows_saved", totals.rows_at_cap - totals.rows},
          {"rows_per_choice",
           static_cast<double>(totals.rows) / static_cast<double>(estimates.size())}};
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
      throw RequestError("task " + info(prepared.task).name + ", document " + std::to_string(q) +
                         ": wanted choices of at least one character for --racing, got none");
    }
  }
}

void check_race(const Task& task, const Evaluation& evaluation) {
  const auto* choices = std::get_if<MultipleChoice>(&task);
  if (!evaluation.racing || choices == nullptr) return;
  for (const auto& metric : choices->info.metrics) {
    if (metric.name == "acc" || metric.name == "acc_norm") continue;
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
  std::vector<Estimate> estimates(prepared.tokens.size());
  RaceTotals totals;
  Progress progress(record.name, questions.size(), "questions");
  race(
      *session.model, prepared.tokens, questions, racing_config(prepared.evaluation, settings),
      {.request = [&](std::size_t index, const Estimate& estimate) { estimates[index] = estimate; },
       .question =
           [&](std::size_t, const RaceOutcome& outcome) {
             totals.add(outcome);
             progress.advance();
           }});
  const auto json = totals_json(totals, std::get<MultipleChoice>(prepared.task), estimates);
  std::cerr << totals_line(record.name, json) << "\n";
  record.extra["racing"] = json;
  return estimates;
}

}  // namespace smdm
