// A table is filled by a plan that asks for every subset and goes the way of any other plan, so
// rows are shared and packed as in an evaluation; later, plans and sources are answered from the
// table instead of a model.
#include "harness/bench/loss_tables.hpp"

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

#include "evaluators/likelihood/likelihood.hpp"

namespace smdm {
namespace {

/// Stands where a source hides a token: no token of a model.
constexpr std::int64_t kTableMask = -1;

std::size_t bits_of(const Subset& subset) {
  std::size_t bits = 0;
  for (const auto i : subset) bits |= std::size_t{1} << i;
  return bits;
}

/// Asks for every subset of every target and keeps the answers.
class TablePlan final : public SubsetPlan {
 public:
  explicit TablePlan(std::span<TargetTable> tables) : tables_(tables) {}

  std::vector<AskedRow> next() override {
    std::vector<AskedRow> asked;
    if (std::exchange(asked_, true)) return asked;
    for (std::size_t t = 0; t < tables_.size(); ++t) {
      const auto& request = *tables_[t].request;
      const auto length = request.continuation.size();
      const bool frozen = reuses_prompt(PromptReuse::automatic, length, request.context.size());
      for (const auto& subset : all_subsets(length)) {
        asked.push_back({.request = t, .row = {.hidden = subset}});
        if (frozen)
          asked.push_back({.request = t, .row = {.hidden = subset, .frozen_prompt = true}});
      }
    }
    rows_ = asked;
    return asked;
  }

  void see(std::span<const RowRanks> ranks) override {
    for (std::size_t k = 0; k < ranks.size(); ++k) {
      if (rows_[k].row.frozen_prompt) continue;
      auto& table = tables_[rows_[k].request];
      table.ranks.resize(std::size_t{1} << table.request->continuation.size());
      table.ranks[bits_of(rows_[k].row.hidden)] = ranks[k];
    }
  }

  void take(std::span<const RowLosses> losses) override {
    for (std::size_t k = 0; k < losses.size(); ++k) {
      auto& table = tables_[rows_[k].request];
      auto& column = rows_[k].row.frozen_prompt ? table.frozen : table.full;
      column.resize(std::size_t{1} << table.request->continuation.size());
      column[bits_of(rows_[k].row.hidden)] = losses[k];
    }
  }

  std::vector<Estimate> estimates() override { return std::vector<Estimate>(tables_.size()); }

 private:
  std::span<TargetTable> tables_;
  std::vector<AskedRow> rows_;
  bool asked_ = false;
};

double exact_of(const TargetTable& table) {
  const auto length = table.request->continuation.size();
  double sum = 0.0;
  for (const auto& subset : all_subsets(length)) {
    double losses = 0.0;
    for (const auto loss : table.full[bits_of(subset)]) losses += loss;
    sum += exact_weight(length, subset.size()) * losses;
  }
  return sum;
}

/// What a source's row hides of the target.
Subset hidden_in(const RowGroup& group, const TokenRequest& request) {
  Subset hidden;
  for (std::size_t i = 0; i < request.continuation.size(); ++i) {
    if (group.rows.ids[request.context.size() + i] == kTableMask) hidden.push_back(i);
  }
  return hidden;
}

std::vector<RowLosses> answers(std::span<const TargetTable> tables,
                               std::span<const AskedRow> asked) {
  std::vector<RowLosses> all;
  all.reserve(asked.size());
  for (const auto& one : asked) all.push_back(tables[one.request].losses(one.row));
  return all;
}

}  // namespace

const RowLosses& TargetTable::losses(const WantedRow& row) const {
  return (row.frozen_prompt ? frozen : full)[bits_of(row.hidden)];
}

TargetTable table_of(const TokenRequest& request, std::vector<RowLosses> full) {
  TargetTable table{.request = &request, .full = std::move(full), .frozen = {}, .ranks = {}};
  table.exact = exact_of(table);
  return table;
}

std::vector<TargetTable> loss_tables(const LanguageModel& model,
                                     std::span<const TokenRequest> requests,
                                     const TableConfig& config) {
  std::vector<TargetTable> tables(requests.size());
  for (std::size_t i = 0; i < requests.size(); ++i) tables[i].request = &requests[i];
  std::size_t next = 0;
  const auto open = [&]() -> std::unique_ptr<ScoreSource> {
    if (next == requests.size()) return nullptr;
    const auto first = next;
    while (next < requests.size() && requests[next].context == requests[first].context) ++next;
    return subset_source(
        question_rows(model.info(), requests.subspan(first, next - first), config.cfg),
        std::make_unique<TablePlan>(std::span(tables).subspan(first, next - first)),
        [](std::size_t, const Estimate&) {});
  };
  run_sources(model, open, config.packing, WithArgmax::no, config.ranks);
  for (auto& table : tables) table.exact = exact_of(table);
  return tables;
}

FoldEstimate run_on(const TargetTable& table, SubsetEstimator& estimator, std::size_t* rows) {
  std::set<std::pair<bool, Subset>> asked;
  while (true) {
    const auto wanted = estimator.next();
    if (wanted.empty()) break;
    std::vector<RowLosses> losses;
    losses.reserve(wanted.size());
    for (const auto& row : wanted) {
      losses.push_back(table.losses(row));
      if (rows != nullptr) asked.emplace(row.frozen_prompt, row.hidden);
    }
    estimator.take(losses);
  }
  if (rows != nullptr) *rows = asked.size();
  return estimator.estimate();
}

std::vector<Estimate> run_on(std::span<const TargetTable> tables, SubsetPlan& plan) {
  while (true) {
    const auto asked = plan.next();
    if (asked.empty()) return plan.estimates();
    plan.take(answers(tables, asked));
  }
}

Scoring scoring_on(const TargetTable& table, std::function<void(const Estimate&)> done) {
  return {.request = table.request, .mask_id = kTableMask, .done = std::move(done)};
}

void run_on(const TargetTable& table, ScoreSource& source) {
  const auto context = table.request->context.size();
  while (const auto group = source.next()) {
    const auto hidden = hidden_in(*group, *table.request);
    const auto& losses = table.losses({.hidden = hidden});
    std::vector<double> log_p;
    log_p.reserve(group->rows.wanted.size());
    for (const auto position : group->rows.wanted) {
      const auto place = std::ranges::find(hidden, static_cast<std::size_t>(position) - context);
      log_p.push_back(-losses.at(static_cast<std::size_t>(place - hidden.begin())));
    }
    source.take({.log_p = log_p, .argmax = {}});
  }
  source.finish();
}

}  // namespace smdm
