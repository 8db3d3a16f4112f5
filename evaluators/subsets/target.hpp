/// One target under `balanced`: its folds or all its subsets, and where the prompt is frozen the
/// rows that correct for that.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "evaluators/subsets/estimators.hpp"
#include "evaluators/subsets/folds.hpp"

namespace smdm {

/// An unbiased part of an estimate. All of a target's parts are independent of each other.
struct EstimatePart {
  std::vector<double> folds;  ///< one value if it is exact
  Mean mean;
  bool coincide = false;    ///< the folds of the value hide the same subsets
  std::size_t subsets = 0;  ///< how many different ones the folds of the value hide; 0 if exact

  [[nodiscard]] bool exact() const { return folds.size() == 1 && mean.standard_error == 0.0; }
};

/// Rows are asked for with enumerate(), grow() and correct(); wanted() tells which they are, take()
/// answers them. What is asked for depends on the caller, racing or not.
class BalancedTarget {
 public:
  /// @param frozen_prompt  rows are over a frozen prompt and need corrections
  BalancedTarget(std::size_t length, bool frozen_prompt, const BalancedDraws& draws);

  /// Every subset instead of folds.
  void enumerate();
  /// Every subset in full rows: nothing is frozen any more, and nothing to correct.
  void enumerate_in_full();
  /// A block of rows for a fold, or the next fold.
  void grow(std::size_t fold, std::size_t rows);
  /// More folds of the correction, of one row each. As long as all of them hide one subset, more
  /// are drawn: these serve the standard error alone and are no part of the value.
  void correct(std::size_t folds);

  /// Whether rows were asked for that are not yet told.
  [[nodiscard]] bool has_wanted() const;
  /// The rows asked for and not yet told, as WantedRows.
  [[nodiscard]] std::vector<WantedRow> wanted();
  /// What policies rank the hidden tokens of the same rows by, just before take(): of those that
  /// enumerate.
  void see(std::span<const RowRanks> ranks);
  void take(std::span<const RowLosses> losses);

  [[nodiscard]] std::size_t length() const { return length_; }
  [[nodiscard]] bool frozen_prompt() const { return frozen_prompt_; }
  [[nodiscard]] bool enumerated() const { return enumerated_; }
  [[nodiscard]] bool exact() const { return enumerated_ && !frozen_prompt_; }
  [[nodiscard]] std::size_t folds() const { return folds_.size(); }
  /// Full rows behind the correction, those that serve its standard error alone included.
  [[nodiscard]] std::size_t corrections() const { return correction_.size(); }
  /// Rows asked for, but those that correct: what a row budget counts.
  [[nodiscard]] std::int64_t rows() const;

  /// The folds' part or the exact sum, then the correction where there is one.
  [[nodiscard]] std::vector<EstimatePart> parts() const;
  [[nodiscard]] FoldEstimate estimate() const;

 private:
  [[nodiscard]] EstimatePart main_part() const;
  [[nodiscard]] EstimatePart correction_part() const;

  std::size_t length_;
  bool frozen_prompt_;
  bool enumerated_ = false;
  BalancedFolds folds_;
  BalancedFolds correction_;
  std::size_t corrections_ = 0;  ///< the first so many folds are the correction's value
  double exact_loss_ = 0.0;
  std::optional<OrderValues> values_;  ///< once all subsets are known in full rows
  std::vector<RowRanks> ranks_;        ///< of the enumerated rows that are answered next
  // Rows asked for since wanted() told them; it tells them in this order.
  std::vector<WantedRow> of_enumeration_;
  std::vector<WantedRow> of_folds_;
  std::vector<WantedRow> of_correction_;
  std::size_t enumerated_rows_ = 0;  ///< of the rows told and not answered
  std::size_t fold_rows_ = 0;        ///< likewise
};

}  // namespace smdm
