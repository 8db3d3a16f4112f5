#include "evaluators/balanced_target.hpp"

#include <algorithm>
#include <utility>

namespace smdm {
namespace {

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

/// Each of these rows is computed both ways; only the difference is used.
void BalancedTarget::correct(std::size_t folds) {
  for (std::size_t k = 0; k < folds; ++k) {
    for (auto& subset : correction_.grow(correction_.size(), 1)) {
      of_correction_.push_back({.hidden = subset, .frozen_prompt = false});
      of_correction_.push_back({.hidden = std::move(subset), .frozen_prompt = true});
    }
  }
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

void BalancedTarget::take(std::span<const RowLosses> losses) {
  if (enumerated_rows_ > 0) {
    const auto subsets = all_subsets(length_);
    exact_loss_ = 0.0;
    for (std::size_t k = 0; k < subsets.size(); ++k) {
      double sum = 0.0;
      for (const auto loss : losses[k]) sum += loss;
      exact_loss_ += exact_weight(length_, subsets[k].size()) * sum;
    }
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
  const auto mean = mean_of_folds(values, folds_.coincide());
  return {.folds = std::move(values), .mean = mean};
}

std::vector<EstimatePart> BalancedTarget::parts() const {
  std::vector<EstimatePart> parts;
  parts.push_back(main_part());
  if (frozen_prompt_) {
    auto values = correction_.plain_estimates();
    const auto mean = mean_of_folds(values, correction_.coincide());
    parts.push_back({.folds = std::move(values), .mean = mean});
  }
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
  const auto is_exact = [](const auto& folds) { return folds.empty(); };
  if (std::ranges::all_of(estimate.folds, is_exact)) estimate.folds.clear();
  if (frozen_prompt_) {
    const auto corrections = static_cast<std::int64_t>(correction_.size());
    estimate.reuse = {.cheap_rows = rows() + corrections,
                      .full_rows = corrections,
                      .cheap_error = all.front().mean.standard_error,
                      .correction_error = all.back().mean.standard_error};
  }
  return estimate;
}

}  // namespace smdm
