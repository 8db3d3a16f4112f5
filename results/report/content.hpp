/// What a report is about: stored runs and runs that are still going, put side by side by tasks and
/// documents. Everything that a page shows is made from this.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/json.hpp"
#include "results/compare/comparison.hpp"
#include "results/run/facts.hpp"

namespace smdm::report {

/// Which documents of each task a report holds.
struct Documents {
  enum class Kind : std::uint8_t {
    all,
    wrong,  ///< those that some run has wrong
    first,  ///< the first `count`
    none,
  };
  Kind kind = Kind::all;
  std::size_t count = 0;
};

/// What is asked for.
struct Settings {
  std::vector<std::filesystem::path> runs = {};  ///< results files or run folders
  std::optional<std::string> title = {};
  Documents documents = {};
  /// Whether prompts, choices, targets and generations are in the file. Empty: only where every run
  /// is over the invented texts of a micro world.
  std::optional<bool> texts = {};
  std::optional<std::filesystem::path> scaling = {};   ///< fit.json of `scaling fit`
  std::optional<std::filesystem::path> tradeoff = {};  ///< of `tradeoff`
};

/// How far a run is that is still going, or was ended before its end (docs/runs.md).
struct Progress {
  std::string state = {};  ///< "running", "stopped", "failed"
  std::int64_t done = 0;
  std::int64_t documents = 0;
  std::optional<double> seconds_left = {};
  std::string updated = {};
};

/// A token that a step of a generation revealed.
struct Revealed {
  std::int64_t step = 0;
  std::int64_t position = 0;
  std::optional<std::string> piece = {};
  double probability = 0.0;
  std::int64_t pass = 0;
};

/// Traces of a run's documents, by task and doc_id.
using Traces = std::map<std::pair<std::string, std::int64_t>, std::vector<Revealed>>;

struct Run {
  std::string id = {};                   ///< "r0"
  std::string name = {};                 ///< as it was given
  std::string label = {};                ///< short, and no other run's
  std::string model = {};                ///< of all parts, "a + b"
  std::optional<std::string> kind = {};  ///< "mdm", "arm"; empty where parts differ or do not say
  std::string date = {};                 ///< of its latest part
  /// Empty for a run of which nothing but its progress is there. It does not move.
  std::shared_ptr<const Facts> facts = {};
  std::optional<Progress> progress = {};
  Traces traces = {};
  std::optional<std::string> no_traces = {};  ///< why a trace that was written is not shown
};

/// What a run has of a task.
struct Result {
  std::size_t run = 0;  ///< in Report::runs
  const TaskFacts* facts = nullptr;
  /// [documents of the task]: where its sample is.
  std::vector<std::optional<std::size_t>> samples = {};
};

/// One task of all runs that have it. Its documents are those of all runs, each once; the first
/// run's come first, in its order.
struct Task {
  std::string id = {};               ///< "t0"
  std::string name = {};             ///< no other task's
  std::vector<Result> results = {};  ///< at least one, in the order of the runs
  std::size_t documents = 0;
};

/// Two results of a task, or why they say nothing of each other.
struct Pair {
  std::size_t task = 0;  ///< in Report::tasks
  std::size_t a = 0;     ///< in Report::runs
  std::size_t b = 0;
  std::optional<std::size_t> comparison = {};  ///< in Report::comparisons
  std::string refusal = {};                    ///< where there is none
  std::vector<std::string> differences = {};   ///< of settings, a line each
};

struct Report {
  std::string title = {};
  std::string program = {};  ///< "smdm-eval 0.1.0"
  std::string made = {};     ///< "2026-11-30T04:00:00Z"
  Documents documents = {};
  bool texts = false;
  std::vector<Run> runs = {};
  std::vector<Task> tasks = {};
  std::vector<Pair> pairs = {};
  std::vector<TaskComparison> comparisons = {};
  std::optional<Json> scaling = {};
  std::optional<Json> tradeoff = {};
};

/// Reads all runs and compares each two of them. A folder without a run but with the progress of
/// one is a run that is still going.
/// @param program, made  are shown as they are
/// @throws Error(results)  if a run cannot be read or is given twice, or a fit or a study is none
[[nodiscard]] Report read_report(const Settings& settings, std::string program, std::string made);

/// "r0", or the run's label where people read it.
[[nodiscard]] const std::string& label_of(const Report& report, std::size_t run);

/// How metrics are named in a report: "acc", "acc,any_order".
[[nodiscard]] std::string metric_label(const Metric& metric);

/// Where a task has a metric; nothing where it has not.
[[nodiscard]] std::optional<std::size_t> place_of_metric(const TaskFacts& facts,
                                                         const std::string& label);

/// Progress of a run in a folder, or in the folders directly in it; nothing where there is none.
/// @throws Error(results)  if a file of that name is something else
[[nodiscard]] std::optional<Progress> read_progress(const std::filesystem::path& folder);

/// What the command line of each part of a run says was traced, where it still lies: at the path
/// given, or under its name beside the results.
/// @param reason  is set where a trace that was written is not there, or is not one
[[nodiscard]] Traces read_traces(const Facts& facts, std::optional<std::string>& reason);

/// The documents of all results together. Fills Result::samples and Task::documents.
void match_documents(Task& task);

}  // namespace smdm::report
