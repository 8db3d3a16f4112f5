#include "base/metrics/list.hpp"

#include "base/error.hpp"
#include "base/metrics/accuracy.hpp"
#include "base/metrics/bits_per_byte.hpp"
#include "base/metrics/bleu.hpp"
#include "base/metrics/judge_score.hpp"
#include "base/metrics/perplexity.hpp"
#include "base/metrics/rank.hpp"

namespace smdm {

std::vector<Metric> all_metrics() {
  return {metrics::accuracy(),        metrics::normalized_accuracy(),
          metrics::exact_match(),     metrics::contained(),
          metrics::character_bleu(),  metrics::bleu(),
          metrics::reciprocal_rank(), metrics::top_rank(),
          metrics::perplexity(),      metrics::weighted_perplexity(),
          metrics::bits_per_byte(),   metrics::answered(),
          metrics::judge_score()};
}

Metric find_metric(const std::string& name, const std::string& aggregation) {
  std::string known;
  for (const Metric& metric : all_metrics()) {
    if (metric.name == name && metric.aggregation == aggregation) return metric;
    known += (known.empty() ? "" : ", ") + metric.name + " by " + metric.aggregation;
  }
  throw Error(ErrorKind::results, "wanted a metric and its aggregation (" + known + "), got '" +
                                      name + "' by '" + aggregation + "'");
}

}  // namespace smdm
