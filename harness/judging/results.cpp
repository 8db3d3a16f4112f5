// A judged turn is a document whose text the judged model generated: the prompt is the question, so
// that runs of two models are of the same documents; judge and prompts are settings.
#include "harness/judging/results.hpp"

#include <algorithm>
#include <chrono>
#include <limits>

#include "base/files/digest.hpp"
#include "base/files/paths.hpp"
#include "base/metrics/judge_score.hpp"
#include "base/text/json_text.hpp"
#include "harness/cli/version.hpp"
#include "harness/judging/scores.hpp"
#include "results/run/lm_eval_samples.hpp"
#include "results/run/writer.hpp"
#include "results/statistics/statistics.hpp"

namespace smdm::judging {
namespace {

Json document_of(const Asked& asked) {
  return {{"question_id", asked.question_id},
          {"category", asked.category},
          {"turn", asked.turn},
          {"turns", asked.turns}};
}

SampleRecord sample_of(const Asked& asked, const Judgment& judgment, std::int64_t place) {
  SampleRecord sample;
  sample.doc_id = place;
  sample.doc = document_of(asked);
  sample.target = asked.reference;
  sample.cluster = cluster_of_subject("question " + id_text(asked.question_id));
  sample.outcome = GenerationRecord{.prompt = asked.turns.back(),
                                    .settings = Json::object(),
                                    .text = asked.answer,
                                    .filtered = judgment.score ? json_text(*judgment.score) : "",
                                    .forwards = 0};
  sample.extra = {{"judge_prompt", judgment.prompt}, {"judgment", judgment.text}};
  if (!judgment.score) sample.extra[kUnjudged] = judgment.failed;
  return sample;
}

/// A pipe has been read, and cannot be read again.
Json file_json(const std::string& path) {
  return {{"path", path}, {"sha256", is_file(path) ? Json(sha256_of_file(path)) : Json(nullptr)}};
}

Json data_of(const JudgeSettings& settings) {
  Json files = Json::array({file_json(settings.questions), file_json(settings.answers)});
  for (const auto& path : {settings.reference_answers, settings.judge_prompts}) {
    if (path) files.push_back(file_json(*path));
  }
  return files;
}

/// What changes the numbers: the same for every judgment of a run.
Json settings_of(const Plan& plan, const JudgeSettings& settings) {
  Json prompts = Json::object();
  for (const auto& asked : plan.asked) prompts[asked.prompt] = true;
  Json names = Json::array();
  for (const auto& [name, used] : prompts.items()) names.push_back(name);
  Json all = {{"judge", settings.model},
              {"judge_prompts", names},
              {"judge_prompts_sha256", plan.prompts_sha256},
              {"judge_temperature", settings.temperature},
              {"judge_max_tokens", settings.max_tokens}};
  if (settings.seed) all["judge_seed"] = *settings.seed;
  return all;
}

TaskRecord task_of(const Plan& plan, const JudgmentStore& store, const JudgeSettings& settings) {
  TaskRecord task;
  task.name = kTask;
  task.output_type = OutputType::generate_until;
  task.documents = static_cast<std::int64_t>(plan.asked.size());
  MetricRecord metric{.info = metrics::judge_score(), .values = {}};
  for (std::size_t i = 0; i < plan.asked.size(); ++i) {
    const auto& judgment = store.judgment(i);
    if (!judgment) continue;
    task.samples.push_back(sample_of(plan.asked[i], *judgment, static_cast<std::int64_t>(i)));
    metric.values.push_back(judgment->score.value_or(std::numeric_limits<double>::quiet_NaN()));
  }
  task.metrics.push_back(std::move(metric));
  const auto scores = scores_of(plan, store.judgments());
  task.extra = {{"settings", settings_of(plan, settings)},
                {"data", data_of(settings)},
                {"failed", scores.back().failed},
                {"scores", scores_json(scores)}};
  return task;
}

/// The models that replied, by the names that they gave, each once.
Json answered_by(const JudgmentStore& store) {
  Json names = Json::array();
  for (const auto& judgment : store.judgments()) {
    if (!judgment || !judgment->answered_by) continue;
    if (std::ranges::find(names, Json(*judgment->answered_by)) == names.end())
      names.push_back(*judgment->answered_by);
  }
  return names;
}

std::pair<double, double> first_and_last(const JudgmentStore& store) {
  double first = std::numeric_limits<double>::infinity();
  double last = 0.0;
  for (const auto& judgment : store.judgments()) {
    if (!judgment) continue;
    first = std::min(first, judgment->tstamp);
    last = std::max(last, judgment->tstamp);
  }
  return {first, last};
}

std::string date_of(double seconds) {
  const std::chrono::duration<double> since(seconds);
  return date_id(std::chrono::system_clock::time_point(
      std::chrono::duration_cast<std::chrono::system_clock::duration>(since)));
}

RunRecord run_of(const Plan& plan,
                 const JudgmentStore& store,
                 const JudgeSettings& settings,
                 const std::string& shown) {
  RunRecord run;
  run.model.name = plan.model;
  run.config.arguments = "judge=" + settings.model;
  run.config.device = "none";
  run.config.seed = static_cast<std::uint64_t>(settings.seed.value_or(0));
  run.tasks.push_back(task_of(plan, store, settings));
  const auto [first, last] = first_and_last(store);
  run.start_s = first;
  run.end_s = last;
  run.seconds = last - first;
  if (!std::string(kGitRevision).empty()) run.git_hash = kGitRevision;
  run.smdm_eval = {
      {"version", kVersion},
      {"judge", {{"model", settings.model}, {"url", shown}, {"answered_by", answered_by(store)}}}};
  return run;
}

}  // namespace

std::filesystem::path write_results(const std::filesystem::path& folder,
                                    const Plan& plan,
                                    const JudgmentStore& store,
                                    const JudgeSettings& settings,
                                    const std::string& shown) {
  const auto run = run_of(plan, store, settings, shown);
  const auto date = date_of(run.end_s.value_or(run.start_s));
  return write_run_as(date, folder, run, summarize(run)).results;
}

}  // namespace smdm::judging
