#include "results/run/estimate_json.hpp"

#include "results/run/lm_eval_parts.hpp"

namespace smdm {

using layout::finite_or_null;
using layout::or_null;

namespace {

Json prompt_reuse_json(const PromptReuseRecord& reuse) {
  Json json = {{"cheap_rows", reuse.cheap_rows},
               {"full_rows", reuse.full_rows},
               {"cheap_error", or_null(reuse.cheap_error)},
               {"correction_error", or_null(reuse.correction_error)}};
  if (reuse.cheap_folds) json["cheap_folds"] = *reuse.cheap_folds;
  if (reuse.correction_folds) json["correction_folds"] = *reuse.correction_folds;
  return json;
}

/// Numbers that are not finite are null: a target that an order cannot give.
Json values_json(const OrderValues& values) {
  return {{"elbo", finite_or_null(values.elbo)},
          {"any_order", finite_or_null(values.any_order)},
          {"orders_sd", finite_or_null(values.orders_sd)},
          {"oracle_best", finite_or_null(values.oracle_best)},
          {"oracle_worst", finite_or_null(values.oracle_worst)},
          {"duel",
           {{"left_to_right", finite_or_null(values.left_to_right)},
            {"confidence", or_null(values.confidence)},
            {"margin", or_null(values.margin)},
            {"entropy", or_null(values.entropy)}}}};
}

Json orders_json(const OrderBounds& bounds) {
  return {{"orders", bounds.orders},
          {"pilot", bounds.pilot},
          {"effective", bounds.effective},
          {"any_order_low", finite_or_null(bounds.low)},
          {"any_order_low_error", or_null(bounds.low_error)},
          {"any_order_high", finite_or_null(bounds.high)},
          {"any_order_high_error", or_null(bounds.high_error)}};
}

}  // namespace

Json estimate_json(const Estimate& estimate, WithValues with_values) {
  Json json = {{"nats", finite_or_null(estimate.nats)},
               {"standard_error", or_null(estimate.standard_error)},
               {"bound", to_string(estimate.bound)},
               {"is_greedy", or_null(estimate.is_greedy)},
               {"rows", estimate.rows},
               {"tokens", estimate.tokens}};
  if (estimate.fold_count) json["folds"] = *estimate.fold_count;
  if (estimate.enumerated) json["enumerated"] = true;
  if (estimate.target_missed) json["target_missed"] = true;
  if (estimate.stopped) json["stopped"] = true;
  if (estimate.eliminated) json["eliminated"] = true;
  if (!estimate.eliminated_from.empty()) json["eliminated_from"] = estimate.eliminated_from;
  if (estimate.prompt_reuse) json["prompt_reuse"] = prompt_reuse_json(*estimate.prompt_reuse);
  if (estimate.values && with_values == WithValues::yes)
    json["values"] = values_json(*estimate.values);
  if (estimate.orders) json["orders"] = orders_json(*estimate.orders);
  return json;
}

}  // namespace smdm
