/// The judgments of one output: what is there of them, and what comes.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "base/files/line_log.hpp"
#include "base/files/run_lock.hpp"
#include "harness/judging/judgment.hpp"
#include "harness/judging/plan.hpp"

namespace smdm::judging {

/// Whether there is anything of an output.
[[nodiscard]] bool is_begun(const std::filesystem::path& output);

/// Beside OUTPUT, while it is not complete: OUTPUT.journal.jsonl, a line for each judgment that has
/// come, on the disk before the next one is asked for; and OUTPUT.lock while somebody works on it.
/// OUTPUT itself is complete or absent, and in the order of the plan whatever the order in which
/// judgments came.
class JudgmentStore {
 public:
  /// Takes the place, and reads what is there.
  /// @param plan  outlives it
  /// @throws Error(results)  naming the first difference, if what is there was asked otherwise, or
  ///                         is of questions and turns that the plan has not; if it is damaged; if
  ///                         another process has the place, or it cannot be written
  JudgmentStore(std::filesystem::path output, const Plan& plan, const Judge& judge);

  /// What is there of a turn of the plan.
  [[nodiscard]] const std::optional<Judgment>& judgment(std::size_t asked) const {
    return judgments_.at(asked);
  }

  /// All of them, in the order of the plan.
  [[nodiscard]] const std::vector<std::optional<Judgment>>& judgments() const noexcept {
    return judgments_;
  }

  /// Keeps a judgment: it is on the disk when this returns. One that is there is replaced.
  /// @throws Error(results)  with the system's reason
  void add(std::size_t asked, Judgment judgment);

  /// The place is still this process's; call it every few seconds. @throws Error(results)
  void refresh() { lock_.refresh(); }

  /// Everything that was to be asked has come: writes OUTPUT where something is new.
  /// @throws Error(results)  with the system's reason
  void finish();

 private:
  void read_file_of(const std::filesystem::path& path, const std::vector<std::string>& lines);

  const Plan& plan_;
  Judge judge_;
  std::filesystem::path output_, journal_;
  RunLock lock_;
  std::vector<std::optional<Judgment>> judgments_;
  std::unique_ptr<LineLog> log_;
};

}  // namespace smdm::judging
