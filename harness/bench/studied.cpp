// Questions of tasks that are short enough to be enumerated, tabulated under the model of their
// task.
#include "harness/bench/studied.hpp"

#include <algorithm>
#include <iostream>

#include "base/text/visible.hpp"
#include "evaluators/likelihood/likelihood.hpp"
#include "harness/jobs/embedded.hpp"
#include "harness/run/ready.hpp"
#include "harness/settings/refuse.hpp"
#include "tasks/ask/catalog.hpp"

namespace smdm {
namespace {

std::vector<std::string> multiple_choice() {
  return {"arc_easy", "boolq", "hellaswag", "openbookqa", "piqa", "race", "social_iqa"};
}

Settings evaluation_settings(const BenchEstimatorSettings& bench) {
  constexpr std::int64_t kQuestions = 20;
  Settings settings;
  settings.tasks = bench.tasks.empty() ? multiple_choice() : bench.tasks;
  if (!bench.model.empty()) settings.model = bench.model;
  if (!bench.data.empty()) settings.data = bench.data;
  settings.limit = static_cast<double>(bench.limit.value_or(kQuestions));
  settings.estimator = "balanced";  // whatever the checkpoint prefers
  return settings;
}

/// The question that an Item asks, whose requests begin at `first`.
StudiedQuestion question_of(const TaskInfo& about, const Item& item, std::size_t first) {
  StudiedQuestion question{.first = first, .count = item.ids.requests.size(), .divisors = {}};
  for (auto& verdict : race_verdicts(about, std::get<Question>(item.asked), item.name))
    question.divisors.push_back(std::move(verdict.divisors));
  return question;
}

StudiedTask studied(const ReadyTask& task, std::int64_t longest) {
  const auto& about = info(task.task);
  StudiedTask study;
  study.name = about.name;
  for (const auto& metric : about.metrics) study.metrics.push_back(metric.name);
  study.documents = task.items.size();
  const bool choices = std::holds_alternative<MultipleChoice>(task.task);
  if (!choices && !std::holds_alternative<Cloze>(task.task))
    refuse("--task", "tasks of likelihood", study.name);
  for (const auto& item : task.items) {
    const auto& own = item.ids.requests;
    const bool fits = std::ranges::all_of(own, [&](const TokenRequest& request) {
      return static_cast<std::int64_t>(request.continuation.size()) <= longest;
    });
    if (!fits) continue;
    study.fitting += 1;
    if (choices) {
      study.questions.push_back(question_of(about, item, study.requests.size()));
      study.clusters.push_back(item.cluster);
    }
    study.requests.insert(study.requests.end(), own.begin(), own.end());
  }
  return study;
}

std::vector<double> scores_in_view(const LanguageModel& model,
                                   std::span<const TokenRequest> requests,
                                   double cfg) {
  constexpr RankingScore kInView{.kind = ScoreKind::in_view};
  const auto& diffusion = std::get<MaskedDiffusion>(model.info().objective);
  std::vector<double> scores;
  if (why_no_score(diffusion, kInView) != nullptr) return scores;
  for (const auto& estimate : score(model, requests, {.estimator = kInView, .cfg = cfg}))
    scores.push_back(estimate.nats);
  return scores;
}

void tabulate(const LanguageModel& model, const BenchEstimatorSettings& bench, StudiedTask& study) {
  const auto ranks = bench.rank ? WithRanks::yes : WithRanks::no;
  study.tables =
      loss_tables(model, study.requests, {.cfg = bench.cfg, .ranks = ranks, .packing = {}});
  if (bench.rank) study.in_view = scores_in_view(model, study.requests, bench.cfg);
}

/// The tasks that are evaluated with one model.
void add_part(const EvaluationPart& part,
              const BenchEstimatorSettings& bench,
              std::vector<StudiedTask>& all) {
  if (const auto line = announcement(part); !line.empty()) std::cerr << visible(line) << "\n";
  const auto session = open_session(model_settings(part.settings));
  print_notes(session);
  if (session.checkpoint.kind != ModelKind::mdm)
    refuse("--model", "a masked diffusion model", "an autoregressive one");
  std::vector<std::string> notes;
  for (const auto& task : part.tasks) {
    // What is answered in free text may be asked by likelihood too.
    const auto asked = likelihood_probe(task).value_or(task);
    auto study = studied(made_ready(asked, part.settings, session, notes).front(), bench.longest);
    std::cerr << counts_line(study, bench.longest) << "\n";
    if (study.requests.empty()) continue;
    tabulate(*session.model, bench, study);
    all.push_back(std::move(study));
  }
}

}  // namespace

std::string counts_line(const StudiedTask& study, std::int64_t longest) {
  const auto left_out = study.documents - study.fitting;
  return study.name + ": " + std::to_string(study.fitting) + " questions with targets of at most " +
         std::to_string(longest) + " tokens; " + std::to_string(left_out) + " left out (--longest)";
}

std::vector<StudiedTask> tabulated_tasks(const BenchEstimatorSettings& bench) {
  const auto settings = evaluation_settings(bench);
  std::vector<StudiedTask> all;
  for (const auto& part : evaluation_parts(find_tasks(settings.tasks), settings))
    add_part(part, bench, all);
  if (all.empty())
    refuse("--longest", "one that some question fits", std::to_string(bench.longest));
  return all;
}

}  // namespace smdm
