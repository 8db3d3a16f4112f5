// Estimators speak of subsets, packing of rows; between them a question goes round by round. A
// round is the rows that the plan wants next; it ends when all of them are known, whoever asked for
// them first.
#include "evaluators/subsets/question.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace smdm {
namespace {

class IndependentPlan final : public SubsetPlan {
 public:
  explicit IndependentPlan(std::vector<std::unique_ptr<SubsetEstimator>> estimators)
      : estimators_(std::move(estimators)) {}

  std::vector<AskedRow> next() override {
    std::vector<AskedRow> asked;
    for (std::size_t request = 0; request < estimators_.size(); ++request) {
      if (complete_.contains(request)) continue;
      auto rows = estimators_[request]->next();
      if (rows.empty()) complete_.insert(request);
      counts_[request] = rows.size();
      for (auto& row : rows) asked.push_back({.request = request, .row = std::move(row)});
    }
    return asked;
  }

  void see(std::span<const RowRanks> ranks) override {
    for (const auto& [request, count] : counts_) {
      if (count > 0) estimators_[request]->see(ranks.first(count));
      ranks = ranks.subspan(count);
    }
  }

  void take(std::span<const RowLosses> losses) override {
    for (const auto& [request, count] : std::exchange(counts_, {})) {
      if (count > 0) estimators_[request]->take(losses.first(count));
      losses = losses.subspan(count);
    }
  }

  std::vector<Estimate> estimates() override {
    std::vector<Estimate> estimates;
    estimates.reserve(estimators_.size());
    for (const auto& one : estimators_) estimates.push_back(estimate_of(one->estimate()));
    return estimates;
  }

 private:
  std::vector<std::unique_ptr<SubsetEstimator>> estimators_;
  std::map<std::size_t, std::size_t> counts_;  ///< rows of this round, by request
  std::set<std::size_t> complete_;
};

/// Runs a plan over a table of rows.
class SubsetSource final : public ScoreSource {
 public:
  SubsetSource(QuestionRows question,
               std::unique_ptr<SubsetPlan> plan,
               std::function<void(std::size_t, const Estimate&)> done)
      : table_(question), plan_(std::move(plan)), done_(std::move(done)) {
    begin_round();
  }

  std::optional<RowGroup> next() override {
    // A round whose rows were all computed for earlier ones ends at once.
    while (true) {
      if (auto group = table_.next()) return group;
      if (places_.empty() || !all_known()) return std::nullopt;
      end_round();
      begin_round();
    }
  }

  void take(const Scores& scores) override { table_.take(scores); }

  void finish() override {
    auto estimates = plan_->estimates();
    for (std::size_t i = 0; i < estimates.size(); ++i) {
      estimates[i].rows = table_.cost(i).rows;
      estimates[i].tokens = table_.cost(i).tokens;
      done_(i, estimates[i]);
    }
  }

 private:
  void begin_round() {
    places_.clear();
    for (const auto& asked : plan_->next()) {
      places_.push_back(table_.ask(asked.request, asked.row));
    }
  }

  [[nodiscard]] bool all_known() const {
    return std::ranges::all_of(places_, [&](const auto& place) { return table_.known(place); });
  }

  void end_round() {
    std::vector<RowLosses> losses;
    losses.reserve(places_.size());
    for (const auto& place : places_) losses.push_back(table_.losses(place));
    show_ranks();
    plan_->take(losses);
  }

  void show_ranks() {
    if (places_.empty() || !table_.has_ranks(places_.front())) return;
    std::vector<RowRanks> ranks;
    ranks.reserve(places_.size());
    for (const auto& place : places_) ranks.push_back(table_.ranks(place));
    plan_->see(ranks);
  }

  RowTable table_;
  std::unique_ptr<SubsetPlan> plan_;
  std::function<void(std::size_t, const Estimate&)> done_;
  std::vector<RowTable::Place> places_;  ///< of the round's rows
};

}  // namespace

Estimate estimate_of(const FoldEstimate& folds) {
  Estimate estimate;
  estimate.nats = 0.0 - folds.loss;  // never -0
  estimate.standard_error = folds.standard_error;
  estimate.fold_count = folds.fold_count;
  estimate.bound = Bound::lower;
  estimate.folds = folds.folds;
  // Enumeration over a frozen prompt is not the exact value: its correction is still random.
  estimate.enumerated = folds.enumerated && !folds.reuse;
  estimate.target_missed = folds.target_missed;
  estimate.prompt_reuse = folds.reuse;
  estimate.values = folds.values;
  estimate.orders = folds.orders;
  return estimate;
}

std::unique_ptr<SubsetPlan> independent_plan(
    std::vector<std::unique_ptr<SubsetEstimator>> estimators) {
  return std::make_unique<IndependentPlan>(std::move(estimators));
}

std::unique_ptr<ScoreSource> subset_source(QuestionRows question,
                                           std::unique_ptr<SubsetPlan> plan,
                                           std::function<void(std::size_t, const Estimate&)> done) {
  return std::make_unique<SubsetSource>(question, std::move(plan), std::move(done));
}

}  // namespace smdm
