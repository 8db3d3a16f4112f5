#include "harness/run/expected_cost.hpp"

#include <algorithm>
#include <cmath>
#include <variant>

namespace smdm {
namespace {

/// Rows of all subsets of a target, as far as that matters.
double all_subsets(double length) {
  constexpr double kEnough = 40.0;
  return std::exp2(std::min(length, kEnough)) - 1.0;
}

/// Rows that an estimator takes for a target of so many tokens.
struct RowsOf {
  double length = 1.0;

  double operator()(const MonteCarlo& own) const { return static_cast<double>(own.samples); }
  double operator()(const ChainRule& /*own*/) const { return length; }
  double operator()(const TeacherForcing& /*own*/) const { return 1.0; }
  double operator()(const ExactSum& /*own*/) const { return all_subsets(length); }
  double operator()(const FixedCount& own) const { return static_cast<double>(own.rows); }
  double operator()(const Balanced& own) const {
    return std::min(static_cast<double>(own.rows), all_subsets(length));
  }
  double operator()(const Orders& own) const {
    const auto orders = static_cast<double>(own.orders.value_or(kPilotOrders + kFewestOrders));
    return std::min(orders * (length - 1.0) + 1.0, all_subsets(length));
  }
  double operator()(const RankingScore& own) const {
    return own.kind == ScoreKind::pseudo_likelihood ? length : 1.0;
  }
  double operator()(const Duel& own) const {
    return static_cast<double>(most_steps(own.policy, static_cast<std::int64_t>(length)));
  }
};

double of_requests(const Item& item, const Estimator& estimator) {
  double sum = 0.0;
  for (const auto& request : item.ids.requests) {
    const RowsOf rows{.length = static_cast<double>(request.continuation.size())};
    sum += static_cast<double>(request.tokens()) * std::visit(rows, estimator);
  }
  return sum;
}

struct OfWork {
  const Item& item;

  double operator()(const LikelihoodSettings& work) const {
    // Most races end within the first looks.
    constexpr std::int64_t kUsualRows = 32;
    if (work.racing) return of_requests(item, Balanced{.rows = kUsualRows});
    return of_requests(item, work.config.estimator);
  }
  double operator()(const CorpusSettings& work) const {
    return of_requests(item, work.config.estimator);
  }
  double operator()(const GenerationSettings& work) const {
    const auto prompt = static_cast<double>(item.ids.prompt.size());
    const auto length =
        item.ids.canvas ? prompt : static_cast<double>(work.length_behind(item.ids.prompt.size()));
    const auto passes = static_cast<double>(most_passes(item, work.second_cfg.has_value()));
    const auto* unmasking = std::get_if<UnmaskingConfig>(&work.generator);
    if (unmasking == nullptr) return length * passes;
    const auto hidden = static_cast<std::int64_t>(item.ids.canvas ? prompt : length - prompt);
    const auto steps = most_steps(unmasking->policy, std::max<std::int64_t>(hidden, 1));
    return static_cast<double>(steps) * length * passes;
  }
};

}  // namespace

double expected_cost(const Item& item, const Decided& decided) {
  return std::max(std::visit(OfWork{item}, decided.work), 1.0);
}

}  // namespace smdm
