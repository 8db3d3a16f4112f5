/// Sources whose groups are answered with logits, block by block: samplers and greedy verdicts.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>

#include <ATen/core/Tensor.h>

#include "evaluators/rows/packing.hpp"
#include "models/language_model.hpp"

namespace smdm {

/// One document on its way through a model, see Packer.
class LogitsSource {
 public:
  LogitsSource() = default;
  LogitsSource(const LogitsSource&) = delete;
  LogitsSource& operator=(const LogitsSource&) = delete;
  virtual ~LogitsSource() = default;

  /// The next group, or nothing: none left, or none before logits are known. Only one group of a
  /// source is unanswered at any time.
  virtual std::optional<RowGroup> next() = 0;
  /// Logits [n, V] at the group's wanted positions first .. first + n - 1; blocks come in order.
  virtual void see(std::int64_t first, const at::Tensor& logits) = 0;
  /// What the group's rows keep, one per row, null for those that keep nothing: called when all its
  /// logits were seen, if any row does. Whoever does not ask for that, does not want it.
  virtual void keep(std::span<const std::shared_ptr<const Prefix>> /*prefixes*/) {}
  /// All is known: report the result.
  virtual void finish() = 0;
};

using OpenLogitsSource = std::function<std::unique_ptr<LogitsSource>()>;

/// Runs sources to their end on the model, many at once.
void run_sources(const LanguageModel& model,
                 const OpenLogitsSource& open_next,
                 const PackingLimits& limits);

/// Cuts a block of a batch's logits into the parts of its sources, and shows them theirs.
/// @param first  index of the block's first wanted position in the batch
template <typename Source>
void show_logits(const Batch<Source>& batch, std::int64_t first, const at::Tensor& logits) {
  const auto last = first + logits.size(0);
  for (const auto& part : batch.parts) {
    const auto part_first = static_cast<std::int64_t>(part.first);
    const auto begin = std::max(first, part_first);
    const auto end = std::min(last, part_first + static_cast<std::int64_t>(part.wanted));
    if (begin < end) {
      part.source->see(begin - part_first, logits.slice(0, begin - first, end - first));
    }
  }
}

}  // namespace smdm
