/// The checkpoints and test sets of the micro world that come with the program
/// (docs/microworld.md).
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "harness/settings/table.hpp"
#include "results/run/record.hpp"
#include "tasks/ask/task.hpp"

namespace smdm {

/// What --data is called when it means the embedded test sets.
inline constexpr const char* kEmbeddedData = "embedded";

/// What results files call that data set, and what its tasks' names begin with.
inline constexpr const char* kEmbeddedDataset = "embedded micro world";
inline constexpr const char* kEmbeddedPrefix = "micro_";

/// The folder that holds them: share/smdm-eval/embedded of the installation that the program lies
/// in, else embedded of the tree that it was built from.
/// @throws Error(usage)  if there is none
[[nodiscard]] std::filesystem::path embedded_folder();

/// Tasks that one checkpoint evaluates, and the settings for them.
struct EvaluationPart {
  std::vector<Task> tasks;
  Settings settings;      ///< model and data are folders
  std::string model;      ///< name of the embedded checkpoint; empty: the user's own
  bool embedded = false;  ///< the data are
};

/// Puts tasks together with the checkpoints and data they are evaluated with. Without --model, each
/// task has the embedded checkpoint that was trained for it, of the kind --backend (default mdm);
/// where that makes several parts, each one's --output is a folder of its own in the one given.
/// @throws Error(usage)  saying what to give: for --model without --data, for --data of one's own
///                       without --model, and for a task that the micro world has not
[[nodiscard]] std::vector<EvaluationPart> evaluation_parts(std::vector<Task> tasks,
                                                           const Settings& settings);

/// One line for people about a part that uses something embedded; else empty.
[[nodiscard]] std::string announcement(const EvaluationPart& part);

/// Renames a run on embedded data, so that nobody takes it for the real benchmark.
void mark_as_embedded(const EvaluationPart& part, RunRecord& run);

}  // namespace smdm
