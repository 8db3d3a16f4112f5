/// Everything that a trade-off computes, made ready: two models and the settings of one of them.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "harness/jobs/run_parts.hpp"
#include "harness/tradeoff/tradeoff.hpp"

namespace smdm::tradeoff {

/// One model with the task's documents.
struct Side {
  std::vector<ReadyPart> parts;  ///< exactly one, with exactly one task

  [[nodiscard]] const ReadyPart& part() const { return parts.front(); }
  [[nodiscard]] const ReadyTask& task() const { return parts.front().tasks.front(); }
};

/// One setting on its model.
struct Contestant {
  std::string name;
  std::string curve;  ///< empty for the autoregressive model
  const Side* side = nullptr;
  Decided decided;
};

/// The models and what is compared. Contestants point at the sides, which stay where they are.
struct Contest {
  Side mdm;
  std::optional<Side> arm;
  std::vector<Contestant> contestants;  ///< the sequential one first, the autoregressive one last
  std::size_t metric = 0;               ///< of the task's, by which quality is measured
};

/// Opens the models, reads and encodes the documents, and decides every setting.
/// @param decisions  what an earlier start decided, as decisions_of() gives it; null: nothing
/// @throws Error(usage)  for a task that is no generation, a model of the wrong kind, a setting
///                       that its sampler does not use, or a metric that is no mean
void make_ready(const TradeoffSettings& asked,
                const Task& task,
                const Json& decisions,
                Contest& contest);

[[nodiscard]] Json decisions_of(const Contest& contest);

/// What makes a trade-off the same as another one. REQUIRES: identified sides
[[nodiscard]] RunIdentity identity_of(const Contest& contest);

}  // namespace smdm::tradeoff
