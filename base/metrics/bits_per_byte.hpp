/// Bits per byte of a corpus: comparable between models with different tokenizers.
#pragma once

#include "base/metrics/metric.hpp"

namespace smdm::metrics {

/// -nats / bytes / ln 2, both added over the documents of a corpus.
[[nodiscard]] Metric bits_per_byte();

}  // namespace smdm::metrics
