// Samples of several runs become one document. Texts are left out here where the report has none,
// so that nothing behind can show them.
#include "results/report/document.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "results/run/lm_eval_json.hpp"

namespace smdm::report {
namespace {

constexpr double kNormalQuantile = 1.96;

using Choices = std::vector<ChoiceRecord>;

std::optional<std::size_t> number_in(const std::string& digits) {
  std::size_t number = 0;
  const auto* end = digits.data() + digits.size();
  const auto [stopped, fault] = std::from_chars(digits.data(), end, number);
  if (fault != std::errc() || stopped != end || digits.empty()) return std::nullopt;
  return number;
}

/// The first metric that says right or wrong of each document by the answer as it was given.
std::optional<std::size_t> first_verdict(const TaskRecord& task) {
  for (std::size_t m = 0; m < task.metrics.size(); ++m) {
    const auto& info = task.metrics[m].info;
    if (info.document == DocumentValue::verdict && info.filter != kAnyOrderFilter) return m;
  }
  return std::nullopt;
}

std::optional<double> value_at(const MetricRecord& metric, std::size_t sample) {
  if (metric.info.width != 1 || !std::isfinite(metric.values.at(sample))) return std::nullopt;
  return metric.values[sample];
}

/// A choice that a race ruled out cannot be the answer.
std::vector<double> standing_scores(const Choices& choices) {
  std::vector<double> scores;
  scores.reserve(choices.size());
  for (const auto& choice : choices)
    scores.push_back(choice.estimate.eliminated ? -std::numeric_limits<double>::infinity()
                                                : choice.estimate.nats);
  return scores;
}

void add_estimate(const Estimate& estimate, DocumentRun& run) {
  run.scores.push_back(estimate.nats);
  run.errors.push_back(estimate.standard_error);
  run.any_order.push_back(estimate.values ? std::optional(estimate.values->any_order)
                                          : std::nullopt);
  run.missed = run.missed || estimate.target_missed;
}

/// The Monte Carlo error of a document's verdict.
std::optional<double> verdict_error(const TaskRecord& task, std::size_t sample) {
  const auto metric = first_verdict(task);
  if (!metric || task.metrics[*metric].mc_errors.size() != task.samples.size()) return std::nullopt;
  const double error = task.metrics[*metric].mc_errors[sample];
  return std::isfinite(error) ? std::optional(error) : std::nullopt;
}

void add_choices(const TaskRecord& task,
                 std::size_t sample,
                 const Choices& choices,
                 DocumentRun& run) {
  for (const auto& choice : choices) add_estimate(choice.estimate, run);
  if (choices.size() < 2) return;
  const auto scores = standing_scores(choices);
  run.picked = static_cast<std::size_t>(std::ranges::max_element(scores) - scores.begin());
  run.undecided = undecided_choice(scores, run.errors, number_in(task.samples[sample].target),
                                   verdict_error(task, sample));
}

DocumentRun run_of(const Report& report, const Result& result, std::size_t sample) {
  const TaskRecord& task = result.facts->record;
  const SampleRecord& record = task.samples[sample];
  DocumentRun run{.run = result.run};
  if (const auto verdict = first_verdict(task)) {
    const auto value = value_at(task.metrics[*verdict], sample);
    if (value) run.correct = *value == 1.0;
  }
  if (!task.metrics.empty()) run.value = value_at(task.metrics.front(), sample);
  if (const auto* choices = std::get_if<Choices>(&record.outcome)) {
    add_choices(task, sample, *choices, run);
  } else if (const auto* text = std::get_if<TextRecord>(&record.outcome)) {
    add_estimate(text->estimate, run);
  } else if (report.texts) {
    const auto& generation = std::get<GenerationRecord>(record.outcome);
    run.generation = generation.text;
    run.extracted = generation.filtered;
  }
  const auto& traces = report.runs[result.run].traces;
  if (const auto trace = traces.find({task.name, record.doc_id}); trace != traces.end())
    run.trace = trace->second;
  if (!report.texts) {
    for (auto& token : run.trace) token.piece.reset();
  }
  return run;
}

/// Choices that stand behind one prompt, or each behind its own.
void add_choice_texts(const Choices& choices, Document& document) {
  if (choices.empty()) return;
  const auto& context = choices.front().request.context;
  const bool shared = std::ranges::all_of(
      choices, [&](const ChoiceRecord& choice) { return choice.request.context == context; });
  if (shared) document.prompt = context;
  for (const auto& choice : choices)
    document.choices.push_back((shared ? "" : choice.request.context) +
                               choice.request.continuation);
}

void add_texts(const SampleRecord& sample, Document& document) {
  if (const auto* choices = std::get_if<Choices>(&sample.outcome)) {
    add_choice_texts(*choices, document);
  } else if (const auto* text = std::get_if<TextRecord>(&sample.outcome)) {
    document.prompt = text->text;
  } else {
    document.prompt = std::get<GenerationRecord>(sample.outcome).prompt;
    document.target = sample.target;
  }
}

/// The right choice of those of a question; of a continuation there is one, which is right.
std::optional<std::size_t> gold_of(const SampleRecord& sample) {
  const auto* choices = std::get_if<Choices>(&sample.outcome);
  if (choices == nullptr || choices->empty()) return std::nullopt;
  if (choices->size() == 1) return 0;
  const auto gold = number_in(sample.target);
  return gold && *gold < choices->size() ? gold : std::nullopt;
}

bool is_wrong(const Task& task, std::size_t number) {
  return std::ranges::any_of(task.results, [&](const Result& result) {
    const auto sample = result.samples[number];
    const auto verdict = first_verdict(result.facts->record);
    return sample && verdict &&
           value_at(result.facts->record.metrics[*verdict], *sample) == std::optional(0.0);
  });
}

}  // namespace

Document document_of(const Report& report, const Task& task, std::size_t number) {
  Document document{.number = number};
  const SampleRecord* first = nullptr;
  for (const auto& result : task.results) {
    const auto sample = result.samples.at(number);
    if (!sample) continue;
    if (first == nullptr) first = &result.facts->record.samples[*sample];
    document.runs.push_back(run_of(report, result, *sample));
  }
  if (first == nullptr) return document;
  document.id = first->doc_id;
  document.gold = gold_of(*first);
  if (report.texts) add_texts(*first, document);
  return document;
}

std::vector<std::size_t> shown_documents(const Report& report, const Task& task) {
  using enum Documents::Kind;
  const auto& wanted = report.documents;
  std::vector<std::size_t> numbers;
  if (wanted.kind == none) return numbers;
  const auto end = wanted.kind == first ? std::min(wanted.count, task.documents) : task.documents;
  for (std::size_t number = 0; number < end; ++number) {
    if (wanted.kind != wrong || is_wrong(task, number)) numbers.push_back(number);
  }
  return numbers;
}

bool undecided_choice(std::span<const double> scores,
                      std::span<const std::optional<double>> errors,
                      std::optional<std::size_t> gold,
                      std::optional<double> verdict_error) {
  std::vector<std::size_t> order(scores.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::ranges::stable_sort(order,
                           [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
  if (order.size() < 2) return false;
  const std::size_t best = order[0];
  const std::size_t second = order[1];
  const auto& error_of_best = errors[best];
  const auto& error_of_second = errors[second];
  if (!error_of_best || !error_of_second) return false;
  const double error = std::hypot(*error_of_best, *error_of_second);
  if (!(error > 0.0)) return false;
  if (verdict_error && gold && (*gold == best || *gold == second))
    return *verdict_error > std::sqrt(kTurning * (1.0 - kTurning));
  return scores[best] - scores[second] < kNormalQuantile * error;
}

}  // namespace smdm::report
