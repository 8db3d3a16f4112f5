// Lines of samples files, and what is hashed of a document.
#include "results/run/lm_eval_samples.hpp"

#include <stdexcept>
#include <utility>

#include "base/files/digest.hpp"
#include "base/text/python.hpp"
#include "results/run/estimate_json.hpp"
#include "results/run/lm_eval_json.hpp"
#include "results/run/lm_eval_parts.hpp"

namespace smdm {
namespace {

using namespace layout;

std::string python_bool(const std::optional<bool>& value) {
  if (!value) return "None";
  return *value ? "True" : "False";
}

/// The parts of a sample that depend on what was asked.
struct OutcomeJson {
  ResponsesJson shown;
  Json own = Json::object();  ///< for the block of our own
};

OutcomeJson outcome_json(const std::vector<ChoiceRecord>& choices) {
  OutcomeJson out;
  Json own = Json::array();
  for (std::size_t i = 0; i < choices.size(); ++i) {
    const Request& request = choices[i].request;
    const Estimate& estimate = choices[i].estimate;
    out.shown.arguments["gen_args_" + std::to_string(i)] = {{"arg_0", request.context},
                                                            {"arg_1", request.continuation}};
    const Json response = response_json(estimate.nats, estimate.is_greedy);
    out.shown.responses.push_back(Json::array({response}));
    out.shown.filtered.push_back(response);
    own.push_back(estimate_json(estimate, WithValues::yes));
  }
  out.own["choices"] = own;
  return out;
}

OutcomeJson outcome_json(const GenerationRecord& generation) {
  OutcomeJson out;
  out.shown.arguments["gen_args_0"] = {{"arg_0", generation.prompt},
                                       {"arg_1", generation.settings}};
  out.shown.responses.push_back(Json::array({generation.text}));
  out.shown.filtered.push_back(generation.filtered);
  out.own["forwards"] = generation.forwards;
  return out;
}

OutcomeJson outcome_json(const TextRecord& text) {
  OutcomeJson out;
  out.shown.arguments["gen_args_0"] = {{"arg_0", text.text}};
  const std::string response = python_float(text.estimate.nats);
  out.shown.responses.push_back(Json::array({response}));
  out.shown.filtered.push_back(response);
  out.own["likelihood"] = {{"nats", finite_or_null(text.estimate.nats)},
                           {"standard_error", or_null(text.estimate.standard_error)},
                           {"bound", to_string(text.estimate.bound)},
                           {"rows", text.estimate.rows},
                           {"tokens", text.estimate.tokens}};
  if (text.estimate.fold_count) out.own["likelihood"]["folds"] = *text.estimate.fold_count;
  return out;
}

Json own_values(const TaskRecord& task, std::size_t index) {
  Json values = Json::object();
  for (const MetricRecord& metric : task.metrics) {
    values[metric_key(metric.info)] = document_value(metric, index);
  }
  return values;
}

/// The Monte Carlo errors of a document's values, where they are known.
Json own_errors(const TaskRecord& task, std::size_t index) {
  Json errors = Json::object();
  for (const MetricRecord& metric : task.metrics) {
    if (metric.mc_errors.empty()) continue;
    errors[metric_key(metric.info)] = finite_or_null(metric.mc_errors.at(index));
  }
  return errors;
}

OutcomeJson outcome_of(const SampleRecord& sample) {
  return std::visit([](const auto& recorded) { return outcome_json(recorded); }, sample.outcome);
}

const std::string& first_prompt(const SampleRecord& sample) {
  if (const auto* generation = std::get_if<GenerationRecord>(&sample.outcome))
    return generation->prompt;
  if (const auto* text = std::get_if<TextRecord>(&sample.outcome)) return text->text;
  const auto& choices = std::get<std::vector<ChoiceRecord>>(sample.outcome);
  if (choices.empty()) {
    throw std::invalid_argument("results: document " + std::to_string(sample.doc_id) +
                                " has no request");
  }
  return choices.front().request.context;
}

}  // namespace

ResponsesJson responses_of(const SampleRecord& sample) {
  return outcome_of(sample).shown;
}

Json response_json(double nats, const std::optional<bool>& is_greedy) {
  return Json::array({python_float(nats), python_bool(is_greedy)});
}

bool is_unjudged(const SampleRecord& sample) {
  return sample.extra.contains(kUnjudged);
}

std::string cluster_of_subject(const std::string& subject) {
  return sha256(subject).substr(0, kClusterDigits);
}

std::string cluster_of_document(const Json& doc) {
  return cluster_of_subject(python_json(doc));
}

SampleHashes hashes_of(const SampleRecord& sample) {
  return {.doc = sha256(python_json(sample.doc)),
          .prompt = sha256(first_prompt(sample)),
          .target = sha256(sample.target)};
}

std::string task_hash(const std::vector<SampleHashes>& samples) {
  std::string all;
  for (const SampleHashes& hashes : samples) all += hashes.doc + hashes.prompt + hashes.target;
  return sha256(all);
}

std::string response_lines(const SampleRecord& sample) {
  const OutcomeJson outcome = outcome_of(sample);
  return json_line(outcome.shown.responses) + json_line(outcome.shown.filtered);
}

Json sample_json(const TaskRecord& task, std::size_t index) {
  const SampleRecord& sample = task.samples.at(index);
  const OutcomeJson outcome = outcome_of(sample);
  const SampleHashes hashes = hashes_of(sample);
  Json line = {{"doc_id", sample.doc_id},          {"doc", sample.doc},
               {"target", sample.target},          {"arguments", outcome.shown.arguments},
               {"resps", outcome.shown.responses}, {"filtered_resps", outcome.shown.filtered},
               {"doc_hash", hashes.doc},           {"prompt_hash", hashes.prompt},
               {"target_hash", hashes.target}};
  for (const std::size_t i : first_of_each_name(task)) {
    line[task.metrics[i].info.name] = document_value(task.metrics[i], index);
  }
  Json values = {{"metrics", own_values(task, index)}};
  const Json errors = own_errors(task, index);
  if (!errors.empty()) values["mc_stderr"] = errors;
  if (!sample.cluster.empty()) values["cluster"] = sample.cluster;
  const Json own = merged(values, outcome.own);
  line["smdm_eval"] = merged(own, sample.extra);
  return line;
}

}  // namespace smdm
