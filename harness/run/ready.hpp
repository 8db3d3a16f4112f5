/// A task made ready: read, decided and encoded. What sees the user's settings ends here.
#pragma once

#include <string>
#include <vector>

#include "harness/run/encode.hpp"
#include "harness/settings/decide.hpp"

namespace smdm {

/// What the settings say for a task on the session's checkpoint.
/// @param notes  receives lines for people, see decide()
/// @throws Error(usage)
[[nodiscard]] Decided decided_for(const Task& task,
                                  const Settings& settings,
                                  const Session& session,
                                  std::vector<std::string>& notes);

/// Reads and parses a task's documents once, and encodes them. A dated corpus gives a task for each
/// of its periods, and a task under a ranking score has no metrics of likelihoods.
/// @param notes  receives lines for people: a checksum that differs, what a preset set
/// @throws Error(data), Error(request), Error(usage)
[[nodiscard]] std::vector<ReadyTask> made_ready(const Task& task,
                                                const Settings& settings,
                                                const Session& session,
                                                std::vector<std::string>& notes);

}  // namespace smdm
