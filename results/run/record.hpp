/// What one run leaves behind, as plain values: the caller fills them, `writer` stores them,
/// `reader` gives them back, `report` shows them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/json.hpp"
#include "base/metrics/metric.hpp"
#include "base/request.hpp"
#include "results/run/order_totals.hpp"

namespace smdm {

/// How a task asks its questions, in lm-evaluation-harness's names.
enum class OutputType : std::uint8_t {
  multiple_choice,        ///< one likelihood request per choice, the likeliest wins
  loglikelihood,          ///< one likelihood request per document
  loglikelihood_rolling,  ///< the likelihood of a whole text, without a context
  generate_until,         ///< one generation per document
};

/// The name of an output type in every file we write.
[[nodiscard]] constexpr const char* to_string(OutputType type) noexcept {
  switch (type) {
    case OutputType::multiple_choice:
      return "multiple_choice";
    case OutputType::loglikelihood:
      return "loglikelihood";
    case OutputType::loglikelihood_rolling:
      return "loglikelihood_rolling";
    case OutputType::generate_until:
      return "generate_until";
  }
  return "";
}

/// One likelihood request and its answer.
struct ChoiceRecord {
  Request request;
  Estimate estimate;
};

/// A text and its likelihood as a whole.
struct TextRecord {
  std::string text;
  Estimate estimate;
};

/// One generation request and its answer.
struct GenerationRecord {
  std::string prompt;
  Json settings = Json::object();  ///< what lm-eval calls generation_kwargs
  std::string text;                ///< what the model wrote
  std::string filtered;            ///< what was taken out of it as the answer
  std::int64_t forwards = 0;       ///< model calls the document took part in
};

/// One document of a task.
struct SampleRecord {
  std::int64_t doc_id = 0;  ///< its place in the split, from 0
  Json doc = Json::object();
  std::string target;  ///< what the answer is compared with; the index of the gold choice as digits
  /// Documents that depend on each other have the same (lm_eval_samples.hpp); empty: an older file
  /// does not say.
  std::string cluster = {};
  /// One entry per choice (multiple_choice), exactly one (loglikelihood), a generation, or a text
  /// (loglikelihood_rolling).
  std::variant<std::vector<ChoiceRecord>, GenerationRecord, TextRecord> outcome{};
  Json extra = Json::object();  ///< further fields for the sample's "smdm_eval" block
};

/// A metric and its value for every document, in the order of the samples.
struct MetricRecord {
  Metric info;
  /// [samples, info.width], row-major: see Metric::document
  std::vector<double> values;
  /// [samples], or empty where it is not known: how much a document's value (of a corpus metric,
  /// its nats) would move under other mask draws, as a standard deviation. 0 where nothing is
  /// drawn.
  std::vector<double> mc_errors = {};
};

/// What a task leaves behind beside its samples, in somebody else's format.
struct TaskFile {
  std::string name;  ///< the file is <name>_<task>_<date>.jsonl
  std::string lines;
};

/// One task of a run.
struct TaskRecord {
  std::string name;
  std::optional<std::string> alias;  ///< the name shown in tables, if it is another one
  double version = 1.0;              ///< changes when a prompt or a metric changes
  std::int64_t shots = 0;
  OutputType output_type = OutputType::multiple_choice;
  Json config =
      Json::object();  ///< further fields of lm-eval's "configs" block: data set, prompt ...
  std::int64_t documents = 0;  ///< in the whole split; the samples say how many were evaluated
  std::vector<SampleRecord> samples;
  std::vector<MetricRecord> metrics;
  Json extra =
      Json::object();  ///< further fields of "smdm_eval" / "tasks" / <name>: rows, sha256 ...
  /// Written with the run; read back as what they are in its files.
  std::optional<AnyOrderTotals> any_order = {};
  std::optional<OrdersTotals> orders = {};
  std::vector<TaskFile> files = {};  ///< written with the run, not read back with it
};

/// Tasks that are shown together under one name, without a score of their own.
struct GroupRecord {
  std::string name;
  std::optional<std::string> alias;
  std::vector<std::string> tasks;  ///< names of tasks of the run
};

/// The checkpoint, as lm-eval's readers know one.
struct ModelRecord {
  std::string name;  ///< as given by the user: a path
  std::optional<std::int64_t> parameters;
  std::optional<std::string> dtype;     ///< what it was computed in
  std::optional<std::string> bos, eos;  ///< pieces of the tokenizer, where they are known
  std::optional<std::int64_t> bos_id, eos_id;
  std::optional<std::int64_t> max_length;  ///< tokens
};

/// The settings that lm-eval's "config" block has a place for.
struct ConfigRecord {
  std::string arguments;  ///< what follows the model in "model_args": "estimator=mc,cfg=0.6"
  std::optional<std::int64_t> batch_size;
  std::string device;
  std::optional<double> limit;  ///< a count, or a fraction below 1; empty means every document
  std::optional<std::string> generation;  ///< "gen_kwargs"
  std::uint64_t seed = 0;
};

/// One run: everything that its files say.
struct RunRecord {
  ModelRecord model;
  ConfigRecord config;
  std::vector<TaskRecord> tasks;
  std::vector<GroupRecord> groups;
  /// The block of our own, "smdm_eval": estimator, budget, digests, versions, device, settings.
  Json smdm_eval = Json::object();
  double start_s = 0.0;                 ///< when the run began, seconds since 1970-01-01 UTC
  double seconds = 0.0;                 ///< how long it took, from its last start on
  std::optional<double> end_s = {};     ///< when it ended; empty: start_s + seconds
  std::optional<std::string> git_hash;  ///< of the program
  std::string environment;              ///< machine and libraries in words, lines allowed
};

}  // namespace smdm
