/// The questions that estimators are measured on, with the losses of all subsets of their targets:
/// of tasks under a model, or stored ones.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "harness/bench/estimators.hpp"
#include "harness/bench/loss_tables.hpp"
#include "harness/bench/study.hpp"

namespace smdm {

/// The questions of a task whose targets can all be enumerated. Not to be copied: tables point to
/// its requests.
struct StudiedTask {
  StudiedTask() = default;
  StudiedTask(const StudiedTask&) = delete;
  StudiedTask& operator=(const StudiedTask&) = delete;
  StudiedTask(StudiedTask&&) = default;
  StudiedTask& operator=(StudiedTask&&) = default;
  ~StudiedTask() = default;

  std::string name;
  std::vector<std::string> metrics;
  std::size_t documents = 0;  ///< those left out included
  std::size_t fitting = 0;
  std::vector<TokenRequest> requests;
  std::vector<StudiedQuestion> questions;  ///< none for a cloze, which has no choices
  std::vector<std::string> clusters;       ///< of the questions: see shared_key()
  std::vector<TargetTable> tables;         ///< one for each request
  /// Scores of the targets in view, nats; empty where the model has none, or nobody asked.
  std::vector<double> in_view;
};

/// Tabulates the tasks that the settings name, on their model. How many questions of each are left
/// out is told on standard error; tasks of which nothing is left are not among the results.
/// @throws Error(usage)  if a setting does not fit a task, or nothing is left
[[nodiscard]] std::vector<StudiedTask> tabulated_tasks(const BenchEstimatorSettings& settings);

/// The same of the stored tables that the settings name (docs/estimators.md has the format): a task
/// for each that the file names, in the order in which they come first.
/// @throws Error(usage)  as tabulated_tasks()
/// @throws Error(data)   naming file and tensor, if a file is missing or malformed, a tensor is
///                       missing, of another shape or has an entry that is no loss, or the two
///                       files contradict each other
[[nodiscard]] std::vector<StudiedTask> stored_tasks(const BenchEstimatorSettings& settings);

/// "piqa: 6 questions with targets of at most 12 tokens; 0 left out (--longest)"
[[nodiscard]] std::string counts_line(const StudiedTask& study, std::int64_t longest);

}  // namespace smdm
