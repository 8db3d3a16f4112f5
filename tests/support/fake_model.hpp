/// Models whose answers are known in closed form, for tests of the evaluators.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "models/language_model.hpp"

namespace smdm::test {

/// What a fake was asked to do.
struct Work {
  std::int64_t forwards = 0;
  std::int64_t rows = 0;
  std::int64_t tokens = 0;
  std::int64_t most_rows = 0;    ///< in one forward
  std::int64_t most_tokens = 0;  ///< likewise
};

/// A model that is a function: logits [V] at a position, from the ids of its row.
///
/// An autoregressive fake sees the ids up to and including the position (those of the row continued
/// or of the cache first), a masked diffusion fake sees the whole row. Logits are shown in blocks
/// of three, so that whoever reads them meets borders everywhere. A prefix's first id is
/// shifted by the length of the row it was kept from, so rows over it see something else than full
/// rows do, as they do under a real model. A row that begins within its prefix sees its own ids in
/// the place of those kept.
class FakeModel : public LanguageModel {
 public:
  using Logits =
      std::function<std::vector<float>(std::span<const std::int64_t> ids, std::size_t position)>;

  FakeModel(const ModelInfo& info, Logits logits);

  [[nodiscard]] const Work& work() const { return work_; }
  /// Log-probabilities [V] at a position of a row, in double: what a test expects to come out.
  /// @param cfg, context, suffix  guidance, its unconditional branch with the first `context` and
  ///                              the last `suffix` ids masked
  [[nodiscard]] std::vector<double> log_p(std::span<const std::int64_t> ids,
                                          std::size_t position,
                                          double cfg = 0.0,
                                          std::size_t context = 0,
                                          std::size_t suffix = 0) const;

 private:
  Prefixes run(const PackedRows& rows,
               std::span<KvCache* const> caches,
               const LogitsVisitor& visit) const override;
  [[nodiscard]] std::unique_ptr<KvCache> new_cache(std::int64_t capacity) const override;

  Logits logits_;
  mutable Work work_;
};

/// Sizes of the fakes below: V = 7, mask id 7, up to 64 tokens.
[[nodiscard]] ModelInfo fake_masked_diffusion();
[[nodiscard]] ModelInfo fake_autoregressive();

/// Every token equally likely, everywhere: the loss of a token is ln V.
[[nodiscard]] FakeModel::Logits uniform_logits();

/// Reproducible, bounded logits that depend on every id the model sees and on the position:
/// `strength` times values in (-1, 1).
[[nodiscard]] FakeModel::Logits scrambled_logits(double strength);

}  // namespace smdm::test
