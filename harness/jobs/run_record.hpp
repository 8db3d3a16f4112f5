/// What results files say about a run as a whole.
#pragma once

#include <chrono>
#include <cstdint>

#include "harness/journal/memory.hpp"
#include "harness/run/session.hpp"
#include "harness/settings/table.hpp"
#include "results/run/record.hpp"

namespace smdm {

/// A record of everything known before the first task is computed.
/// @param identity  session.identity()
/// @param start     of the run's first start, if it was interrupted
[[nodiscard]] RunRecord new_run(const Session& session,
                                const Json& identity,
                                const Settings& settings,
                                std::chrono::system_clock::time_point start);

/// Adds what is known at the end: groups, totals and time.
void complete(RunRecord& run, const Settings& settings, double seconds);

/// Adds where the run's answers came from.
/// @param resumes           how often it was gone on with
/// @param several_machines  whether answers of another machine are among them
void add_memory(RunRecord& run,
                const MemoryCounts& counts,
                std::int64_t resumes,
                bool several_machines);

}  // namespace smdm
