// Folds grow, take losses and are estimated. The order of a fold's tokens is drawn once and walked
// round and round, however often the fold grows: that is what makes its rows cover the tokens
// evenly.
#include "evaluators/subsets/folds.hpp"

#include <algorithm>
#include <cmath>
#include <set>
#include <stdexcept>

namespace smdm {

BalancedFolds::BalancedFolds(std::size_t length, FoldDraws draws)
    : q_(length), draws_(draws), length_(length) {}

std::vector<Subset> BalancedFolds::grow(std::size_t fold, std::size_t rows) {
  if (fold > size()) throw std::invalid_argument("folds: they open one after the other");
  if (fold == size()) open_fold();
  auto& grown = folds_[fold];
  const auto levels = draws_.levels(static_cast<std::int64_t>(fold), grown.blocks++, rows, q_);
  std::vector<Subset> subsets;
  subsets.reserve(rows);
  for (const auto level : levels) {
    subsets.push_back(next_subset(grown, level));
    grown.rows.push_back({.hidden = subsets.back(), .losses = {}});
    unanswered_.push_back(fold);
  }
  rows_ += static_cast<std::int64_t>(rows);
  return subsets;
}

void BalancedFolds::open_fold() {
  const auto fold = static_cast<std::int64_t>(size());
  folds_.push_back({.order = draws_.order(fold, length_), .start = 0, .blocks = 0, .rows = {}});
}

Subset BalancedFolds::next_subset(Fold& fold, std::size_t level) const {
  Subset subset;
  subset.reserve(level);
  for (std::size_t k = 0; k < level; ++k) {
    subset.push_back(fold.order[(fold.start + k) % length_]);
  }
  fold.start = (fold.start + level) % length_;
  std::ranges::sort(subset);
  return subset;
}

void BalancedFolds::take(std::span<const std::vector<double>> losses) {
  if (losses.size() != unanswered_.size())
    throw std::invalid_argument("folds: wanted the losses of every row");
  for (std::size_t k = 0; k < losses.size(); ++k) {
    auto& rows = folds_[unanswered_[k]].rows;
    // A row hides at least one token, so one without losses has not been answered.
    const auto row = std::ranges::find_if(rows, [](const LossRow& r) { return r.losses.empty(); });
    row->losses = losses[k];
  }
  unanswered_.clear();
}

/// 1 / (n l q(l)) of the n rows of a fold: the mean of these times the summed losses is unbiased.
double BalancedFolds::weight(const Fold& fold, const LossRow& row) const {
  const auto level = row.hidden.size();
  return 1.0 / (static_cast<double>(fold.rows.size()) * static_cast<double>(level) *
                q_.probability(level));
}

double BalancedFolds::plain(const Fold& fold) const {
  double sum = 0.0;
  for (const auto& row : fold.rows) {
    double losses = 0.0;
    for (const auto loss : row.losses) losses += loss;
    sum += weight(fold, row) * losses;
  }
  return sum;
}

double BalancedFolds::with_control(const Fold& fold, const LossModel& model) const {
  // The model's mean comes back whole and its predictions at this fold's rows go: 0 on average,
  // since it was fitted without them.
  double sum = model.mean();
  for (const auto& row : fold.rows) {
    const auto features = loss_features(row.hidden, length_);
    double rest = 0.0;
    for (std::size_t k = 0; k < row.hidden.size(); ++k) {
      rest += row.losses[k] - model.predict(row.hidden[k], features[k]);
    }
    sum += weight(fold, row) * rest;
  }
  return sum;
}

std::vector<double> BalancedFolds::plain_estimates() const {
  std::vector<double> values;
  values.reserve(size());
  for (const auto& fold : folds_) values.push_back(plain(fold));
  return values;
}

std::vector<double> BalancedFolds::estimates() const {
  if (size() < 2) return plain_estimates();
  std::vector<LossMoments> moments(size(), LossMoments(length_));
  LossMoments all(length_);
  for (std::size_t f = 0; f < size(); ++f) {
    for (const auto& row : folds_[f].rows) moments[f].add(row);
    all.add(moments[f]);
  }
  std::vector<double> values;
  values.reserve(size());
  for (std::size_t f = 0; f < size(); ++f) {
    auto others = all;
    others.subtract(moments[f]);
    values.push_back(with_control(folds_[f], LossModel(others)));
  }
  return values;
}

bool BalancedFolds::coincide() const {
  // A single token has one subset: its folds are equal because nothing is random.
  if (length_ == 1) return false;
  const auto subsets = [](const Fold& fold) {
    std::vector<Subset> all;
    all.reserve(fold.rows.size());
    for (const auto& row : fold.rows) all.push_back(row.hidden);
    std::ranges::sort(all);
    return all;
  };
  const auto first = subsets(folds_.front());
  return std::ranges::all_of(folds_, [&](const Fold& fold) { return subsets(fold) == first; });
}

std::size_t BalancedFolds::distinct_subsets(std::size_t folds) const {
  std::set<Subset> distinct;
  for (const auto& fold : std::span(folds_).first(folds)) {
    for (const auto& row : fold.rows) distinct.insert(row.hidden);
  }
  return distinct.size();
}

Mean mean_of_folds(std::span<const double> folds, bool coincide) {
  const auto mean = mean_of(folds);
  if (coincide) return {.value = mean.value, .standard_error = std::nullopt};
  return {.value = mean.value, .standard_error = mean.standard_error};
}

std::optional<double> combined_error(std::optional<double> a, std::optional<double> b) {
  if (!a || !b) return std::nullopt;
  return std::hypot(*a, *b);
}

}  // namespace smdm
