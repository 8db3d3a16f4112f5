// The estimators of one target as state machines: each asks for rows, takes their losses, and asks
// again until it has enough. `exact` and `fixed-count` ask once; `balanced` may add rows until its
// standard error is small enough. Which fold a row belongs to, and what its losses are worth, is
// the business of BalancedTarget.
#include "evaluators/subsets/estimators.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>

#include "evaluators/subsets/target.hpp"

namespace smdm {
namespace {

constexpr std::size_t kFolds = 4;        ///< of few rows; more are no better
constexpr std::size_t kMoreFolds = 8;    ///< of many rows: as good a value, and a better error
constexpr std::size_t kManyRows = 32;    ///< as many or more than these
constexpr std::size_t kTargetFolds = 8;  ///< an error that decides about rows wants a few more
constexpr std::size_t kCorrections = 4;  ///< full rows behind a frozen prompt

class ExactSumEstimator final : public SubsetEstimator {
 public:
  ExactSumEstimator(std::size_t length, const BalancedDraws& no_draws)
      : target_(length, /*frozen_prompt=*/false, no_draws) {
    target_.enumerate();
  }
  std::vector<WantedRow> next() override { return target_.wanted(); }
  void see(std::span<const RowRanks> ranks) override { target_.see(ranks); }
  void take(std::span<const RowLosses> losses) override { target_.take(losses); }
  [[nodiscard]] FoldEstimate estimate() const override { return target_.estimate(); }

 private:
  BalancedTarget target_;
};

class FixedCountEstimator final : public SubsetEstimator {
 public:
  FixedCountEstimator(std::size_t length, const FixedCount& config, const FixedCountDraws& draws)
      : length_(length) {
    for (std::int64_t sample = 0; sample < config.rows; ++sample) {
      subsets_.push_back(draws.subset(sample, length));
    }
  }

  std::vector<WantedRow> next() override {
    if (std::exchange(asked_, true)) return {};
    std::vector<WantedRow> wanted;
    wanted.reserve(subsets_.size());
    for (const auto& subset : subsets_) wanted.push_back({.hidden = subset});
    return wanted;
  }

  void take(std::span<const RowLosses> losses) override {
    // (L / l) * the summed losses is unbiased given l: a token is among l hidden ones l / L of the
    // time.
    for (const auto& row : losses) {
      double sum = 0.0;
      for (const auto loss : row) sum += loss;
      values_.push_back(static_cast<double>(length_) / static_cast<double>(row.size()) * sum);
    }
  }

  [[nodiscard]] FoldEstimate estimate() const override {
    // Rows that all hide one subset show no spread, but their error is not 0. A single token has no
    // other subset: there it is.
    const bool coincide = length_ > 1 && std::ranges::all_of(subsets_, [&](const Subset& subset) {
                            return subset == subsets_.front();
                          });
    const auto mean = mean_of_folds(values_, coincide);
    FoldEstimate estimate{
        .loss = mean.value, .standard_error = mean.standard_error, .folds = {values_}, .reuse = {}};
    if (mean.standard_error) estimate.fold_count = std::ssize(values_);
    return estimate;
  }

 private:
  std::size_t length_;
  std::vector<Subset> subsets_;
  bool asked_ = false;
  std::vector<double> values_;
};

/// Whether all subsets are no more than the rows to begin with.
bool enumerates(std::size_t length, const Balanced& config) {
  return length <= kMaxEnumerated && subset_count(length) <= first_rows(config);
}

/// Rows that are decided beforehand, then with a target error more of them, fold by fold.
class BalancedEstimator final : public SubsetEstimator {
 public:
  BalancedEstimator(std::size_t length,
                    bool frozen_prompt,
                    const Balanced& config,
                    const BalancedDraws& draws)
      : config_(config), target_(length, frozen_prompt, draws) {
    if (enumerates(length, config)) {
      target_.enumerate();
    } else {
      open_folds();
    }
    if (frozen_prompt) target_.correct(config.target_error ? kTargetFolds : kCorrections);
  }

  std::vector<WantedRow> next() override {
    if (config_.target_error && std::exchange(started_, true)) {
      // A correction may have been computed already, as a further draw for the standard error: then
      // no row is asked for.
      while (more(*config_.target_error) && !target_.has_wanted()) {
      }
    }
    return target_.wanted();
  }

  void see(std::span<const RowRanks> ranks) override { target_.see(ranks); }
  void take(std::span<const RowLosses> losses) override { target_.take(losses); }

  [[nodiscard]] FoldEstimate estimate() const override {
    auto estimate = target_.estimate();
    estimate.target_missed = missed_;
    return estimate;
  }

 private:
  void open_folds() {
    const auto rows = static_cast<std::size_t>(config_.rows);
    if (config_.target_error) {
      fold_rows_ = static_cast<std::size_t>(first_rows(config_)) / kTargetFolds;
      for (std::size_t fold = 0; fold < kTargetFolds; ++fold) target_.grow(fold, fold_rows_);
      return;
    }
    const auto folds = rows >= kManyRows ? kMoreFolds : std::min(kFolds, rows);
    for (std::size_t fold = 0; fold < folds; ++fold) {
      target_.grow(fold, rows / folds + (fold < rows % folds ? 1 : 0));
    }
  }

  /// Adds one more fold where the error is too large. Nothing but errors and row counts decides.
  /// @return  whether anything was added
  bool more(double target_error) {
    const auto estimate = target_.estimate();
    if (estimate.standard_error && *estimate.standard_error < target_error) return false;
    // What is enumerated has no error left of its own: only the correction can still be improved.
    const bool correction_is_worse =
        estimate.reuse && (target_.enumerated() || worse(*estimate.reuse));
    missed_ = !(correction_is_worse ? one_more_correction() : one_more_fold());
    return !missed_;
  }

