/// What --requests and --prompts have in common: one model, one list of Items, one file of lines.
#pragma once

#include <span>
#include <string>

#include "base/files/json_lines.hpp"
#include "harness/jobs/run_keeper.hpp"
#include "harness/ranks/group.hpp"

namespace smdm {

/// A job of lines on its way: opened before its input is encoded, begun when everything is known.
class LinesRun {
 public:
  /// Opens the checkpoint, and the journal beside the output, where that is a file. Tells people
  /// about them.
  /// @param unit   what is asked: "requests", "prompts"
  /// @param group  of ranks that do it together; null: this process is alone
  LinesRun(const Settings& settings, std::string unit, ranks::Group* group);

  /// Whether answers and files are this process's: it is alone, or rank 0.
  [[nodiscard]] bool leads() const { return group_ == nullptr || group_->leads(); }

  [[nodiscard]] const Session& session() const noexcept { return session_; }

  /// Answers Items; where this process does not lead, `done` is not called. Called once.
  /// @param counted  what the progress counts: "requests", "documents"
  void answer(std::span<const Item> items,
              const Decided& decided,
              const std::string& counted,
              const AnswerDone& done);

  /// Whether files of this run may be there, since its last start was cut off at the very end.
  [[nodiscard]] Existing existing() const;

  /// Everything is written but the names of the files: `finish` gives them.
  void complete(const std::function<void()>& finish);

 private:
  [[nodiscard]] RunIdentity identity_of(std::span<const Item> items,
                                        const Decided& decided,
                                        const Computer& computer) const;
  [[nodiscard]] Json identity_of_model() const;

  const Settings settings_;
  std::string unit_;
  ranks::Group* group_;
  RunKeeper keeper_;
  Session session_;
};

}  // namespace smdm
