/// Folds of `balanced`: independent groups of rows, each of which estimates the bound by itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "base/numbers/mean.hpp"
#include "evaluators/subsets/control_variate.hpp"
#include "evaluators/subsets/draws.hpp"

namespace smdm {

/// The rows of one target in folds that may grow block by block.
///
/// Within a fold the hidden tokens run on through one random circular order, so that rows cover the
/// tokens evenly; the levels of a block are spread evenly over q. Each row alone is a uniform
/// subset given its size. Rows of other folds are independent.
class BalancedFolds {
 public:
  BalancedFolds(std::size_t length, FoldDraws draws);

  /// Adds a block of rows to a fold, or opens the next fold.
  /// @param fold  at most size()
  /// @return      the subsets of the new rows
  [[nodiscard]] std::vector<Subset> grow(std::size_t fold, std::size_t rows);

  /// The losses of rows, in the order in which grow() gave them over all calls.
  void take(std::span<const std::vector<double>> losses);

  [[nodiscard]] std::size_t size() const { return folds_.size(); }
  [[nodiscard]] std::int64_t rows() const { return rows_; }

  /// One unbiased estimate of the negative bound per fold. A fold's control variate is fitted to
  /// the other folds alone; a single fold has none. All losses must be in.
  [[nodiscard]] std::vector<double> estimates() const;

  /// The same without control variates.
  [[nodiscard]] std::vector<double> plain_estimates() const;

  /// Whether all folds hide the same subsets: they then say nothing about their spread.
  [[nodiscard]] bool coincide() const;

  /// How many different subsets the rows of the first `folds` folds hide.
  [[nodiscard]] std::size_t distinct_subsets(std::size_t folds) const;

 private:
  struct Fold {
    std::vector<std::size_t> order;  ///< circular
    std::size_t start = 0;           ///< where in it the next row begins
    std::int64_t blocks = 0;
    std::vector<LossRow> rows;
  };
  void open_fold();
  [[nodiscard]] Subset next_subset(Fold& fold, std::size_t level) const;
  [[nodiscard]] double plain(const Fold& fold) const;
  [[nodiscard]] double with_control(const Fold& fold, const LossModel& model) const;
  [[nodiscard]] double weight(const Fold& fold, const LossRow& row) const;

  LevelDistribution q_;
  FoldDraws draws_;
  std::size_t length_;
  std::vector<Fold> folds_;
  std::vector<std::size_t> unanswered_;  ///< folds of the rows without losses, in their order
  std::int64_t rows_ = 0;
};

/// The mean of folds and its standard error, which is empty for one fold and where all
/// folds hide the same subsets (`coincide`).
[[nodiscard]] Mean mean_of_folds(std::span<const double> folds, bool coincide);

/// sqrt(a^2 + b^2), empty if one of them is.
[[nodiscard]] std::optional<double> combined_error(std::optional<double> a,
                                                   std::optional<double> b);

}  // namespace smdm
