/// Ranking scores (base/score_kind.hpp) stand beside no likelihoods, and beside none of another
/// kind.
#pragma once

#include <string>

#include "results/run/facts.hpp"

namespace smdm {

/// @param what, task  begin the error's text: "compare", "piqa"
/// @throws Error(results)  if one of two runs has ranking scores and the other has none, or those
///                         of another name: what they differ by says nothing of the models
void refuse_other_scores(const std::string& what,
                         const std::string& task,
                         const TaskSettings& a,
                         const TaskSettings& b);

}  // namespace smdm
