/// `--dry-run`: what would be computed, and about how long it would take.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "harness/run/encode.hpp"

namespace smdm {

/// What one run of a task would take.
struct PlannedTask {
  std::string name;
  std::size_t documents = 0;
  std::size_t requests = 0;
  std::optional<double> rows;      ///< of likelihoods; empty for generations
  std::optional<double> tokens;    ///< likewise
  std::optional<double> forwards;  ///< of generations: model calls, one per document and step
  bool counted = false;            ///< rows and tokens are exact, not extrapolated
  double seconds = 0.0;            ///< extrapolated
};

/// How many likelihoods or generations Items ask for.
[[nodiscard]] std::size_t request_count(std::span<const Item> items);

/// Plans tasks, in their order. Rows and tokens of likelihoods are counted without the model
/// (counted), those of races and forwards of generations are extrapolated, as seconds are, from
/// a few documents that are computed for the purpose, after one call that only warms up.
/// @param prefix  of the tasks' names in files: kEmbeddedPrefix or nothing
[[nodiscard]] std::vector<PlannedTask> planned_tasks(std::span<const ReadyTask> tasks,
                                                     const Session& session,
                                                     const std::string& prefix);

/// A table with a row per task and one of their sums: documents, requests, rows, tokens, forwards
/// and seconds.
/// @param repeats  --repeat: all numbers are multiplied by it
[[nodiscard]] std::string dry_run_table(std::span<const PlannedTask> tasks, std::int64_t repeats);

/// The same as an object: "tasks", "total" and "repeats"; null what there is none of.
[[nodiscard]] Json dry_run_json(std::span<const PlannedTask> tasks, std::int64_t repeats);

}  // namespace smdm
