/// Where a job with a folder of results takes its place: in the folder that is named, or in that of
/// an incomplete run which it goes on with.
#pragma once

#include <memory>
#include <vector>

#include "base/json.hpp"
#include "harness/jobs/run_folder.hpp"
#include "harness/jobs/run_keeper.hpp"
#include "harness/journal/run_journal.hpp"
#include "harness/settings/table.hpp"

namespace smdm {

/// Incomplete runs that this one may go on with, the newest first. With --output, the folder's own
/// is the keeper's already.
using Candidates = std::vector<std::unique_ptr<RunJournal>>;

/// Takes the place of the run, where the user names it; else looks for incomplete runs.
/// @param asked  what a run must have been asked for to be gone on with, its note "asked"
/// @throws Error(results)
[[nodiscard]] Candidates take_place(const Settings& settings,
                                    const Json& asked,
                                    MadeFolders& folders,
                                    RunKeeper& keeper);

/// What the run that may be gone on with decided at its first start; null where there is none.
[[nodiscard]] Json decisions_in(const RunKeeper& keeper, const Candidates& candidates);

/// Goes on with the newest run that is this one. Where there are runs and none is, says why of the
/// newest: a new run begins.
void choose(const Settings& settings,
            Candidates candidates,
            const RunIdentity& identity,
            RunKeeper& keeper);

}  // namespace smdm
