/// read and ask: from the files of a task to its documents, each with what it asks.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "harness/settings/data.hpp"
#include "tasks/ask/task.hpp"

namespace smdm {

/// Where a task stands that is one period of a dated corpus.
struct PeriodPlace {
  std::string name;
  std::string reference;           ///< the period that changes are from
  std::size_t documents_used = 0;  ///< in a stream several share a row
};

/// A task's documents, parsed once and cut to --limit.
struct ReadTask {
  Task task;
  std::vector<Json> documents;
  std::vector<Asked> asked;  ///< one for each document
  /// One for each document, see DatasetInfo::cluster; none of a dated corpus.
  std::vector<std::string> clusters;
  std::size_t found = 0;  ///< documents in the whole file
  std::vector<LoadedFile> files;
  std::vector<std::string> warnings;
  std::optional<PeriodPlace> period;
};

/// Reads a task. A dated corpus becomes one task for each of its periods, in time order, named
/// after it; its warnings stand with the first.
/// @throws Error(data), Error(usage)
[[nodiscard]] std::vector<ReadTask> read(const Task& task, const DataSettings& settings);

}  // namespace smdm
