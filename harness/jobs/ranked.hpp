/// A job done by the ranks that were started together, or by this process alone.
#pragma once

#include <functional>
#include <string>

#include "harness/ranks/group.hpp"
#include "harness/settings/setting.hpp"

namespace smdm {

/// Does a job of evaluation, once its threads have started. Where a launcher has started several
/// ranks, they meet first, and those above 0 say nothing from then on, except what ends them and
/// rank 0 does not tell.
/// @param job  called with the group, or null
void run_ranked(const Settings& settings,
                const std::function<void(const Settings&, ranks::Group*)>& job);

/// For jobs that ranks do not share.
/// @param job  its name, for people
/// @throws Error(usage)  if a launcher has started several ranks
void require_alone(const std::string& job);

}  // namespace smdm
