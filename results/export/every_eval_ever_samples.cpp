// Rows of an Every Eval Ever samples file. Benchmarks' texts come from data with licences of their
// own, and a published copy of them ends in somebody's training data; so digests stand for texts
// unless the user asks for these.
#include <cmath>
#include <limits>
#include <string_view>

#include "base/files/digest.hpp"
#include "base/text/json_text.hpp"
#include "base/text/python.hpp"
#include "base/text/unicode.hpp"
#include "results/export/every_eval_ever_parts.hpp"
#include "results/run/lm_eval_json.hpp"
#include "results/run/lm_eval_samples.hpp"
#include "results/run/order_totals.hpp"

namespace smdm::eee {
namespace {

/// A text, or what stands for it.
class Texts {
 public:
  explicit Texts(bool shown) : shown_(shown) {}
  [[nodiscard]] bool shown() const { return shown_; }
  [[nodiscard]] std::string of(const std::string& text) const {
    return shown_ ? text : "sha256:" + sha256(text);
  }

 private:
  bool shown_;
};

/// What was asked and what came back, in the format's words.
struct Asked {
  std::string prompt;            ///< as it was given to the model
  std::string reference;         ///< what an answer is compared with
  bool is_text = true;           ///< whether the reference is one, not the index of a choice
  Json choices = nullptr;        ///< texts
  Json answers = Json::array();  ///< texts, or log-likelihoods as texts
};

Asked asked_by(const std::vector<ChoiceRecord>& choices, const SampleRecord& sample, Texts texts) {
  Asked asked{.prompt = choices.front().request.context,
              .reference = sample.target,
              .is_text = choices.size() == 1};
  if (choices.size() > 1 && texts.shown()) asked.choices = Json::array();
  for (const ChoiceRecord& choice : choices) {
    if (asked.choices.is_array()) asked.choices.push_back(choice.request.continuation);
    asked.answers.push_back(python_float(choice.estimate.nats));
  }
  return asked;
}

Asked asked_by(const GenerationRecord& generation, const SampleRecord& sample, Texts texts) {
  return {.prompt = generation.prompt,
          .reference = sample.target,
          .answers = Json::array({texts.of(generation.text)})};
}

Asked asked_by(const TextRecord& text, const SampleRecord& sample, Texts /*texts*/) {
  return {.prompt = text.text,
          .reference = sample.target,
          .answers = Json::array({python_float(text.estimate.nats)})};
}

/// The characters that a metric divides by: those of the choice without the space before it.
std::size_t characters_of(const std::string& continuation) {
  const std::string_view text(continuation);
  return unicode::length(text.starts_with(' ') ? text.substr(1) : text);
}

bool is_out(const Estimate& estimate, const Metric& metric) {
  const auto& from = estimate.eliminated_from;
  return estimate.eliminated || std::ranges::find(from, metric.name) != from.end();
}

/// What a metric compares of a choice.
double compared(const ChoiceRecord& choice, const Metric& metric) {
  const Estimate& estimate = choice.estimate;
  if (is_out(estimate, metric)) return -std::numeric_limits<double>::infinity();
  const bool any_order = metric.filter == kAnyOrderFilter && estimate.values;
  const double nats = any_order ? estimate.values->any_order : estimate.nats;
  if (metric.race_divisor == nullptr) return nats;
  return nats / metric.race_divisor(characters_of(choice.request.continuation));
}

/// The answer that a metric looked at, and the way to it.
struct Extracted {
  std::string value;
  const char* method = "";
};

Extracted extracted(const std::vector<ChoiceRecord>& choices, const Metric& metric, Texts) {
  if (choices.size() == 1) {
    const Estimate& estimate = choices.front().estimate;
    if (metric.document != DocumentValue::verdict)
      return {.value = python_float(estimate.nats), .method = "log-likelihood"};
    return {.value = estimate.is_greedy.value_or(false) ? "True" : "False",
            .method = "whether greedy decoding gives the reference"};
  }
  std::size_t best = 0;
  for (std::size_t i = 1; i < choices.size(); ++i) {
    if (compared(choices[i], metric) > compared(choices[best], metric)) best = i;
  }
  return {.value = std::to_string(best), .method = "the likeliest choice"};
}

Extracted extracted(const GenerationRecord& generation, const Metric& /*metric*/, Texts texts) {
  return {.value = texts.of(generation.filtered), .method = "the task's rule"};
}

Extracted extracted(const TextRecord& text, const Metric& /*metric*/, Texts) {
  return {.value = python_float(text.estimate.nats), .method = "log-likelihood"};
}

/// The value of the metric on one document alone.
double score_of(const MetricRecord& metric, std::size_t document) {
  const std::size_t width = metric.info.width;
  const auto values = std::span(metric.values).subspan(document * width, width);
  return width == 1 ? values.front() : metric.info.of_sums(values, 1.0);
}

/// A digest by which a question is known again, as the format's own converter of lm-eval's files
/// makes it: of Python's JSON of prompt and reference.
std::string question_hash(const Asked& asked) {
  const auto quoted = [](const std::string& text) {
    return Json(text).dump(-1, ' ', true, Json::error_handler_t::replace);
  };
  return sha256(R"({"raw": )" + quoted(asked.prompt) + R"(, "reference": )" +
                quoted(asked.reference) + "}");
}

/// What a reader may want of a document besides: digests, cluster, Monte Carlo errors.
Json metadata_of(const SampleRecord& sample, const MetricRecord& metric, std::size_t document) {
  const SampleHashes hashes = hashes_of(sample);
  Json json = {{"doc_hash", hashes.doc},
               {"prompt_hash", hashes.prompt},
               {"target_hash", hashes.target},
               {"metric", metric_key(metric.info)}};
  if (!sample.cluster.empty()) json["cluster"] = sample.cluster;
  if (!metric.mc_errors.empty() && std::isfinite(metric.mc_errors[document]))
    json["monte_carlo_standard_error"] = python_float(metric.mc_errors[document]);
  return json;
}

Json row_of(const Record& record, const MetricRecord& metric, std::size_t document, Texts texts) {
  const SampleRecord& sample = record.task.record.samples[document];
  const auto asked = std::visit(
      [&](const auto& outcome) { return asked_by(outcome, sample, texts); }, sample.outcome);
  const auto answer = std::visit(
      [&](const auto& outcome) { return extracted(outcome, metric.info, texts); }, sample.outcome);
  const double score = score_of(metric, document);
  Json input = {
      {"raw", texts.of(asked.prompt)},
      {"reference", Json::array({asked.is_text ? texts.of(asked.reference) : asked.reference})}};
  if (!asked.choices.is_null()) input["choices"] = asked.choices;
  return {{"schema_version", kSchema},
          {"evaluation_id", record.evaluation},
          {"model_id", record.model_id},
          {"evaluation_name", evaluation_name(record.task, metric.info)},
          {"evaluation_result_id", result_id(record, metric.info)},
          {"sample_id", std::to_string(sample.doc_id)},
          {"sample_hash", question_hash(asked)},
          {"interaction_type", "single_turn"},
          {"input", input},
          {"output", {{"raw", asked.answers}}},
          {"messages", nullptr},
          {"answer_attribution", Json::array({{{"turn_idx", 0},
                                               {"source", "output.raw"},
                                               {"extracted_value", answer.value},
                                               {"extraction_method", answer.method},
                                               {"is_terminal", true}}})},
          {"evaluation",
           {{"score", score}, {"is_correct", metric.info.highest == 1.0 && score == 1.0}}},
          {"metadata", metadata_of(sample, metric, document)}};
}

}  // namespace

std::string sample_rows(const Record& record, std::size_t& rows) {
  const TaskRecord& task = record.task.record;
  const Texts texts(record.settings.texts.value_or(false));
  std::string lines;
  for (std::size_t m = 0; m < task.metrics.size(); ++m) {
    if (!std::isfinite(record.task.scores[m].value)) continue;  // it has no result to belong to
    for (std::size_t i = 0; i < task.samples.size(); ++i) {
      if (!std::isfinite(score_of(task.metrics[m], i))) continue;
      lines += json_line(row_of(record, task.metrics[m], i, texts));
      ++rows;
    }
  }
  return lines;
}

}  // namespace smdm::eee
