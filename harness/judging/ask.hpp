/// Asks a judge, several requests at a time, until every one has come to its end.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "harness/judging/http.hpp"
#include "harness/judging/plan.hpp"
#include "harness/judging/settings.hpp"
#include "harness/judging/store.hpp"

namespace smdm::judging {

/// The settings of a judge.
[[nodiscard]] Judge judge_of(const JudgeSettings& settings);

/// Asks about some turns of a plan and keeps every judgment as it comes. A request that was tried
/// in vain is kept as a failed judgment; but where so many in a row end without a reply that all at
/// a time have, the endpoint is at fault and none of these is kept. Progress goes to standard
/// error.
/// @param wanted  places in the plan, which are asked about in this order
/// @param key     for what is told: it is scrubbed
/// @throws Error(failure)  if the endpoint refuses all requests or does not answer
/// @throws Stopped         if a signal was noted
void ask(const Plan& plan,
         std::span<const std::size_t> wanted,
         const JudgeSettings& settings,
         const ApiKey& key,
         HttpClient& client,
         JudgmentStore& store);

}  // namespace smdm::judging
