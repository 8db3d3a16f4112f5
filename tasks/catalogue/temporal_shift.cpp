// Temporal shift: does perplexity rise on text written after the training data ended? (Nie et al.
// 2024, arXiv:2410.18514, section 6.3; there on two dumps of FineWeb.)
#include "base/metrics/bits_per_byte.hpp"
#include "base/metrics/perplexity.hpp"
#include "tasks/ask/catalog_entries.hpp"

namespace smdm {

/// Titles and abstracts of arXiv by month of publication, unless another corpus is given.
DatedCorpus temporal_shift() {
  constexpr std::int64_t kArxivDocuments = 12075;
  return {
      .info = {.name = "temporal_shift",
               .version = 1.0,
               .dataset = {.sources = {}, .documents = kArxivDocuments},
               .metrics = {metrics::weighted_perplexity(), metrics::bits_per_byte()},
               .lm_eval = {{"dataset_path", "json"}, {"test_split", "test"}, {"doc_to_text", ""}}},
      .folder = "temporal_arxiv",
      .text_fields = {},
  };
}

}  // namespace smdm
