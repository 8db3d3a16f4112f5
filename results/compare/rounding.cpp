// Near ties counted from stored likelihoods, and errors of rounding carried to a perplexity.
#include "results/compare/rounding.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <vector>

#include "base/text/unicode.hpp"
#include "results/run/record.hpp"
#include "results/statistics/statistics.hpp"

namespace smdm {
namespace {

bool is_bfloat16(const ModelFacts& model) {
  return model.arithmetic == "bf16" || (!model.arithmetic && model.dtype == "bfloat16");
}

/// The choices of a question as a metric sees them.
struct Question {
  std::vector<double> nats;
  std::vector<std::size_t> characters;
  std::size_t gold = 0;
};

/// A choice as it is asked for begins with the blank between it and the question.
std::size_t length_of(const std::string& continuation) {
  const std::size_t length = unicode::length(continuation);
  return continuation.starts_with(' ') ? length - 1 : length;
}

/// Nothing where the sample is no question of several choices with one that is right.
/// @param by_any_order  whether the any-order likelihood stands in place of the bound
std::optional<Question> question_of(const SampleRecord& sample, bool by_any_order) {
  const auto* choices = std::get_if<std::vector<ChoiceRecord>>(&sample.outcome);
  Question question;
  const char* end = sample.target.data() + sample.target.size();
  const auto read = std::from_chars(sample.target.data(), end, question.gold);
  if (choices == nullptr || read.ec != std::errc() || read.ptr != end) return std::nullopt;
  if (question.gold >= choices->size()) return std::nullopt;
  question.nats.reserve(choices->size());
  question.characters.reserve(choices->size());
  for (const ChoiceRecord& choice : *choices) {
    const auto& values = choice.estimate.values;
    question.nats.push_back(by_any_order && values ? values->any_order : choice.estimate.nats);
    question.characters.push_back(length_of(choice.request.continuation));
  }
  return question;
}

/// Whether a metric's number of a document hangs on the last bits of bfloat16.
bool may_turn(const Metric& metric, Question question) {
  double& gold = question.nats[question.gold];
  if (!std::isfinite(gold)) return false;
  const double step = kBfloat16 * std::fabs(gold);
  const auto moved_by = [&, centre = gold](double change) {
    gold = centre + change;
    return metric.of_choices(
        {.nats = question.nats, .characters = question.characters, .gold = question.gold});
  };
  return moved_by(-step) != moved_by(step);
}

std::size_t near_ties(const TaskRecord& task, const Metric& metric) {
  if (metric.of_choices == nullptr || task.output_type != OutputType::multiple_choice) return 0;
  const bool by_any_order = metric.filter == kAnyOrderFilter;
  std::size_t count = 0;
  for (const SampleRecord& sample : task.samples) {
    if (auto question = question_of(sample, by_any_order);
        question && may_turn(metric, std::move(*question)))
      ++count;
  }
  return count;
}

/// The share of its value by which rounded log-likelihoods move a metric; 0 where they do not.
double relative_move(const MetricRecord& record) {
  const std::size_t width = record.info.width;
  const bool of_likelihoods =
      record.info.ratio != RatioScale::none && record.info.error_of_sums != nullptr;
  const double value = metric_value(record.info, record.values);
  if (!of_likelihoods || !(std::fabs(value) > 0.0)) return 0.0;
  std::vector<double> errors;
  errors.reserve(record.values.size() / width);
  for (std::size_t at = 0; at < record.values.size(); at += width)
    errors.push_back(kBfloat16 * std::fabs(record.values[at]));
  return monte_carlo_error(record.info, record.values, errors).value_or(0.0) / std::fabs(value);
}

}  // namespace

Rounding rounding_of(const TaskFacts& task, std::size_t metric) {
  constexpr double kLargest = 0.01;
  Rounding rounding;
  if (!is_bfloat16(task.run->model)) return rounding;
  const MetricRecord& record = task.record.metrics[metric];
  rounding.turned =
      std::max(rounding.turned, static_cast<double>(near_ties(task.record, record.info)));
  rounding.relative = std::clamp(relative_move(record), rounding.relative, kLargest);
  return rounding;
}

}  // namespace smdm
