/// Names of the files that an incomplete run leaves.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace smdm {

/// Where the files of a run that is not complete lie.
struct JournalPlace {
  std::filesystem::path journal, lock, progress;
  std::string name;  ///< of the place, for people
};

/// In a run's folder: journal.sqlite, run.lock, progress.json.
[[nodiscard]] JournalPlace journal_in(const std::filesystem::path& folder);

/// Beside an output file: <file>.journal.sqlite, <file>.lock, <file>.progress.json.
[[nodiscard]] JournalPlace journal_beside(const std::filesystem::path& file);

/// What a file is the journal of, by its name; nothing, if it has no journal's.
[[nodiscard]] std::optional<JournalPlace> place_of_journal(const std::filesystem::path& file);

}  // namespace smdm
