/// The journal of one run: what makes it the same run, how far it is, and its answers.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/files/run_lock.hpp"
#include "base/json.hpp"
#include "harness/journal/answer_store.hpp"
#include "harness/journal/journal_place.hpp"

namespace smdm {

/// What makes a run the same as another one.
struct RunIdentity {
  Json machine;  ///< machine_of()
  Json rest;  ///< everything else, as nested objects: differences are told by their members' names
};

/// A value after its way through a text, as notes and other ranks have it: bytes that are no UTF-8
/// are replaced.
[[nodiscard]] Json readable(const Json& value);

/// The first member in which two values differ, with both of them: "tasks.piqa.seed: 0 there, 1
/// here". @return nothing if they are equal
[[nodiscard]] std::optional<std::string> first_difference(const Json& there, const Json& here);

class RunJournal {
 public:
  /// Takes a place for this process. A journal that lies there is opened; a new one is made by
  /// begin(), so that nothing is left behind of a run that never began.
  /// @param fresh  a journal that lies there is not opened, and removed by begin()
  /// @throws Error(results)  naming the process that has the place; for a journal that is damaged,
  /// of
  ///                         another version or none
  RunJournal(JournalPlace place, bool fresh);

  /// Leaves the files of a run that is not complete, unless nothing was kept.
  ~RunJournal();
  RunJournal(const RunJournal&) = delete;
  RunJournal& operator=(const RunJournal&) = delete;

  /// Whether there is a run to go on with.
  [[nodiscard]] bool resumes() const noexcept { return resumes_; }

  /// @param name  of those that the run's first start gave to begin(), or of a later one
  /// @return nothing if there is none, or no journal
  [[nodiscard]] std::optional<Json> note(const std::string& name);
  void set_note(const std::string& name, const Json& value);
  [[nodiscard]] bool has_note(const std::string& name, const Json& value);

  /// Why begin() would refuse, for people; nothing if it would not. REQUIRES: resumes()
  [[nodiscard]] std::optional<std::string> why_not(const RunIdentity& identity, bool elsewhere);

  /// Begins the run, or goes on with it.
  /// @param first_notes  what a new journal keeps besides, an object
  /// @param elsewhere    whether a run that was begun on another machine may go on
  /// @return the other machines that answers of the run may come from
  /// @throws Error(results)  naming the first difference, for the journal of another run
  std::vector<Json> begin(const RunIdentity& identity, const Json& first_notes, bool elsewhere);

  /// How often it was gone on with. REQUIRES: begun
  [[nodiscard]] std::int64_t resumes_so_far();

  /// Whether answers of several machines are in it.
  [[nodiscard]] bool has_several_machines();

  /// REQUIRES: begun
  [[nodiscard]] AnswerStore& answers() { return *store_; }

  /// The place is still this process's; call it every few seconds. @throws Error(results)
  void refresh() { lock_.refresh(); }

  /// What progress.json said when the place was taken; nothing if it was not there.
  [[nodiscard]] const std::optional<Json>& progress() const noexcept { return progress_; }

  /// The folder that the journal lies in.
  [[nodiscard]] std::filesystem::path folder() const;

  /// The place, for people.
  [[nodiscard]] const std::string& name() const noexcept { return place_.name; }

  /// Where the journal is kept beside the run's files: journal_<date>.sqlite.
  [[nodiscard]] std::filesystem::path kept_name(const std::string& date) const;

  /// Replaces progress.json.
  void write_progress(const Json& progress);

  /// The run's files are all there: the journal goes, or stays beside them under its date.
  /// @param kept_as  a free name for it; empty: it is removed
  void complete(const std::filesystem::path& kept_as);

 private:
  void open_store();
  void start_over();
  void remove_files() noexcept;
  [[nodiscard]] std::vector<Json> machines();

  JournalPlace place_;
  RunLock lock_;
  std::unique_ptr<AnswerStore> store_;
  std::optional<Json> progress_;
  bool fresh_;
  bool resumes_ = false;
  bool begun_ = false;
  bool complete_ = false;
};

}  // namespace smdm
