// Every value runs on the same tables of losses as a source or an estimator of an evaluation would,
// question by question; what it says of the choices is set beside what exact any_order says.
#include "harness/bench/rank.hpp"

#include <algorithm>
#include <functional>
#include <memory>
#include <stdexcept>
#include <utility>

#include "base/metrics/accuracy.hpp"
#include "evaluators/likelihood/all_estimators.hpp"
#include "evaluators/subsets/lattice.hpp"
#include "results/statistics/clusters.hpp"
#include "results/statistics/paired_difference.hpp"
#include "results/statistics/statistics.hpp"

namespace smdm {
namespace {

/// The choices of a question.
struct Valued {
  std::vector<double> nats;
  double rows = 0.0;  ///< of all choices
};

/// A way to value the choices; nothing where it has no value.
using ValueChoices =
    std::function<std::optional<Valued>(const StudiedQuestion& question, std::uint64_t seed)>;

struct NamedValue {
  std::string name;
  ValueChoices of_choices;
  bool random = false;
};

using OneValue = std::function<std::optional<Valued>(std::size_t request)>;

/// The choices one by one.
std::optional<Valued> one_by_one(const StudiedQuestion& question, const OneValue& value) {
  Valued all;
  for (std::size_t k = 0; k < question.count; ++k) {
    const auto one = value(question.first + k);
    if (!one) return std::nullopt;
    all.nats.push_back(one->nats.front());
    all.rows += one->rows;
  }
  return all;
}

Valued single(double nats, double rows) {
  return {.nats = {nats}, .rows = rows};
}

std::optional<Valued> single(const std::optional<double>& nats, double rows) {
  if (!nats) return std::nullopt;
  return single(*nats, rows);
}

double length_of(const TargetTable& table) {
  return static_cast<double>(table.request->continuation.size());
}

double subsets_of(const TargetTable& table) {
  return static_cast<double>(subset_count(table.request->continuation.size()));
}

OrderValues values_of(const TargetTable& table) {
  const auto ranks =
      table.ranks.empty() ? std::span<const RowRanks>() : std::span(table.ranks).subspan(1);
  return order_values(table.request->continuation.size(), std::span(table.full).subspan(1), ranks);
}

/// What the source of an estimator gives on a table.
template <typename MakeSource>
Valued of_source(const TargetTable& table, const MakeSource& make) {
  Valued valued;
  const auto scoring = scoring_on(table, [&](const Estimate& estimate) {
    valued = single(estimate.nats, static_cast<double>(estimate.rows));
  });
  run_on(table, *make(scoring));
  return valued;
}

Valued of_subsets(const TargetTable& table, std::unique_ptr<SubsetEstimator> estimator) {
  std::size_t rows = 0;
  const auto estimate = run_on(table, *estimator, &rows);
  return single(0.0 - estimate.loss, static_cast<double>(rows));
}

/// The estimators that draw subsets.
Valued drawn(const TargetTable& table, const Estimator& estimator, std::uint64_t seed) {
  const auto& [context, target, suffix] = *table.request;
  if (const auto* mc = std::get_if<MonteCarlo>(&estimator)) {
    return of_source(table, [&](const Scoring& scoring) {
      return monte_carlo_source(scoring, *mc, monte_carlo_draws(seed, context));
    });
  }
  if (const auto* fixed = std::get_if<FixedCount>(&estimator)) {
    return of_subsets(table, fixed_count(target.size(), *fixed, FixedCountDraws(seed, context)));
  }
  if (const auto* orders = std::get_if<Orders>(&estimator))
    return of_subsets(table, random_orders(target.size(), *orders, order_draws(seed, context)));
  return of_subsets(table, balanced(target.size(), context.size(), std::get<Balanced>(estimator),
                                    balanced_draws(seed, context)));
}

/// What random orders say of the likelihood itself, from below.
Valued low_end(const TargetTable& table, std::uint64_t seed) {
  const auto& [context, target, suffix] = *table.request;
  const auto estimator = random_orders(target.size(), Orders{}, order_draws(seed, context));
  std::size_t rows = 0;
  const auto estimate = run_on(table, *estimator, &rows);
  const double nats = estimate.orders ? estimate.orders->low : estimate.values.value().any_order;
  return single(nats, static_cast<double>(rows));
}

bool draws(const Estimator& estimator) {
  return std::holds_alternative<MonteCarlo>(estimator) ||
         std::holds_alternative<FixedCount>(estimator) ||
         std::holds_alternative<Orders>(estimator) || std::holds_alternative<Balanced>(estimator);
}

/// All values of a task.
class Values {
 public:
  explicit Values(const StudiedTask& study) : study_(study) {
    orders_.reserve(study.tables.size());
    for (const auto& table : study.tables) orders_.push_back(values_of(table));
  }

