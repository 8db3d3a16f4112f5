/// What is learnt from rows: which tokens are hidden, which are predicted, and with what weight.
#pragma once

#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "base/numbers/random.hpp"
#include "training/batches.hpp"
#include "training/corpus.hpp"
#include "training/network.hpp"

namespace smdm::training {

/// Every token of the text, or of the answer, from those before it.
struct NextToken {};

/// The paper's loss (Nie et al. 2024, arXiv:2410.18514): one t per row, uniform in (0, 1); each
/// token is hidden with probability p = (1 - epsilon) t + epsilon; hidden tokens count 1 / p.
struct BernoulliMasks {
  double epsilon = 1e-3;
};

/// The same expectation with less noise: of a row's n tokens exactly k are hidden, k uniform on
/// 1..n, evenly spread over the rows of a batch; hidden tokens count n / k.
struct ExactMasks {};

using Objective = std::variant<NextToken, BernoulliMasks, ExactMasks>;

/// The draws that hide tokens.
struct MaskDraws {
  std::uint64_t seed = 0;
  Purpose rate = Purpose::training_mask_rate;
  Purpose mask = Purpose::training_mask;
};

/// How many tokens of rows can be learnt: the loss is divided by it.
[[nodiscard]] std::int64_t learnable_tokens(const Corpus& corpus,
                                            std::span<const BatchRow> rows,
                                            const Objective& objective);

/// Turns rows of a batch into examples.
class ExampleMaker {
 public:
  /// @param mask_id  of masked diffusion; unused for NextToken
  ExampleMaker(const Corpus& corpus, Objective objective, MaskDraws draws, std::int64_t mask_id);

  /// @param batch  all rows of a step: their masks belong together
  /// @param step   of the training
  /// @param first,count  rows that become examples; the weights of all rows of the batch together
  /// average the loss over learnable tokens
  [[nodiscard]] Examples make(std::span<const BatchRow> batch,
                              std::int64_t step,
                              std::size_t first,
                              std::size_t count) const;

 private:
  struct RowView;
  void add_next_tokens(const RowView& row, float weight, Examples& examples) const;
  void add_masked(const RowView& row, double rate, double weight, Examples& examples) const;
  [[nodiscard]] double rate_of(std::int64_t step, std::size_t index) const;

  const Corpus& corpus_;
  Objective objective_;
  MaskDraws draws_;
  std::int64_t mask_id_;
};

}  // namespace smdm::training
