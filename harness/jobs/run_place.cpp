#include "harness/jobs/run_place.hpp"

#include <iostream>
#include <utility>

#include "base/files/atomic.hpp"
#include "base/text/visible.hpp"
#include "harness/jobs/run_plan.hpp"

namespace smdm {

Candidates take_place(const Settings& settings,
                      const Json& asked,
                      MadeFolders& folders,
                      RunKeeper& keeper) {
  if (settings.output) folders.add_missing(*settings.output);
  check_writable(settings.output.value_or(kRuns));
  if (settings.output) keeper.take(journal_in(*settings.output));
  if (settings.output || settings.fresh) return {};
  return find_incomplete(asked);
}

Json decisions_in(const RunKeeper& keeper, const Candidates& candidates) {
  auto* journal = keeper.resumes()     ? keeper.journal()
                  : candidates.empty() ? nullptr
                                       : candidates.front().get();
  return journal == nullptr ? Json() : journal->note("decisions").value_or(nullptr);
}

void choose(const Settings& settings,
            Candidates candidates,
            const RunIdentity& identity,
            RunKeeper& keeper) {
  std::string why;
  for (auto& journal : candidates) {
    const auto other = journal->why_not(identity, settings.resume_elsewhere);
    if (!other) return keeper.take(std::move(journal));
    if (why.empty())
      why = journal->name() + ": is left alone, and a new run begins: its journal " + *other;
  }
  if (!why.empty()) std::cerr << visible(why) << "\n";
}

}  // namespace smdm
