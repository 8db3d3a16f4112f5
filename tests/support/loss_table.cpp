// Losses of every subset, computed once or given; estimators, plans and sources are answered from
// them instead of a model.
#include "tests/support/loss_table.hpp"

#include <bit>
#include <random>
#include <utility>
#include <variant>

namespace smdm::test {
namespace {

std::size_t bits_of(const Subset& subset) {
  std::size_t bits = 0;
  for (const auto i : subset) bits |= std::size_t{1} << i;
  return bits;
}

}  // namespace

LossTable::LossTable(const FakeModel& model,
                     const TokenRequest& request,
                     const FakeModel& frozen_model)
    : length_(request.continuation.size()),
      full_(tabulate(model, request)),
      frozen_(tabulate(frozen_model, request)) {}

LossTable::LossTable(std::vector<RowLosses> full, std::vector<RowLosses> frozen)
    : length_(static_cast<std::size_t>(std::bit_width(full.size())) - 1),
      full_(std::move(full)),
      frozen_(std::move(frozen)) {}

std::vector<RowLosses> LossTable::tabulate(const FakeModel& model,
                                           const TokenRequest& request) const {
  const auto mask_id = std::get<MaskedDiffusion>(model.info().objective).mask_id;
  std::vector<RowLosses> table(1);
  for (const auto& subset : all_subsets(length_)) {
    auto ids = request.context;
    ids.insert(ids.end(), request.continuation.begin(), request.continuation.end());
    for (const auto i : subset) ids[request.context.size() + i] = mask_id;
    RowLosses losses;
    for (const auto i : subset) {
      const auto token = static_cast<std::size_t>(request.continuation[i]);
      losses.push_back(-model.log_p(ids, request.context.size() + i)[token]);
    }
    table.push_back(losses);
  }
  return table;
}

const RowLosses& LossTable::losses(const WantedRow& row) const {
  return (row.frozen_prompt ? frozen_ : full_)[bits_of(row.hidden)];
}

double LossTable::exact() const {
  double sum = 0.0;
  for (const auto& subset : all_subsets(length_)) {
    double losses = 0.0;
    for (const auto loss : full_[bits_of(subset)]) losses += loss;
    sum += exact_weight(length_, subset.size()) * losses;
  }
  return sum;
}

FoldEstimate LossTable::run(SubsetEstimator& estimator, std::size_t* rows) const {
  while (true) {
    const auto wanted = estimator.next();
    if (wanted.empty()) return estimator.estimate();
    if (rows != nullptr) *rows += wanted.size();
    std::vector<RowLosses> answers;
    answers.reserve(wanted.size());
    for (const auto& row : wanted) answers.push_back(losses(row));
    estimator.take(answers);
  }
}

void run(const LossTable& table, ScoreSource& source, std::size_t context) {
  while (const auto group = source.next()) {
    Subset hidden;
    hidden.reserve(group->rows.wanted.size());
    for (const auto position : group->rows.wanted)
      hidden.push_back(static_cast<std::size_t>(position) - context);
    std::vector<double> log_p;
    log_p.reserve(hidden.size());
    for (const auto loss : table.losses({.hidden = hidden})) log_p.push_back(-loss);
    source.take({.log_p = log_p, .argmax = {}});
  }
  source.finish();
}

std::vector<Estimate> run(std::span<const LossTable> tables, SubsetPlan& plan) {
  while (true) {
    const auto asked = plan.next();
    if (asked.empty()) return plan.estimates();
    std::vector<RowLosses> answers;
    answers.reserve(asked.size());
    for (const auto& one : asked) answers.push_back(tables[one.request].losses(one.row));
    plan.take(answers);
  }
}

FakeModel::Logits mild_logits() {
  return [](std::span<const std::int64_t> ids, std::size_t position) {
    std::vector<float> logits;
    for (std::size_t token = 0; token < 7; ++token) {
      auto value = static_cast<float>((position * 5 + token * 3) % 7) / 2.0F;
      for (std::size_t i = 0; i < ids.size(); ++i) {
        const auto distance = i > position ? i - position : position - i;
        if (ids[i] == 7 || distance == 0) continue;
        const auto match = static_cast<float>((static_cast<std::size_t>(ids[i]) + token) % 3);
        value += match / static_cast<float>(1 + distance);
      }
      logits.push_back(value);
    }
    return logits;
  };
}

FakeModel::Logits strong_logits() {
  constexpr double kStrength = 3.0;
  return scrambled_logits(kStrength);
}

TokenRequest made_request(std::size_t prompt, std::size_t length) {
  std::mt19937 bits(5);
  TokenRequest request;
  for (std::size_t i = 0; i < prompt; ++i)
    request.context.push_back(static_cast<std::int64_t>(bits() % 7));
  for (std::size_t i = 0; i < length; ++i)
    request.continuation.push_back(static_cast<std::int64_t>(bits() % 7));
  return request;
}

}  // namespace smdm::test