  [[nodiscard]] std::vector<double> any_order(const StudiedQuestion& question) const {
    std::vector<double> nats;
    nats.reserve(question.count);
    for (std::size_t k = 0; k < question.count; ++k)
      nats.push_back(orders_[question.first + k].any_order);
    return nats;
  }

  [[nodiscard]] std::vector<NamedValue> all() const {
    std::vector<NamedValue> all;
    all.reserve(kAllScoreKinds.size() + kAllEstimators.size());
    for (const auto& [name, kind] : kAllScoreKinds) all.push_back(score_value(name, kind));
    all.push_back(ordered("chain-rule, duel left_to_right", [](const OrderValues& values) {
      return std::optional(values.left_to_right);
    }));
    all.push_back(ordered("duel confidence", [](const auto& values) { return values.confidence; }));
    all.push_back(ordered("duel margin", [](const auto& values) { return values.margin; }));
    all.push_back(ordered("duel entropy", [](const auto& values) { return values.entropy; }));
    all.push_back(bound());
    for (const auto& [name, estimator] : kAllEstimators) {
      if (!draws(estimator)) continue;
      all.push_back(random(name, [&estimator](const TargetTable& table, std::uint64_t seed) {
        return drawn(table, estimator, seed);
      }));
    }
    all.push_back(random("orders, any_order_low", low_end));
    return all;
  }

 private:
  [[nodiscard]] NamedValue deterministic(const std::string& name, OneValue value) const {
    return {.name = name,
            .of_choices = [value = std::move(value)](const StudiedQuestion& question,
                                                     std::uint64_t /*seed*/) {
              return one_by_one(question, value);
            }};
  }

  /// On a table there is no row that hides nothing: what is in view was scored by the model.
  [[nodiscard]] NamedValue score_value(const std::string& name, ScoreKind kind) const {
    return deterministic(name, [this, kind](std::size_t request) -> std::optional<Valued> {
      if (kind == ScoreKind::in_view) {
        if (study_.in_view.empty()) return std::nullopt;
        return single(study_.in_view[request], 1.0);
      }
      return of_source(study_.tables[request], [&](const Scoring& scoring) {
        return ranking_score_source(scoring, {.kind = kind});
      });
    });
  }

  /// The likelihood under a policy, which takes a row a token.
  template <typename Of>
  [[nodiscard]] NamedValue ordered(const std::string& name, const Of& of) const {
    return deterministic(name, [this, of](std::size_t request) {
      return single(std::optional<double>(of(orders_[request])), length_of(study_.tables[request]));
    });
  }

  [[nodiscard]] NamedValue bound() const {
    return deterministic("exact (ELBO)", [this](std::size_t request) {
      return std::optional(single(orders_[request].elbo, subsets_of(study_.tables[request])));
    });
  }

  using OfTable = std::function<Valued(const TargetTable& table, std::uint64_t seed)>;

  [[nodiscard]] NamedValue random(const std::string& name, OfTable of_table) const {
    return {.name = name,
            .of_choices =
                [this, of_table = std::move(of_table)](const StudiedQuestion& question,
                                                       std::uint64_t seed) {
                  return one_by_one(question, [&](std::size_t request) {
                    return std::optional(of_table(study_.tables[request], seed));
                  });
                },
            .random = true};
  }

  const StudiedTask& study_;
  std::vector<OrderValues> orders_;  ///< of the tables
};

std::vector<double> divided(std::span<const double> nats, std::span<const double> divisors) {
  std::vector<double> values;
  values.reserve(nats.size());
  for (std::size_t i = 0; i < nats.size(); ++i) values.push_back(nats[i] / divisors[i]);
  return values;
}

std::ptrdiff_t winner(const std::vector<double>& values) {
  return std::ranges::max_element(values) - values.begin();
}

int order_of(double a, double b) {
  return (a > b ? 1 : 0) - (a < b ? 1 : 0);
}

std::optional<double> kendall(const std::vector<double>& values, const std::vector<double>& truth) {
  double sum = 0.0;
  double pairs = 0.0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const int wanted = order_of(truth[i], truth[j]);
      if (wanted == 0) continue;
      pairs += 1.0;
      sum += wanted * order_of(values[i], values[j]);
    }
  }
  if (pairs == 0.0) return std::nullopt;
  return sum / pairs;
}

/// Under each verdict of a question.
std::vector<QuestionAgreement> agreements_with(const StudiedQuestion& question,
                                               std::span<const double> nats,
                                               std::span<const double> truth) {
  std::vector<QuestionAgreement> all;
  for (const auto& divisors : question.divisors) {
    const auto values = divided(nats, divisors);
    const auto wanted = divided(truth, divisors);
    all.push_back(
        {.same = {winner(values) == winner(wanted) ? 1.0 : 0.0}, .tau = kendall(values, wanted)});
  }
  return all;
}

