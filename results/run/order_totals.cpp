#include "results/run/order_totals.hpp"

#include "results/run/lm_eval_parts.hpp"

namespace smdm {
namespace {

using layout::finite_or_null;
using layout::or_null;

Json mean_json(const MeanOverDocuments& mean) {
  return {{"value", finite_or_null(mean.value)}, {"stderr", or_null(mean.standard_error)}};
}

}  // namespace

Json to_json(const AnyOrderTotals& totals) {
  Json metrics = Json::array();
  for (const auto& metric : totals.metrics) {
    metrics.push_back({{"name", metric.name},
                       {"elbo", finite_or_null(metric.elbo)},
                       {"any_order", finite_or_null(metric.any_order)},
                       {"differ", or_null(metric.differ)}});
  }
  const bool some = totals.documents > 0;
  return {{"documents", totals.documents},
          {"of", totals.of},
          {"requests", totals.requests},
          {"gap_nats", some ? finite_or_null(totals.gap) : Json()},
          {"gap_nats_per_token", some ? finite_or_null(totals.gap_per_token) : Json()},
          {"metrics", metrics}};
}

Json to_json(const OrdersTotals& totals) {
  return {{"requests", totals.requests},
          {"enumerated", totals.enumerated},
          {"orders_mean", totals.orders},
          {"effective_median", totals.effective_median},
          {"effective_least", totals.effective_least},
          {"elbo", mean_json(totals.elbo)},
          {"any_order_low", mean_json(totals.low)},
          {"any_order_high", mean_json(totals.high)}};
}

}  // namespace smdm
