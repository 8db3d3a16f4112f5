/// What ranks find out about each other before anything is computed.
#pragma once

#include <filesystem>
#include <string>

#include "harness/journal/run_journal.hpp"
#include "harness/ranks/group.hpp"
#include "harness/run/session.hpp"

namespace smdm::ranks {

/// Digests of files of weights, each read once on a node: its first rank reads it and tells the
/// others, who take the digest where device, inode, size and time of change are the same; where
/// that rank falls silent, they read it themselves.
class NodeDigests {
 public:
  explicit NodeDigests(Group& group) : group_(group) {}

  /// @throws Error(checkpoint)  if the file cannot be read
  [[nodiscard]] std::string of(const std::filesystem::path& file);

  /// All files of this rank are read: others no longer wait for its digests.
  void finish();

  [[nodiscard]] FileDigest function() {
    return [this](const std::filesystem::path& file) { return of(file); };
  }

 private:
  Group& group_;
};

/// Rank 0: tells the others what it is about to do, and returns when all of them have found that
/// they would do the same, or have fallen silent.
/// @param decisions  what it decided where the settings say auto
/// @throws Error(usage)    naming a rank that would do something else, and the first difference
/// @throws Error           what a rank has failed of, with its name
void agree(Group& group, const Json& decisions, const RunIdentity& identity);

/// Another rank: what rank 0 has decided, as it concerns this one: a GPU is this rank's own.
/// @throws GroupEnded
[[nodiscard]] Json awaited_decisions(Group& group, const std::string& name);

/// Likewise: says whether this rank would do the same, and returns if it would.
/// @throws GroupEnded  else, when rank 0 has said why
void agree_with_leader(Group& group, const RunIdentity& identity);

/// Names under which rank 0 tells its decisions: before it has loaded anything, and for good.
inline constexpr const char* kEarlyDecisions = "early";
inline constexpr const char* kDecisions = "decisions";

/// Tells rank 0 what this rank failed of.
void tell_failure(Group& group, const std::exception& error);

}  // namespace smdm::ranks
