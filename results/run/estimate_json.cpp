#include "results/run/estimate_json.hpp"

#include "results/run/lm_eval_parts.hpp"

namespace smdm {

using layout::finite_or_null;
using layout::or_null;

Json estimate_json(const Estimate& estimate) {
  Json json = {{"nats", finite_or_null(estimate.nats)},
               {"standard_error", or_null(estimate.standard_error)},
               {"bound", to_string(estimate.bound)},
               {"is_greedy", or_null(estimate.is_greedy)},
               {"rows", estimate.rows},
               {"tokens", estimate.tokens}};
  if (estimate.enumerated) json["enumerated"] = true;
  if (estimate.target_missed) json["target_missed"] = true;
  if (estimate.stopped) json["stopped"] = true;
  if (estimate.eliminated) json["eliminated"] = true;
  if (!estimate.eliminated_from.empty()) json["eliminated_from"] = estimate.eliminated_from;
  if (estimate.prompt_reuse) {
    json["prompt_reuse"] = {{"cheap_rows", estimate.prompt_reuse->cheap_rows},
                            {"full_rows", estimate.prompt_reuse->full_rows},
                            {"cheap_error", or_null(estimate.prompt_reuse->cheap_error)},
                            {"correction_error", or_null(estimate.prompt_reuse->correction_error)}};
  }
  return json;
}

}  // namespace smdm
