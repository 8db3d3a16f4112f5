/// What a stored run says, as typed values: read out of its files' JSON once, here, so that
/// comparisons, gates, baselines and exports never look for a key themselves.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "base/json.hpp"
#include "base/request.hpp"
#include "results/run/record.hpp"
#include "results/run/whole_run.hpp"
#include "results/statistics/statistics.hpp"

namespace smdm {

/// The model of a run. Fields that a file has not are empty.
struct ModelFacts {
  std::string name;                 ///< as given by the user, or of an embedded checkpoint
  std::optional<std::string> kind;  ///< "mdm", "arm"
  std::optional<std::int64_t> parameters;
  std::optional<std::string> dtype;       ///< computed in, in lm-eval's words: "float32"
  std::optional<std::string> arithmetic;  ///< the same in the program's: "f32"
  std::optional<std::string> rope_tables;
  std::optional<std::string> family;    ///< "smdm", "llama", ...
  std::optional<std::int64_t> mask_id;  ///< of masked diffusion models
  std::optional<bool> shifted;          ///< likewise, whether logits score the token behind them
  std::optional<std::string> weights_sha256;
  std::optional<std::string> config_sha256;
  std::optional<std::string> tokenizer_sha256;
  /// Operations of training: null, or the number as its file has it, an integer beyond 2^53 too.
  Json training_flops;
};

/// What all tasks of one results file have in common.
struct RunFacts {
  std::filesystem::path results_file;
  std::string date;       ///< as the files are named: "2024-09-01T12-34-56.123456"
  std::string digest;     ///< of the results file's content: that of a copy is the same
  bool embedded = false;  ///< on invented data of a micro world
  ModelFacts model;
  std::optional<std::string> version;       ///< of the program
  std::optional<std::string> git_revision;  ///< likewise
  std::optional<std::string> libtorch;
  std::string environment;  ///< machine and libraries in words
  std::optional<std::string> device;
  std::optional<std::string> processor;
  bool bit_reproducible = false;  ///< whether that place promises the same bits
  std::optional<std::vector<std::string>> command_line;
  std::uint64_t seed = 0;
  // As lm-eval's readers know the run.
  ModelRecord checkpoint;
  ConfigRecord config;
  std::vector<GroupRecord> groups;
  double start_s = 0.0;  ///< seconds since 1970-01-01 UTC
  double seconds = 0.0;  ///< from its first start to its end
};

/// What was used for a task and changes its numbers: estimator or sampler, budget, guidance ...
struct TaskSettings {
  /// Every such setting but the seed, as decided after presets and defaults; empty in files of
  /// older versions, which did not write them in one place.
  std::optional<Json> all;
  /// Those among the keys that older versions wrote, from wherever they wrote them.
  Json older = Json::object();

  /// The most that the file says.
  [[nodiscard]] const Json& known() const { return all ? *all : older; }
};

/// The settings by which two tasks can be compared: all of them where both files have all, else
/// those of the older keys. REQUIRES: the settings outlive them.
[[nodiscard]] std::pair<const Json&, const Json&> comparable(const TaskSettings& a,
                                                             const TaskSettings& b);

/// Whether two tasks agree in comparable(), in whatever order.
[[nodiscard]] bool same_settings(const TaskSettings& a, const TaskSettings& b);

/// A file of data that a run read.
struct DataFacts {
  std::string path;
  std::optional<std::string> sha256;
};

/// The data set of a task, in the words of its definition. What a file does not say is empty.
struct DatasetFacts {
  std::optional<std::string> path;    ///< "Rowan/hellaswag"
  std::optional<std::string> subset;  ///< "ARC-Easy"
  std::optional<std::string> split;   ///< that was evaluated
};

/// One task of a run.
struct TaskFacts {
  std::shared_ptr<const RunFacts> run;  ///< never empty; shared by the tasks of a results file
  TaskRecord record;                    ///< name, version, documents, answers, per-document values
  TaskSummary scores;                   ///< as stored, one per metric of the record
  TaskSettings settings;
  std::optional<std::string> estimator;  ///< or the sampler of a generation
  std::optional<double> cfg;
  std::optional<double> cfg_second;
  std::uint64_t seed = 0;        ///< of the task's draws
  bool depends_on_seed = false;  ///< see depends_on_seed()
  std::vector<Bound> bounds;     ///< see bounds_of()
  std::vector<DataFacts> data;
  DatasetFacts dataset;
  std::int64_t documents = 0;  ///< evaluated; known without samples too
  std::optional<std::int64_t> rows;
  std::optional<std::int64_t> tokens;
  std::optional<std::int64_t> forwards;
  std::optional<double> seconds;
  std::filesystem::path samples_file;
  std::optional<std::string> samples_sha256;  ///< older versions did not write it
};

/// A run: one results file, or several that are its parts.
struct Facts {
  std::string name;                                    ///< the path as it was given
  std::vector<std::shared_ptr<const RunFacts>> parts;  ///< one per results file
  std::vector<TaskFacts> tasks;                        ///< of all parts, as the files have them
};

/// The tasks of a run, by name. REQUIRES: the run outlives it.
[[nodiscard]] std::vector<const TaskFacts*> tasks_by_name(const Facts& run);

/// @param run  with its samples, or without: then nothing is known that follows from them
///             (depends_on_seed, bounds)
/// @throws Error(results)  with the results file and the field that is of another type than it has
[[nodiscard]] Facts facts_of(WholeRun run);

/// facts_of(read_whole_run(path)).
[[nodiscard]] Facts read_facts(const std::filesystem::path& path);

/// @throws Error(results)  if two results files are the same run: one file, or copies of it
/// @param what  begins the error's text: "compare"
void refuse_same_run(const Facts& a, const Facts& b, const std::string& what);

/// refuse_same_run() for every two of them.
void refuse_repeated_runs(std::span<const Facts> runs, const std::string& what);

/// Settings as a task's block of the results file has them.
/// @param block  TaskRecord::extra
[[nodiscard]] TaskSettings task_settings(const Json& block);

/// Whether other seeds could give other values: some likelihood is a Monte Carlo estimate, or texts
/// were drawn at random.
[[nodiscard]] bool depends_on_seed(const TaskRecord& task);

/// The kinds of number that the likelihoods of a task are, in a fixed order; empty for generations.
[[nodiscard]] std::vector<Bound> bounds_of(const TaskRecord& task);

/// What the likelihoods behind a metric are: "exact", "exact+lower"; "any_order" for metrics by
/// that likelihood, "none" for generations.
[[nodiscard]] std::string bound_name(const TaskFacts& task, const Metric& metric);

}  // namespace smdm
