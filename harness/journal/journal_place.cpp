#include "harness/journal/journal_place.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;

constexpr const char* kJournal = "journal.sqlite";

}  // namespace

JournalPlace journal_in(const fs::path& folder) {
  return {.journal = folder / kJournal,
          .lock = folder / "run.lock",
          .progress = folder / "progress.json",
          .name = folder.string()};
}

JournalPlace journal_beside(const fs::path& file) {
  return {.journal = file.string() + "." + kJournal,
          .lock = file.string() + ".lock",
          .progress = file.string() + ".progress.json",
          .name = file.string()};
}

std::optional<JournalPlace> place_of_journal(const fs::path& file) {
  const auto name = file.filename().string();
  if (name == kJournal) return journal_in(file.parent_path());
  const std::string end = std::string(".") + kJournal;
  if (!name.ends_with(end) || name.size() == end.size()) return std::nullopt;
  return journal_beside(file.parent_path() / name.substr(0, name.size() - end.size()));
}

}  // namespace smdm
