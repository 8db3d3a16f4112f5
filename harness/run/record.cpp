// From Answers to a TaskRecord. Every kind of task adds its samples' outcomes and the totals that
// only it has; keys stand in files in the order in which they are added here.
#include "harness/run/record.hpp"

#include <algorithm>
#include <iostream>
#include <stdexcept>

#include "base/text/numbers.hpp"
#include "base/text/visible.hpp"
#include "harness/run/any_order.hpp"
#include "harness/run/compute.hpp"
#include "harness/run/parallel_limit.hpp"
#include "results/run/lm_eval_samples.hpp"

namespace smdm {
namespace {

/// What the functions below have in common.
struct Computed {
  const ReadyTask& ready;
  const Session& session;
  std::span<const Answer> answers;
  std::span<const Judged> judged;
};

OutputType output_type(const Task& task) {
  if (std::holds_alternative<MultipleChoice>(task)) return OutputType::multiple_choice;
  if (std::holds_alternative<DatedCorpus>(task)) return OutputType::loglikelihood_rolling;
  return std::holds_alternative<Cloze>(task) ? OutputType::loglikelihood
                                             : OutputType::generate_until;
}

Json describe_files(const std::vector<LoadedFile>& files) {
  Json json = Json::array();
  for (const auto& file : files) {
    json.push_back({{"path", file.path.string()},
                    {"sha256", file.sha256},
                    {"checksum", to_string(file.checksum)}});
  }
  return json;
}

AnswerCost total_cost(std::span<const Answer> answers) {
  AnswerCost sum;
  for (const auto& answer : answers) sum += cost_of(answer);
  return sum;
}

/// Sums a number over all estimates.
template <typename Of>
std::int64_t total(std::span<const Answer> answers, const Of& of) {
  std::int64_t sum = 0;
  for (const auto& answer : answers) {
    for (const auto& estimate : estimates_of(answer))
      sum += static_cast<std::int64_t>(of(estimate));
  }
  return sum;
}

/// @param rows_at_cap  see rows_without_race()
Json race_totals(const TaskInfo& task, std::span<const Answer> answers, std::int64_t rows_at_cap) {
  Json undecided = Json::object();
  for (std::size_t v = 0; v < task.metrics.size(); ++v) {
    undecided[task.metrics[v].name] = std::ranges::count_if(answers, [&](const Answer& answer) {
      return std::get<Likelihoods>(answer.value).race.value().undecided[v];
    });
  }
  const auto rows = total_cost(answers).rows;
  const auto choices = total(answers, [](const Estimate&) { return 1; });
  return {{"undecided", undecided},
          {"eliminated", total(answers, [](const Estimate& one) { return one.eliminated; })},
          {"rows", rows},
          {"rows_saved", rows_at_cap - rows},
          {"rows_per_choice", static_cast<double>(rows) / static_cast<double>(choices)}};
}

/// One line for people.
std::string race_line(const std::string& task, const Json& totals) {
  const auto rows = totals.at("rows").get<std::int64_t>();
  const auto saved = totals.at("rows_saved").get<std::int64_t>();
  return task + ": racing took " + std::to_string(rows) + " rows and saved " +
         std::to_string(saved) + " of " + std::to_string(rows + saved) +
         "; undecided: " + totals.at("undecided").dump();
}

void add_race(const Computed& computed, TaskRecord& record) {
  const auto* settings = std::get_if<LikelihoodSettings>(&computed.ready.decided.work);
  if (settings == nullptr || !settings->racing || computed.answers.empty()) return;
  const auto at_cap = rows_without_race(computed.session, computed.ready.items, *settings);
  const auto totals = race_totals(info(computed.ready.task), computed.answers, at_cap);
  std::cerr << visible(race_line(record.name, totals)) << "\n";
  record.extra["racing"] = totals;
}

/// How the requests were computed, as far as it differs between them.
void add_marks(std::span<const Answer> answers, TaskRecord& record) {
  if (answers.empty() || estimates_of(answers.front()).front().bound != Bound::lower) return;
  record.extra["requests"] = total(answers, [](const Estimate&) { return 1; });
  record.extra["enumerated"] = total(answers, [](const Estimate& one) { return one.enumerated; });
  const auto missed = total(answers, [](const Estimate& one) { return one.target_missed; });
  if (missed > 0) record.extra["target_missed"] = missed;
  record.extra["prompt_reused"] =
      total(answers, [](const Estimate& one) { return one.prompt_reuse.has_value(); });
}

/// The accuracy of a sampler's own likelihoods is that of the sampler, not of the model, and that
/// of ranking scores is one of no likelihoods.
void mark_bound(const Computed& computed, TaskRecord& record) {
  if (computed.answers.empty()) return;
  const auto bound = estimates_of(computed.answers.front()).front().bound;
  if (bound != Bound::sampler && bound != Bound::score) return;
  const char* named_by = bound == Bound::sampler ? "sampler" : "estimator";
  record.alias = record.name + " (" + to_string(bound) + " " +
                 computed.ready.decided.recorded.at("settings").at(named_by).get<std::string>() +
                 ")";
  record.extra["bound"] = to_string(bound);
}

void add_cost(std::span<const Answer> answers, TaskRecord& record) {
  const auto cost = total_cost(answers);
  record.extra["rows"] = cost.rows;
  record.extra["tokens"] = cost.tokens;
}

/// Multiple choice and cloze.
template <typename Likelihood>
void record_task(const Likelihood& /*task*/, const Computed& computed, TaskRecord& record) {
  for (std::size_t i = 0; i < record.samples.size(); ++i) {
    std::vector<ChoiceRecord> choices;
    const auto asked = requests(computed.ready.items[i].asked);
    const auto& estimates = estimates_of(computed.answers[i]);
    choices.reserve(asked.size());
    for (std::size_t k = 0; k < asked.size(); ++k)
      choices.push_back({.request = asked[k], .estimate = estimates[k]});
    record.samples[i].outcome = std::move(choices);
  }
  mark_bound(computed, record);
  add_any_order(computed.ready, computed.answers, record);
  add_race(computed, record);
  add_marks(computed.answers, record);
  add_cost(computed.answers, record);
}

/// A sample repeats the keys of the task's block; what tells runs apart stands there once.
Json settings_of_samples(const Decided& decided) {
  auto settings = decided.recorded;
  settings.erase("settings");
  return settings;
}

void add_generation_cost(std::span<const Answer> answers, TaskRecord& record) {
  const auto cost = total_cost(answers);
  record.extra["forwards"] = cost.forwards;
  record.extra["new_tokens"] = cost.new_tokens;
  add_cost(answers, record);
}

/// What decoding several tokens at once costs even the best model, where the task knows it.
void add_parallel_limit(const Computed& computed, const OpenAnswer& task, TaskRecord& record) {
  const auto& settings = std::get<GenerationSettings>(computed.ready.decided.work);
  const auto limit = parallel_limit(task, settings, computed.ready.items);
  if (!limit) return;
  record.extra["parallel_limit"] = *limit;
  if (*limit < 1.0) {
    std::cerr << visible(record.name) << ": a model that is exactly right would score "
              << fixed_text(*limit, 4) << " in these steps, whose tokens are drawn independently\n";
  }
}

void record_task(const OpenAnswer& task, const Computed& computed, TaskRecord& record) {
  const auto& settings = std::get<GenerationSettings>(computed.ready.decided.work);
  const bool two_stages = settings.second_cfg.has_value();
  const auto generation_settings = settings_of_samples(computed.ready.decided);
  std::int64_t kept_first = 0;
  for (std::size_t i = 0; i < record.samples.size(); ++i) {
    const auto& texts = computed.judged[i].texts;
    auto& sample = record.samples[i];
    sample.outcome =
        GenerationRecord{.prompt = std::get<Prompt>(computed.ready.items[i].asked).text,
                         .settings = generation_settings,
                         .text = texts.back(),
                         .filtered = task.extract(texts.back()),
                         .forwards = cost_of(computed.answers[i]).forwards};
    if (!two_stages) continue;
    sample.extra["first_stage"] = texts.front();
    sample.extra["second_stage_ran"] = texts.size() > 1;
    if (texts.size() == 1) ++kept_first;
  }
  if (settings.is_approximate()) record.extra["approximate"] = true;
  add_parallel_limit(computed, task, record);
  record.extra["stages"] = two_stages ? 2 : 1;
  if (two_stages) record.extra["second_stage_did_not_fit"] = kept_first;
  add_generation_cost(computed.answers, record);
}

std::string joined(std::span<const std::string> texts) {
  std::string all;
  for (const auto& text : texts) all.append(all.empty() ? "" : "\n\n").append(text);
  return all;
}

/// The prompt is what the user says first, without the template, so that runs of models that have
/// other ones are still of the same documents.
void record_task(const Conversation& /*task*/, const Computed& computed, TaskRecord& record) {
  const auto generation_settings = settings_of_samples(computed.ready.decided);
  std::int64_t without_room = 0;
  for (std::size_t i = 0; i < record.samples.size(); ++i) {
    const auto& turns = std::get<Dialogue>(computed.ready.items[i].asked).turns;
    const auto& texts = computed.judged[i].texts;
    auto& sample = record.samples[i];
    sample.outcome = GenerationRecord{.prompt = turns.front(),
                                      .settings = generation_settings,
                                      .text = joined(texts),
                                      .filtered = texts.back(),
                                      .forwards = cost_of(computed.answers[i]).forwards};
    const auto passes = std::get<Passes>(computed.answers[i].value).size();
    without_room += static_cast<std::int64_t>(turns.size() - passes);
    sample.extra["answers"] = texts;
    sample.extra["turns_with_room"] = passes;
  }
  record.extra["turns_without_room"] = without_room;
  if (without_room > 0) {
    std::cerr << visible(record.name) << ": turns without an answer: " << without_room
              << "; what was said before them fills what the model reads\n";
  }
  add_generation_cost(computed.answers, record);
}

void record_task(const DatedCorpus& task, const Computed& computed, TaskRecord& record) {
  for (std::size_t i = 0; i < record.samples.size(); ++i) {
    const auto& item = computed.ready.items[i];
    auto& sample = record.samples[i];
    sample.outcome = TextRecord{.text = std::get<Text>(item.asked).text,
                                .estimate = sum_of(estimates_of(computed.answers[i]))};
    sample.extra["pieces"] = item.ids.requests.size();
    sample.extra["scored_tokens"] = scored_tokens(item);
    sample.extra["bytes"] = item.ids.bytes;
  }
  const bool is_bound = estimates_of(computed.answers.front()).front().bound == Bound::lower;
  if (is_bound) record.alias = record.name + " (upper bound)";
  record.extra["bound"] = is_bound ? "upper" : "exact";
  record.extra["text_fields"] = task.text_fields;
  add_cost(computed.answers, record);
}

/// Adds what a document contributes, in the order of the metrics.
void append_values(std::span<const double> values, std::vector<MetricRecord>& metrics) {
  std::size_t wanted = 0;
  for (const auto& metric : metrics) wanted += metric.info.width;
  if (values.size() != wanted) {
    throw std::invalid_argument("a document's metrics: wanted " + std::to_string(wanted) +
                                " values, got " + std::to_string(values.size()));
  }
  for (auto& metric : metrics) {
    const auto own = values.first(metric.info.width);
    metric.values.insert(metric.values.end(), own.begin(), own.end());
    values = values.subspan(own.size());
  }
}

/// A metric's errors are known if those of all documents are.
void add_metrics(std::span<const Judged> judged, std::vector<MetricRecord>& metrics) {
  for (const auto& one : judged) append_values(one.values, metrics);
  if (!std::ranges::all_of(judged, [](const Judged& one) { return one.errors.has_value(); }))
    return;
  for (const auto& one : judged) {
    for (std::size_t m = 0; m < metrics.size(); ++m)
      metrics[m].mc_errors.push_back(one.errors.value()[m]);
  }
}

SampleRecord sample_of(const Item& item, std::size_t index) {
  SampleRecord sample;
  sample.doc_id = static_cast<std::int64_t>(index);
  sample.doc = item.document;
  sample.cluster =
      item.cluster.empty() ? cluster_of_document(sample.doc) : cluster_of_subject(item.cluster);
  const auto gold = target(item.asked);
  sample.target = gold.is_string() ? gold.get<std::string>() : gold.dump();
  return sample;
}

}  // namespace

TaskRecord record(const ReadyTask& ready,
                  const Session& session,
                  std::span<const Answer> answers,
                  std::span<const Judged> judged) {
  const auto& about = info(ready.task);
  TaskRecord record;
  record.name = about.name;
  record.version = about.version;
  record.output_type = output_type(ready.task);
  record.config = lm_eval_config(ready.task);
  record.documents = static_cast<std::int64_t>(ready.documents);
  record.extra = ready.decided.recorded;
  record.extra["data"] = describe_files(ready.files);
  for (const auto& metric : about.metrics) record.metrics.push_back({.info = metric, .values = {}});
  for (std::size_t i = 0; i < ready.items.size(); ++i)
    record.samples.push_back(sample_of(ready.items[i], i));
  add_metrics(judged, record.metrics);
  const Computed computed{.ready = ready, .session = session, .answers = answers, .judged = judged};
  std::visit([&](const auto& task) { record_task(task, computed, record); }, ready.task);
  return record;
}

}  // namespace smdm
