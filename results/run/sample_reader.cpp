// Lines of a samples file read back, and checked against their digests.
#include "results/run/sample_reader.hpp"

#include <algorithm>
#include <cstdlib>
#include <limits>
#include <new>
#include <sstream>
#include <utility>

#include "base/error.hpp"
#include "base/files/digest.hpp"
#include "base/files/read.hpp"
#include "base/text/json_text.hpp"
#include "results/run/checked_json.hpp"
#include "results/run/lm_eval_json.hpp"
#include "results/run/lm_eval_samples.hpp"

namespace smdm {
namespace {

Bound bound_from(const std::string& name) {
  for (const Bound bound :
       {Bound::exact, Bound::lower, Bound::chain_rule, Bound::sampler, Bound::score}) {
    if (name == to_string(bound)) return bound;
  }
  throw Error(ErrorKind::results, "wanted a kind of bound, got '" + name + "'");
}

/// What Python's float() makes of "-1.5", "-inf" and "nan".
double from_python_float(const std::string& text) {
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  if (text.empty() || *end != '\0')
    throw Error(ErrorKind::results, "wanted a number in resps, got '" + text + "'");
  return value;
}

template <typename T>
std::optional<T> optional_from(const Json& value) {
  if (value.is_null()) return std::nullopt;
  return value.get<T>();
}

/// A number that says something where it stands; other lines, and older versions, leave it out.
std::optional<std::int64_t> count_at(const Json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) return std::nullopt;
  return static_cast<std::int64_t>(natural(*found, key));
}

std::optional<PromptReuseRecord> prompt_reuse_from(const Json& choice) {
  const auto found = choice.find("prompt_reuse");
  if (found == choice.end()) return std::nullopt;
  return PromptReuseRecord{.cheap_rows = found->at("cheap_rows"),
                           .full_rows = found->at("full_rows"),
                           .cheap_error = optional_from<double>(found->at("cheap_error")),
                           .correction_error = optional_from<double>(found->at("correction_error")),
                           .cheap_folds = count_at(*found, "cheap_folds"),
                           .correction_folds = count_at(*found, "correction_folds")};
}

/// Null stands for minus infinity, the logarithm of a probability of 0.
double log_from(const Json& value) {
  return value.is_null() ? -std::numeric_limits<double>::infinity() : value.get<double>();
}

std::optional<OrderValues> values_from(const Json& choice) {
  const auto found = choice.find("values");
  if (found == choice.end()) return std::nullopt;
  const Json& duel = found->at("duel");
  const Json& spread = found->at("orders_sd");
  return OrderValues{.any_order = log_from(found->at("any_order")),
                     .elbo = log_from(found->at("elbo")),
                     .orders_sd = spread.is_null() ? std::numeric_limits<double>::infinity()
                                                   : spread.get<double>(),
                     .oracle_best = log_from(found->at("oracle_best")),
                     .oracle_worst = log_from(found->at("oracle_worst")),
                     .left_to_right = log_from(duel.at("left_to_right")),
                     .confidence = optional_from<double>(duel.at("confidence")),
                     .margin = optional_from<double>(duel.at("margin")),
                     .entropy = optional_from<double>(duel.at("entropy"))};
}

std::optional<OrderBounds> orders_from(const Json& choice) {
  const auto found = choice.find("orders");
  if (found == choice.end()) return std::nullopt;
  const Json& high = found->at("any_order_high");
  return OrderBounds{
      .orders = found->at("orders"),
      .effective = found->at("effective"),
      .low = log_from(found->at("any_order_low")),
      .low_error = optional_from<double>(found->at("any_order_low_error")),
      .high = high.is_null() ? std::numeric_limits<double>::infinity() : high.get<double>(),
      .high_error = optional_from<double>(found->at("any_order_high_error")),
      .pilot = found->at("pilot")};
}

Estimate estimate_from(const Json& choice, double nats) {
  Estimate estimate;
  estimate.nats = nats;
  estimate.standard_error = optional_from<double>(choice.at("standard_error"));
  estimate.fold_count = count_at(choice, "folds");
  estimate.bound = bound_from(choice.at("bound"));
  estimate.is_greedy = optional_from<bool>(choice.at("is_greedy"));
  estimate.rows = choice.at("rows");
  estimate.tokens = choice.at("tokens");
  estimate.enumerated = choice.value("enumerated", false);
  estimate.target_missed = choice.value("target_missed", false);
  estimate.stopped = choice.value("stopped", false);
  estimate.eliminated = choice.value("eliminated", false);
  estimate.eliminated_from = choice.value("eliminated_from", std::vector<std::string>());
  estimate.prompt_reuse = prompt_reuse_from(choice);
  estimate.values = values_from(choice);
  estimate.orders = orders_from(choice);
  return estimate;
}

std::vector<ChoiceRecord> choices_from(const Json& line) {
  const Json& own = line.at("smdm_eval").at("choices");
  const Json& responses = line.at("resps");
  if (responses.size() != own.size() || line.at("arguments").size() != own.size()) {
    throw Error(ErrorKind::results, "wanted as many arguments and resps as choices (" +
                                        std::to_string(own.size()) + ")");
  }
  std::vector<ChoiceRecord> choices;
  for (std::size_t i = 0; i < own.size(); ++i) {
    const Json& arguments = line.at("arguments").at("gen_args_" + std::to_string(i));
    const Json& choice = own.at(i);
    choices.push_back(
        {.request = {.context = arguments.at("arg_0"), .continuation = arguments.at("arg_1")},
         .estimate = estimate_from(choice, from_python_float(responses.at(i).at(0).at(0)))});
  }
  return choices;
}

GenerationRecord generation_from(const Json& line) {
  const Json& arguments = line.at("arguments").at("gen_args_0");
  return {.prompt = arguments.at("arg_0"),
          .settings = arguments.at("arg_1"),
          .text = line.at("resps").at(0).at(0),
          .filtered = line.at("filtered_resps").at(0),
          .forwards = line.at("smdm_eval").at("forwards")};
}

TextRecord text_from(const Json& line) {
  const Json& own = line.at("smdm_eval").at("likelihood");
  return {.text = line.at("arguments").at("gen_args_0").at("arg_0"),
          .estimate = {.nats = from_python_float(line.at("resps").at(0).at(0)),
                       .standard_error = optional_from<double>(own.at("standard_error")),
                       .fold_count = count_at(own, "folds"),
                       .bound = bound_from(own.at("bound")),
                       .is_greedy = std::nullopt,
                       .rows = own.at("rows"),
                       .tokens = own.at("tokens")}};
}

void check_hashes(const Json& line, const SampleHashes& computed) {
  const std::pair<const char*, const std::string&> pairs[] = {{"doc_hash", computed.doc},
                                                              {"prompt_hash", computed.prompt},
                                                              {"target_hash", computed.target}};
  for (const auto& [name, hash] : pairs) {
    if (line.at(name) != hash) {
      throw Error(ErrorKind::results,
                  "wanted the " + std::string(name) +
                      " of what stands beside it, got another one: the line was changed");
    }
  }
}

/// Adds what a document contributes to a metric.
void append_value(const Json& value, MetricRecord& metric) {
  const std::size_t width = metric.info.width;
  const Json values = width == 1 ? Json::array({value}) : value;
  if (!values.is_array() || values.size() != width) {
    throw Error(ErrorKind::results, "wanted " + std::to_string(width) + " values of " +
                                        metric_key(metric.info) + ", got " + json_text(value));
  }
  for (const Json& number : values) metric.values.push_back(number_or_nan(number));
}

/// Adds a document's Monte Carlo error, where the run knew it.
void append_error(const Json& own, MetricRecord& metric) {
  const auto errors = own.find("mc_stderr");
  if (errors == own.end()) return;
  const auto error = errors->find(metric_key(metric.info));
  if (error != errors->end()) metric.mc_errors.push_back(number_or_nan(*error));
}

/// What a line says of its cluster; nothing in older files.
std::string cluster_from(const Json& own) {
  const auto found = own.find("cluster");
  if (found == own.end()) return {};
  auto cluster = found->get<std::string>();
  const bool fits = cluster.size() == kClusterDigits &&
                    cluster.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (fits) return cluster;
  throw Error(ErrorKind::results, "wanted a cluster of " + std::to_string(kClusterDigits) +
                                      " hexadecimal digits, got " + json_text(*found));
}

/// Adds one line to the task. @return its digests
SampleHashes append_sample(const Json& line, TaskRecord& task) {
  SampleRecord sample;
  sample.doc_id = line.at("doc_id").get<std::int64_t>();
  sample.doc = line.at("doc");
  sample.target = line.at("target").get<std::string>();
  if (task.output_type == OutputType::generate_until) {
    sample.outcome = generation_from(line);
  } else if (task.output_type == OutputType::loglikelihood_rolling) {
    sample.outcome = text_from(line);
  } else {
    sample.outcome = choices_from(line);
  }
  sample.cluster = cluster_from(line.at("smdm_eval"));
  for (const auto& [key, value] : line.at("smdm_eval").items()) {
    const bool known = key == "metrics" || key == "mc_stderr" || key == "choices" ||
                       key == "forwards" || key == "likelihood" || key == "cluster";
    if (!known) sample.extra[key] = value;
  }
  SampleHashes hashes = hashes_of(sample);
  check_hashes(line, hashes);
  for (MetricRecord& metric : task.metrics) {
    append_value(line.at("smdm_eval").at("metrics").at(metric_key(metric.info)), metric);
    append_error(line.at("smdm_eval"), metric);
  }
  task.samples.push_back(std::move(sample));
  return hashes;
}

std::string bytes_of(const std::filesystem::path& file, const std::string& task) {
  try {
    return read_file(file, ErrorKind::results);
  } catch (const Error& error) {
    throw Error(error.kind(), "the samples of " + task + ": " + error.what());
  }
}

}  // namespace

