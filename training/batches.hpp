/// Which rows a step learns from: a pure function of the seed and the step, so that the place in
/// the data is nothing but a step's number.
#pragma once

#include <cstdint>
#include <vector>

#include "base/numbers/random.hpp"
#include "training/corpus.hpp"

namespace smdm::training {

/// What a draw of a random length applies to.
enum class CutUnit : std::uint8_t { batch, row };

struct BatchOptions {
  std::uint64_t seed = 0;
  std::int64_t rows = 64;      ///< per step
  double random_length = 0.0;  ///< share of batches, or of rows, that are cut to a random length
  CutUnit cut_unit = CutUnit::batch;
};

/// A row of a batch: which one, and how many of its tokens.
struct BatchRow {
  std::size_t row = 0;
  std::int64_t length = 0;
  std::int64_t sample = 0;  ///< how many rows stood before it in the whole training
};

/// Every epoch is a new permutation of the rows. A batch may span two epochs.
class Batches {
 public:
  Batches(const Corpus& corpus, const BatchOptions& options);

  [[nodiscard]] std::vector<BatchRow> batch(std::int64_t step);

  /// Tokens of a step's rows.
  [[nodiscard]] std::int64_t tokens(std::int64_t step);

 private:
  [[nodiscard]] std::size_t row_of(std::int64_t sample);
  void shuffle(std::int64_t epoch);
  void cut(std::int64_t step, std::vector<BatchRow>& rows) const;
  void cut_each(const RandomStream& stream, std::vector<BatchRow>& rows) const;
  void cut_alike(const RandomStream& stream, std::vector<BatchRow>& rows) const;
  [[nodiscard]] std::int64_t shortened(const BatchRow& row, double uniform) const;

  const Corpus& corpus_;
  BatchOptions options_;
  std::int64_t epoch_ = -1;
  std::vector<std::size_t> order_;
};

}  // namespace smdm::training
