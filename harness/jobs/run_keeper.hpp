/// What lets a job survive: its journal, its cache, its progress, and how it ends.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/files/atomic.hpp"
#include "base/files/signals.hpp"
#include "harness/journal/memory.hpp"
#include "harness/journal/run_journal.hpp"
#include "harness/ranks/shared_work.hpp"
#include "harness/run/run_progress.hpp"
#include "harness/settings/table.hpp"

namespace smdm {

/// The settings that make two commands ask for the same, whatever was decided for what they leave
/// open: for finding a run to go on with before anything is loaded.
[[nodiscard]] Json asked_of(const Settings& settings);

/// A task whose work ranks share.
struct TaskToShare {
  ranks::SharedTask task;
  const Remembered* remembered = nullptr;  ///< what look_up() gave for it
  std::string weights = {};                ///< the digest of its model's
};

/// The folder or file of answers of a job, from its place to its end. The calls come in the order
/// in which they stand here.
class RunKeeper {
 public:
  /// Opens the cache, if there is one.
  /// @throws Error(results)
  explicit RunKeeper(const Settings& settings);
  ~RunKeeper();
  RunKeeper(const RunKeeper&) = delete;
  RunKeeper& operator=(const RunKeeper&) = delete;

  /// Where the journal lies; without this call there is none.
  /// @throws Error(results)  as RunJournal
  void take(JournalPlace place);

  /// Takes a journal that is open already.
  void take(std::unique_ptr<RunJournal> journal) { journal_ = std::move(journal); }

  /// Whether there is a journal or a cache.
  [[nodiscard]] bool remembers() const { return journal_ != nullptr || cache_ != nullptr; }

  /// Whether there is a run to go on with.
  [[nodiscard]] bool resumes() const { return journal_ != nullptr && journal_->resumes(); }

  /// The journal, or null.
  [[nodiscard]] RunJournal* journal() const { return journal_.get(); }

  /// Begins the run or goes on with it. From here on a signal is noted.
  /// @throws Error(results)  as RunJournal::begin()
  void begin(const RunIdentity& identity, const Json& first_notes);

  /// Answers that are there already, to be given to compute() later.
  [[nodiscard]] Remembered look_up(std::span<const Item> items,
                                   const Decided& decided,
                                   const Session& session,
                                   const Computer& computer);

  /// All tasks are known: says what is there of a run that is gone on with.
  void start(std::vector<TaskToDo> tasks);

  /// From here on the work of compute() is done together with the other ranks of a group.
  /// REQUIRES: started
  /// @param group  whose rank 0 this is; outlives the keeper
  /// @param tasks  in the order of compute(); what they point to outlives it likewise
  void share(const ranks::Group& group, std::vector<TaskToShare> tasks);

  /// How many ranks work: 1 alone.
  [[nodiscard]] std::int64_t ranks() const;

  /// Ranks of that group that have fallen silent.
  [[nodiscard]] std::vector<int> silent_ranks() const;

  [[nodiscard]] RunProgress& progress() { return *progress_; }

  /// Does the work of a job. What it throws, this throws when everything known is on the disk, a
  /// Stopped with what was kept and the command that goes on.
  void guard(const std::function<void()>& work);

  /// compute(), see Memory; every answer is on the disk when it returns.
  void compute(const Session& session,
               std::span<const Item> items,
               const Decided& decided,
               const Computer& computer,
               Remembered& remembered,
               const AnswerDone& done);

  /// Nothing more is computed.
  void finish();

  /// Whether a file that was named on the command line may be there already, and be this run's: its
  /// last start was cut off just when it got its name.
  [[nodiscard]] Existing existing(const std::optional<std::string>& file) const;

  /// Gives a file its name by `finish`, so that existing() knows of it if that is cut off.
  void name_files(const std::optional<std::string>& file, const std::function<void()>& finish);

  /// The job's own files are there: a signal that was noted meanwhile now ends the program.
  /// @param date  for the name of a journal that is to be kept
  void complete(const std::string& date);

  /// How often the run was gone on with.
  [[nodiscard]] std::int64_t resumes_so_far() const;

  /// Whether answers of another machine count among the run's.
  [[nodiscard]] bool has_several_machines() const;

 private:
  [[nodiscard]] ComputeSome compute_some(const Session& session,
                                         std::span<const Item> items,
                                         const Decided& decided);
  void tick();
  [[noreturn]] void cut();
  [[nodiscard]] std::string kept() const;
  bool fail(const std::string& state) noexcept;
  void end_noting(const std::string& how_far);

  bool fresh_, elsewhere_, keeps_;
  std::vector<std::string> arguments_;
  std::unique_ptr<AnswerStore> cache_;
  std::unique_ptr<RunJournal> journal_;
  std::optional<NotedSignals> signals_;
  std::unique_ptr<RunProgress> progress_;
  std::atomic<const RunProgress*> shown_ = nullptr;  ///< the same, for the writer's thread
  std::chrono::steady_clock::time_point told_ =
      std::chrono::steady_clock::now();        ///< of that thread
  std::unique_ptr<ranks::SharedWork> shared_;  ///< null: this process works alone
  std::size_t task_ = 0;                       ///< of it, the one that comes next
  std::unique_ptr<Memory> memory_;             ///< the last one: its thread uses all others
};

/// Tasks to do of some Items, with those that were found taken off.
[[nodiscard]] TaskToDo task_to_do(const std::string& name,
                                  std::span<const Item> items,
                                  const Decided& decided,
                                  const Remembered& remembered);

}  // namespace smdm
