/// Multiple-choice tasks by racing (evaluators/racing/race.hpp).
#pragma once

#include <vector>

#include "evaluators/racing/race.hpp"
#include "harness/run/prepared_task.hpp"

namespace smdm {

/// Estimates of all requests of a multiple-choice task, and in `record` how the races ended.
/// @throws Error(request)  as likelihoods()
[[nodiscard]] std::vector<Estimate> raced(const PreparedTask& prepared,
                                          const Session& session,
                                          const Settings& settings,
                                          TaskRecord& record);

/// The questions of a multiple-choice task, with a verdict for each of its metrics.
[[nodiscard]] std::vector<RaceQuestion> race_questions(const PreparedTask& prepared);

/// @throws Error(request)  for a choice of no text, which acc_norm cannot divide by
void check_race_choices(const PreparedTask& prepared);

/// @throws Error(usage)  if the task's metrics are no verdicts (a race ranks nobody but the
/// winner),
///                     or it asks for greedy verdicts too
void check_race(const Task& task, const Evaluation& evaluation);

}  // namespace smdm
