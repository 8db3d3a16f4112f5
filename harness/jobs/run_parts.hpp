/// The parts of a --task job, made ready: each a checkpoint with the tasks it evaluates.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "harness/jobs/embedded.hpp"
#include "harness/journal/memory.hpp"
#include "harness/journal/run_journal.hpp"
#include "harness/run/encode.hpp"
#include "harness/run/session.hpp"

namespace smdm {

/// A part that is read, encoded and checked, ready to be computed.
struct ReadyPart {
  EvaluationPart part;
  Session session;
  Json identity;      ///< Session::identity(), see identify()
  Computer computer;  ///< part of every key, likewise
  std::vector<ReadyTask> tasks;
  std::vector<std::size_t> asked;  ///< of each, the index of the part's task it came from
};

/// Reads everything first, so that what is wrong with one task costs nothing. Tells people about
/// it.
/// @param decisions  what an earlier start of the same run decided where the settings leave it
/// open,
///                   see decisions_of(); null: nothing
[[nodiscard]] std::vector<ReadyPart> ready_parts(const Settings& settings,
                                                 const std::vector<Task>& tasks,
                                                 const Json& decisions);

/// Reads the files of each part's model once more, for their digests.
/// @throws Error(checkpoint)  if one can no longer be read
/// @param digest_of  of files of weights
void identify(std::vector<ReadyPart>& parts, const FileDigest& digest_of = weights_digest);

/// What was decided for a checkpoint where the settings say auto: device and arithmetic.
[[nodiscard]] Json decision_of(const Session& session);

/// Decides the same again, as far as the settings leave it open and the machine has it.
void apply_decision(const Json& decision, ModelSettings& settings);

/// What would be decided for all parts, found without loading their weights.
/// @param sharers  see ModelSettings
[[nodiscard]] Json early_decisions(const Settings& settings,
                                   const std::vector<Task>& tasks,
                                   int sharers);

/// The decisions of all parts.
[[nodiscard]] Json decisions_of(const std::vector<ReadyPart>& parts);

/// The parts under other settings that leave their documents as they are: another seed.
void decide_again(std::vector<ReadyPart>& parts,
                  const std::vector<Task>& tasks,
                  const Settings& settings);

/// What makes a run of these parts the same as another one. REQUIRES: identified
[[nodiscard]] RunIdentity identity_of(const std::vector<ReadyPart>& parts, std::int64_t repeats);

}  // namespace smdm
