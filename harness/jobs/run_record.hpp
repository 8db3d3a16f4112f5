/// What results files say about a run as a whole.
#pragma once

#include <chrono>

#include "harness/run/session.hpp"
#include "harness/settings/table.hpp"
#include "results/run/record.hpp"

namespace smdm {

/// A record of everything known before the first task is computed.
[[nodiscard]] RunRecord new_run(const Session& session,
                                const Settings& settings,
                                std::chrono::system_clock::time_point start);

/// Adds what is known at the end: groups, totals and time.
void complete(RunRecord& run, const Settings& settings, std::chrono::system_clock::time_point end);

}  // namespace smdm
