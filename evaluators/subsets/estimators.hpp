/// Estimators of the bound of a masked diffusion model that hide exactly l tokens per row: their
/// variance is finite, and each knows its own error. docs/estimators.md has definitions and proofs.
///
/// They see subsets and losses, never a model: SubsetSource (subset_source.hpp) computes the rows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "base/request.hpp"
#include "evaluators/subsets/control_variate.hpp"
#include "evaluators/subsets/draws.hpp"
#include "models/language_model.hpp"

namespace smdm {

/// Every subset once, with weight 1 / (l * C(L, l)): the bound itself.
struct ExactSum {
  static constexpr const char* kName = "exact";
  std::int64_t max_rows = 4096;  ///< longer targets are refused: 2^L - 1 rows
};

/// l uniform on 1..L, then a uniform subset: what eq. 6 of LLaDA means (Nie et al. 2025,
/// arXiv:2502.09992).
struct FixedCount {
  static constexpr const char* kName = "fixed-count";
  std::int64_t rows = 128;  ///< >= 1
};

/// When to use a frozen prompt (SubsetEstimator over prompts).
enum class PromptReuse : std::uint8_t { automatic, on, off };

/// Rows that cover tokens and levels evenly, with cross-fitted control variates. Enumerates where
/// that takes no more rows.
struct Balanced {
  static constexpr const char* kName = "balanced";
  static constexpr const char* kAutoName = "auto";  ///< with exact_over_full_rows
  /// Raised when the same settings come to give other numbers; results record it. 1 had four folds
  /// whatever the rows, 2 has eight from 32 rows on.
  static constexpr std::int64_t kVersion = 2;
  std::int64_t rows = 32;                   ///< >= 1
  std::optional<double> target_error = {};  ///< nats; rows are added until the error is below
  std::int64_t max_rows = 4096;             ///< with a target: rows end here
  PromptReuse prompt_reuse = PromptReuse::off;
  bool exact_over_full_rows = false;  ///< `auto`: enumeration never reuses the prompt
};

/// A row of which the losses at its hidden tokens are wanted.
struct WantedRow {
  Subset hidden;
  bool frozen_prompt = false;  ///< over keys and values of the prompt computed beforehand
};

/// Losses of the hidden tokens, in their order, in nats.
using RowLosses = std::vector<double>;

/// What policies rank the hidden tokens by, of each of them in their order.
using RowRanks = PositionRanks;

/// An estimate as a sum of independent parts, each the mean of independent folds.
struct FoldEstimate {
  double loss = 0.0;                            ///< nats, of -log p
  std::optional<double> standard_error;         ///< empty where there is none to give
  std::optional<std::int64_t> fold_count = {};  ///< see Estimate
  std::vector<std::vector<double>> folds;       ///< [part][fold]; an exact part is empty, all of it
                                                ///< if nothing is random
  bool enumerated = false;                      ///< over every subset
  bool target_missed = false;
  std::optional<PromptReuseRecord> reuse;
  std::optional<OrderValues> values = {};  ///< see Estimate
  std::optional<OrderBounds> orders = {};  ///< see Estimate
};

/// One target on the way to its estimate.
class SubsetEstimator {
 public:
  SubsetEstimator() = default;
  SubsetEstimator(const SubsetEstimator&) = delete;
  SubsetEstimator& operator=(const SubsetEstimator&) = delete;
  virtual ~SubsetEstimator() = default;

  /// The rows wanted next; none: it is complete.
  virtual std::vector<WantedRow> next() = 0;
  /// The ranks of the same rows, where they are known: called just before take().
  virtual void see(std::span<const RowRanks> /*ranks*/) {}
  /// The losses of the rows that next() gave last, in their order.
  virtual void take(std::span<const RowLosses> losses) = 0;
  [[nodiscard]] virtual FoldEstimate estimate() const = 0;
};

/// @throws std::invalid_argument  if the target has more subsets than max_rows
[[nodiscard]] std::unique_ptr<SubsetEstimator> exact_sum(std::size_t length,
                                                         const ExactSum& config);

[[nodiscard]] std::unique_ptr<SubsetEstimator> fixed_count(std::size_t length,
                                                           const FixedCount& config,
                                                           const FixedCountDraws& draws);

/// Rows to begin with: `rows`, with a target error rounded up to eight folds of equal size.
[[nodiscard]] std::int64_t first_rows(const Balanced& config);

/// The two kinds of draws of a request.
struct BalancedDraws {
  FoldDraws estimate;
  FoldDraws correction;
};
[[nodiscard]] BalancedDraws balanced_draws(std::uint64_t seed,
                                           std::span<const std::int64_t> content);

/// @param prompt  tokens of the prompt: long ones are reused
[[nodiscard]] std::unique_ptr<SubsetEstimator> balanced(std::size_t length,
                                                        std::size_t prompt,
                                                        const Balanced& config,
                                                        const BalancedDraws& draws);

/// Whether `balanced` reuses the prompt: as told, or where it is at least four times as long as the
/// target; and never where enumeration takes fewer rows than the correction.
[[nodiscard]] bool reuses_prompt(PromptReuse reuse, std::size_t length, std::size_t prompt);

/// @throws std::invalid_argument  if a target of `length` tokens takes more than config.max_rows
void check_enumerable(std::size_t length, const ExactSum& config);

/// @throws std::invalid_argument  if a limit above is broken
void check_subset_config(const ExactSum& config);
void check_subset_config(const FixedCount& config);
void check_subset_config(const Balanced& config);

}  // namespace smdm