  /// Rows of every subset; where they are too many to be listed, more than there can be (half of
  /// the largest number, since others are added to it).
  [[nodiscard]] std::int64_t every() const {
    return target_.length() <= kMaxEnumerated ? subset_count(target_.length())
                                              : std::numeric_limits<std::int64_t>::max() / 2;
  }

  [[nodiscard]] std::int64_t corrections() const {
    return static_cast<std::int64_t>(target_.corrections());
  }

  [[nodiscard]] bool fits(std::int64_t added) const {
    return !target_.exact() && target_.rows() + corrections() + added <= config_.max_rows;
  }

  /// Of full rows; where they would be as many as there are subsets, those are exact.
  /// @return  whether it was within the limit, and done
  bool one_more_correction() {
    if (!fits(1)) return false;
    corrections() + 1 >= every() ? target_.enumerate_in_full() : target_.correct(1);
    return true;
  }

  /// As above, for rows of the estimate.
  bool one_more_fold() {
    const auto added = static_cast<std::int64_t>(fold_rows_);
    if (!target_.enumerated() && target_.rows() + added >= every() &&
        every() + corrections() <= config_.max_rows) {
      config_.exact_over_full_rows ? target_.enumerate_in_full() : target_.enumerate();
      return true;
    }
    if (!fits(added)) return false;
    // As large as the folds before: the standard error takes them for identically distributed.
    target_.grow(target_.folds(), fold_rows_);
    return true;
  }

  static bool worse(const PromptReuseRecord& reuse) {
    constexpr auto kUnknown = std::numeric_limits<double>::infinity();  // folds of equal subsets
    return reuse.correction_error.value_or(kUnknown) > reuse.cheap_error.value_or(kUnknown);
  }

  Balanced config_;
  BalancedTarget target_;
  std::size_t fold_rows_ = 0;  ///< of a fold under a target error
  bool started_ = false;
  bool missed_ = false;
};

void at_least_one(const char* name, std::int64_t rows) {
  if (rows < 1) {
    throw std::invalid_argument(std::string(name) + ": wanted at least one row, got " +
                                std::to_string(rows));
  }
}

}  // namespace

std::int64_t first_rows(const Balanced& config) {
  if (!config.target_error) return config.rows;
  const auto folds = static_cast<std::int64_t>(kTargetFolds);
  return (config.rows + folds - 1) / folds * folds;
}

BalancedDraws balanced_draws(std::uint64_t seed, std::span<const std::int64_t> content) {
  return {.estimate = FoldDraws(seed, content, FoldPurpose::estimate),
          .correction = FoldDraws(seed, content, FoldPurpose::correction)};
}

std::unique_ptr<SubsetEstimator> exact_sum(std::size_t length, const ExactSum& config) {
  check_subset_config(config);
  check_enumerable(length, config);
  return std::make_unique<ExactSumEstimator>(length, balanced_draws(0, {}));
}

void check_enumerable(std::size_t length, const ExactSum& config) {
  if (length > kMaxEnumerated) {
    throw std::invalid_argument("exact: wanted targets of at most " +
                                std::to_string(kMaxEnumerated) + " tokens, got " +
                                std::to_string(length));
  }
  if (subset_count(length) <= config.max_rows) return;
  throw std::invalid_argument("exact: a target of " + std::to_string(length) + " tokens takes 2^" +
                              std::to_string(length) + " - 1 rows, wanted at most " +
                              std::to_string(config.max_rows));
}

std::unique_ptr<SubsetEstimator> fixed_count(std::size_t length,
                                             const FixedCount& config,
                                             const FixedCountDraws& draws) {
  check_subset_config(config);
  return std::make_unique<FixedCountEstimator>(length, config, draws);
}

std::unique_ptr<SubsetEstimator> balanced(std::size_t length,
                                          std::size_t prompt,
                                          const Balanced& config,
                                          const BalancedDraws& draws) {
  check_subset_config(config);
  const bool exact = config.exact_over_full_rows && enumerates(length, config);
  const bool frozen = !exact && reuses_prompt(config.prompt_reuse, length, prompt);
  return std::make_unique<BalancedEstimator>(length, frozen, config, draws);
}

bool reuses_prompt(PromptReuse reuse, std::size_t length, std::size_t prompt) {
  constexpr std::size_t kLong = 4;
  // As many full rows as a correction takes are all subsets, and exact.
  if (prompt == 0 || subset_count(length) <= static_cast<std::int64_t>(kCorrections)) return false;
  return reuse == PromptReuse::on || (reuse == PromptReuse::automatic && prompt >= kLong * length);
}

void check_subset_config(const ExactSum& config) {
  at_least_one(ExactSum::kName, config.max_rows);
}

void check_subset_config(const FixedCount& config) {
  at_least_one(FixedCount::kName, config.rows);
}

void check_subset_config(const Balanced& config) {
  at_least_one(Balanced::kName, config.rows);
  if (!config.target_error) return;
  if (!(std::isfinite(*config.target_error) && *config.target_error > 0.0)) {
    throw std::invalid_argument("balanced: wanted a target error above 0, got " +
                                std::to_string(*config.target_error));
  }
  if (config.max_rows < first_rows(config)) {
    throw std::invalid_argument("balanced: wanted at most " + std::to_string(config.max_rows) +
                                " rows, got " + std::to_string(first_rows(config)) +
                                " to begin with");
  }
}

}  // namespace smdm
