// Three kinds of rows of one target, asked for together and told apart again when their losses
// come: all subsets (enumeration), folds of random subsets, and pairs of one subset with and
// without the frozen prompt, whose difference corrects what the frozen prompt gets wrong.
#include "evaluators/subsets/target.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/numbers/mean.hpp"
#include "evaluators/subsets/lattice.hpp"

namespace smdm {
namespace {

/// Folds behind the standard error of a part; empty where it has none, or is exact.
std::optional<std::int64_t> fold_count(const EstimatePart& part) {
  if (part.exact() || !part.mean.standard_error) return std::nullopt;
  return static_cast<std::int64_t>(part.folds.size());
}

/// The fewest folds behind any part of an error.
std::optional<std::int64_t> fewest_folds(std::span<const EstimatePart> parts) {
  std::optional<std::int64_t> fewest;
  for (const auto& part : parts) {
    const auto count = fold_count(part);
    if (count) fewest = std::min(fewest.value_or(*count), *count);
  }
  return fewest;
}

RowLosses difference(const RowLosses& a, const RowLosses& b) {
  RowLosses result(a.size());
  for (std::size_t i = 0; i < a.size(); ++i) result[i] = a[i] - b[i];
  return result;
}

}  // namespace

BalancedTarget::BalancedTarget(std::size_t length, bool frozen_prompt, const BalancedDraws& draws)
    : length_(length),
      frozen_prompt_(frozen_prompt),
      folds_(length, draws.estimate),
      correction_(length, draws.correction) {}

// Where full rows over all subsets cost no more than a correction, they replace the rows over the
// frozen prompt, those already computed included.
void BalancedTarget::enumerate_in_full() {
  frozen_prompt_ = false;
  enumerate();
}

void BalancedTarget::enumerate() {
  enumerated_ = true;
  for (auto& subset : all_subsets(length_)) {
    of_enumeration_.push_back({.hidden = std::move(subset), .frozen_prompt = frozen_prompt_});
  }
}

void BalancedTarget::grow(std::size_t fold, std::size_t rows) {
  for (auto& subset : folds_.grow(fold, rows)) {
    of_folds_.push_back({.hidden = std::move(subset), .frozen_prompt = frozen_prompt_});
  }
}

/// Each of these rows is computed both ways; only the difference is used. How many folds the value
/// is the mean of is settled before any is drawn: were those that are drawn because the others
/// hide one subset averaged too, subsets that are likely to repeat would weigh less, which is a
/// bias even though no loss has been looked at.
void BalancedTarget::correct(std::size_t folds) {
  corrections_ += folds;
  while (correction_.size() < corrections_ || correction_.coincide()) {
    for (auto& subset : correction_.grow(correction_.size(), 1)) {
      of_correction_.push_back({.hidden = subset, .frozen_prompt = false});
      of_correction_.push_back({.hidden = std::move(subset), .frozen_prompt = true});
    }
  }
}

bool BalancedTarget::has_wanted() const {
  return !of_enumeration_.empty() || !of_folds_.empty() || !of_correction_.empty();
}

std::vector<WantedRow> BalancedTarget::wanted() {
  enumerated_rows_ = of_enumeration_.size();
  fold_rows_ = of_folds_.size();
  auto all = std::exchange(of_enumeration_, {});
  for (auto* more : {&of_folds_, &of_correction_}) {
    all.insert(all.end(), more->begin(), more->end());
    more->clear();
  }
  return all;
}

void BalancedTarget::see(std::span<const RowRanks> ranks) {
  const auto own = ranks.first(enumerated_rows_);
  ranks_.assign(own.begin(), own.end());
}

void BalancedTarget::take(std::span<const RowLosses> losses) {
  if (enumerated_rows_ > 0) {
    const auto subsets = all_subsets(length_);
    exact_loss_ = 0.0;
    for (std::size_t k = 0; k < subsets.size(); ++k) {
      double sum = 0.0;
      for (const auto loss : losses[k]) sum += loss;
      exact_loss_ += exact_weight(length_, subsets[k].size()) * sum;
    }
    // Over a frozen prompt the recursion has other conditionals, which no correction repairs.
    if (!frozen_prompt_)
      values_ = order_values(length_, losses.first(subsets.size()), std::exchange(ranks_, {}));
    losses = losses.subspan(std::exchange(enumerated_rows_, 0));
  }
  folds_.take(losses.first(fold_rows_));
  losses = losses.subspan(std::exchange(fold_rows_, 0));
  std::vector<RowLosses> differences;
  for (std::size_t k = 0; k + 1 < losses.size(); k += 2) {
    differences.push_back(difference(losses[k], losses[k + 1]));
  }
  correction_.take(differences);
}

std::int64_t BalancedTarget::rows() const {
  return enumerated_ ? subset_count(length_) : folds_.rows();
}

EstimatePart BalancedTarget::main_part() const {
  if (enumerated_) {
    return {.folds = {exact_loss_}, .mean = {.value = exact_loss_, .standard_error = 0.0}};
  }
  auto values = folds_.estimates();
  const bool coincide = values.size() > 1 && folds_.coincide();
  const auto mean = mean_of_folds(values, coincide);
  return {.folds = std::move(values),
          .mean = mean,
          .coincide = coincide,
          .subsets = folds_.distinct_subsets(folds_.size())};
}

/// The mean of the first folds, with the spread of all of them as its error. Where there are more
/// than the value is made of, they are moved and scaled so that the mean of all is that value and
/// their spread gives that error: whoever takes the folds finds both again.
EstimatePart BalancedTarget::correction_part() const {
  auto values = correction_.plain_estimates();
  auto all = mean_of_folds(values, /*coincide=*/false);
  const auto subsets = correction_.distinct_subsets(corrections_);
  if (values.size() == corrections_)
    return {.folds = std::move(values), .mean = all, .subsets = subsets};
  const auto value = mean_of(std::span(values).first(corrections_)).value;
  const auto scale =
      std::sqrt(static_cast<double>(values.size()) / static_cast<double>(corrections_));
  for (auto& fold : values) fold = value + scale * (fold - all.value);
  all.value = value;
  if (all.standard_error) *all.standard_error *= scale;
  return {.folds = std::move(values), .mean = all, .coincide = true, .subsets = subsets};
}

std::vector<EstimatePart> BalancedTarget::parts() const {
  std::vector<EstimatePart> parts;
  parts.push_back(main_part());
  if (frozen_prompt_) parts.push_back(correction_part());
  return parts;
}

FoldEstimate BalancedTarget::estimate() const {
  FoldEstimate estimate{.standard_error = 0.0, .folds = {}, .enumerated = enumerated_, .reuse = {}};
  const auto all = parts();
  for (const auto& part : all) {
    estimate.loss += part.mean.value;
    estimate.standard_error = combined_error(estimate.standard_error, part.mean.standard_error);
    // Parts keep their places, so that those of two requests can be told apart; exact ones are
    // empty.
    estimate.folds.push_back(part.folds.size() > 1 ? part.folds : std::vector<double>{});
  }
  if (estimate.standard_error) estimate.fold_count = fewest_folds(all);
  estimate.values = values_;
  const auto is_exact = [](const auto& folds) { return folds.empty(); };
  if (std::ranges::all_of(estimate.folds, is_exact)) estimate.folds.clear();
  if (frozen_prompt_) {
    const auto corrections = static_cast<std::int64_t>(correction_.size());
    estimate.reuse = {.cheap_rows = rows() + corrections,
                      .full_rows = corrections,
                      .cheap_error = all.front().mean.standard_error,
                      .correction_error = all.back().mean.standard_error,
                      .cheap_folds = fold_count(all.front()),
                      .correction_folds = fold_count(all.back())};
  }
  return estimate;
}

}  // namespace smdm