double number_or_nan(const Json& value) {
  return value.is_null() ? std::numeric_limits<double>::quiet_NaN() : value.get<double>();
}

void read_samples(const std::filesystem::path& file,
                  const SamplesPromise& promise,
                  TaskRecord& task) {
  const auto bytes = bytes_of(file, task.name);
  std::istringstream in(bytes);
  std::vector<SampleHashes> hashes;
  std::string text;
  while (std::getline(in, text)) {
    const std::string where = file.string() + ":" + std::to_string(hashes.size() + 1) + ": ";
    try {
      hashes.push_back(append_sample(parse_json(text), task));
    } catch (const JsonTextError& error) {
      throw Error(ErrorKind::results, where + "not a sample of ours: " + error.what() +
                                          " at byte " + std::to_string(error.byte()) +
                                          " of the line");
    } catch (const Json::exception& error) {
      throw Error(ErrorKind::results, where + "not a sample of ours: " + error.what());
    } catch (const std::bad_alloc&) {
      throw;
    } catch (const std::exception& error) {
      throw Error(ErrorKind::results, where + error.what());
    }
  }
  if (hashes.size() != promise.samples) {
    throw Error(ErrorKind::results, file.string() + ": wanted " + std::to_string(promise.samples) +
                                        " samples, as the results file says, got " +
                                        std::to_string(hashes.size()));
  }
  const auto without = std::ranges::count(task.samples, "", &SampleRecord::cluster);
  if (without != 0 && static_cast<std::size_t>(without) != task.samples.size()) {
    throw Error(ErrorKind::results, file.string() +
                                        ": wanted a cluster of every document or of none, got " +
                                        std::to_string(without) + " documents without");
  }
  if (task_hash(hashes) != promise.hash) {
    throw Error(
        ErrorKind::results,
        file.string() + ": wanted the documents whose digest the results file has, got others");
  }
  if (promise.file && sha256(bytes) != *promise.file) {
    throw Error(ErrorKind::results,
                file.string() +
                    ": wanted the file whose digest the results file has, got another: a file "
                    "was changed since it was written");
  }
}

}  // namespace smdm