/// Adds one of so many seeds to a question's.
void add_seed(std::vector<QuestionAgreement>& all,
              std::span<const QuestionAgreement> one,
              double seeds) {
  all.resize(one.size());
  for (std::size_t v = 0; v < one.size(); ++v) {
    all[v].same.push_back(one[v].same.front());
    if (const auto tau = one[v].tau) all[v].tau = all[v].tau.value_or(0.0) + *tau / seeds;
  }
}

RankedValue ranked(const StudiedTask& study,
                   const Values& values,
                   const NamedValue& value,
                   std::int64_t repeats) {
  RankedValue ranked{.name = value.name, .random = value.random, .agreements = {}};
  const auto seeds = value.random ? repeats : 1;
  double rows = 0.0;
  std::vector<std::vector<QuestionAgreement>> agreements(study.metrics.size());
  for (const auto& question : study.questions) {
    const auto truth = values.any_order(question);
    std::vector<QuestionAgreement> of_seeds;
    for (std::int64_t seed = 0; seed < seeds; ++seed) {
      const auto valued = value.of_choices(question, static_cast<std::uint64_t>(seed));
      if (!valued) return ranked;
      rows += valued->rows;
      add_seed(of_seeds, agreements_with(question, valued->nats, truth),
               static_cast<double>(seeds));
    }
    for (std::size_t v = 0; v < of_seeds.size(); ++v) agreements[v].push_back(of_seeds[v]);
  }
  ranked.rows_per_choice =
      rows / static_cast<double>(seeds) / static_cast<double>(study.requests.size());
  ranked.agreements = std::move(agreements);
  return ranked;
}

/// Puts the questions of `more` behind those of `value`.
void join(RankedValue& value, double choices, const RankedValue& more, double more_choices) {
  if (value.agreements.empty() || more.agreements.empty()) {
    value.agreements.clear();
    return;
  }
  value.rows_per_choice = (value.rows_per_choice * choices + more.rows_per_choice * more_choices) /
                          (choices + more_choices);
  for (std::size_t v = 0; v < value.agreements.size(); ++v) {
    auto& own = value.agreements[v];
    own.insert(own.end(), more.agreements[v].begin(), more.agreements[v].end());
  }
}

/// Shares of questions, or of seeds of questions, with what they are about.
struct Shares {
  std::vector<double> values;
  std::vector<std::string> keys;  ///< see dense_clusters()

  void add(double value, std::string key) {
    values.push_back(value);
    keys.push_back(std::move(key));
  }
  [[nodiscard]] double mean() const { return metric_value(metrics::accuracy(), values); }
  [[nodiscard]] std::optional<Interval> interval() const {
    return metric_interval(metrics::accuracy(), values, dense_clusters(keys));
  }
};

/// What the seeds of a question have in common: its cluster, or itself.
std::string key_of_seeds(const std::string& cluster, std::size_t question) {
  return cluster.empty() ? "question " + std::to_string(question) : "cluster " + cluster;
}

/// From a share of pairs in the same order to tau, which ends at 1 and -1.
double tau_of(double share) {
  return std::clamp(2.0 * share - 1.0, -1.0, 1.0);
}

}  // namespace

RankStudy rank_study(const StudiedTask& study, std::int64_t repeats) {
  if (study.questions.empty() || repeats < 1)
    throw std::invalid_argument("ranks: wanted questions and at least one seed");
  const Values values(study);
  RankStudy ranks{.task = study.name,
                  .metrics = study.metrics,
                  .choices = study.requests.size(),
                  .clusters = study.clusters,
                  .values = {}};
  for (const auto& value : values.all())
    ranks.values.push_back(ranked(study, values, value, repeats));
  return ranks;
}

RankStudy joined(std::span<const RankStudy> studies) {
  auto all = studies.front();
  all.task = "all";
  for (const auto& study : studies.subspan(1)) {
    for (std::size_t i = 0; i < all.values.size(); ++i) {
      join(all.values[i], static_cast<double>(all.choices), study.values[i],
           static_cast<double>(study.choices));
    }
    all.choices += study.choices;
    all.clusters.insert(all.clusters.end(), study.clusters.begin(), study.clusters.end());
  }
  return all;
}

Agreement agreement_of(std::span<const QuestionAgreement> questions,
                       std::span<const std::string> clusters) {
  Shares same;
  Shares in_order;
  for (std::size_t q = 0; q < questions.size(); ++q) {
    const auto& one = questions[q];
    const bool alone = one.same.size() == 1;
    for (const double verdict : one.same)
      same.add(verdict, alone ? clusters[q] : key_of_seeds(clusters[q], q));
    if (one.tau) in_order.add((1.0 + *one.tau) / 2.0, clusters[q]);
  }
  Agreement agreement{
      .same = same.mean(), .same_interval = same.interval(), .tau = {}, .tau_interval = {}};
  if (in_order.values.empty()) return agreement;
  agreement.tau = tau_of(in_order.mean());
  if (const auto ends = in_order.interval())
    agreement.tau_interval = {.low = tau_of(ends->low), .high = tau_of(ends->high)};
  return agreement;
}

}  // namespace smdm
