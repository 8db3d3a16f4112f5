/// Perplexity: of continuations, each of which counts as one, and of a corpus by its tokens. Files
/// give both the same name and tell them by their aggregation.
#pragma once

#include "base/metrics/metric.hpp"

namespace smdm::metrics {

/// exp(-mean) of the log-likelihoods of continuations in nats.
[[nodiscard]] Metric perplexity();

/// exp(-nats / tokens), both added over the documents of a corpus.
[[nodiscard]] Metric weighted_perplexity();

}  // namespace smdm::metrics
