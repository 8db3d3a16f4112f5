// Estimators run on tables of losses, whose exact values are known, so errors are true errors: root
// mean squares over targets and seeds. Races are run likewise and compared with the exact winners.
#include "harness/bench/study.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>

#include "evaluators/likelihood/monte_carlo.hpp"

namespace smdm {
namespace {

/// One run of an estimator.
struct Outcome {
  double loss = 0.0;
  std::optional<double> standard_error;
};

using RunOnce =
    std::function<Outcome(const TargetTable& table, std::int64_t rows, std::uint64_t seed)>;

Outcome run_monte_carlo(const TargetTable& table, std::int64_t rows, std::uint64_t seed) {
  constexpr std::int64_t kStrata = 16;  // as the published runs
  Outcome outcome;
  const auto draws = monte_carlo_draws(seed, table.request->context);
  const auto scoring = scoring_on(table, [&](const Estimate& estimate) {
    outcome = {.loss = -estimate.nats, .standard_error = estimate.standard_error};
  });
  const auto source =
      monte_carlo_source(scoring, {.samples = rows, .strata = std::min(kStrata, rows)}, draws);
  run_on(table, *source);
  return outcome;
}

Outcome run_subsets(const TargetTable& table, std::unique_ptr<SubsetEstimator> estimator) {
  const auto estimate = run_on(table, *estimator);
  return {.loss = estimate.loss, .standard_error = estimate.standard_error};
}

Outcome run_fixed_count(const TargetTable& table, std::int64_t rows, std::uint64_t seed) {
  const auto& request = *table.request;
  return run_subsets(table, fixed_count(request.continuation.size(), {.rows = rows},
                                        FixedCountDraws(seed, request.context)));
}

Outcome run_balanced(const TargetTable& table,
                     std::int64_t rows,
                     std::uint64_t seed,
                     PromptReuse reuse) {
  const auto& request = *table.request;
  return run_subsets(table, balanced(request.continuation.size(), request.context.size(),
                                     {.rows = rows, .prompt_reuse = reuse},
                                     balanced_draws(seed, request.context)));
}

ErrorCurve curve_of(const std::string& name,
                    std::span<const TargetTable> tables,
                    const StudyConfig& config,
                    const RunOnce& run) {
  ErrorCurve curve{.estimator = name, .errors = {}, .reported = {}};
  for (const auto rows : config.budgets) {
    double squares = 0.0;
    double reported = 0.0;
    double reports = 0.0;
    for (const auto& table : tables) {
      for (std::int64_t seed = 0; seed < config.repeats; ++seed) {
        const auto outcome = run(table, rows, static_cast<std::uint64_t>(seed));
        squares += (outcome.loss - table.exact) * (outcome.loss - table.exact);
        if (!outcome.standard_error) continue;
        reported += *outcome.standard_error * *outcome.standard_error;
        reports += 1.0;
      }
    }
    const auto count = static_cast<double>(tables.size()) * static_cast<double>(config.repeats);
    curve.errors.push_back(std::sqrt(squares / count));
    curve.reported.push_back(reports > 0.0 ? std::optional(std::sqrt(reported / reports))
                                           : std::nullopt);
  }
  return curve;
}

std::size_t best_of(std::span<const double> nats,
                    const std::vector<double>& divisors,
                    const std::vector<bool>& left) {
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < nats.size(); ++i) {
    if (!left[i]) continue;
    if (!best || nats[i] / divisors[i] > nats[*best] / divisors[*best]) best = i;
  }
  return best.value();
}

/// Adds one race to the study of each verdict.
void add_race(std::span<const TargetTable> tables,
              const StudiedQuestion& question,
              std::span<const Estimate> estimates,
              const RaceOutcome& outcome,
              std::span<RaceStudy> studies) {
  constexpr double kNear = 0.02;
  std::vector<double> exact;
  std::vector<double> raced;
  for (std::size_t k = 0; k < estimates.size(); ++k) {
    exact.push_back(-tables[k].exact);
    raced.push_back(estimates[k].nats);
  }
  for (std::size_t v = 0; v < studies.size(); ++v) {
    const auto& divisors = question.divisors[v];
    const auto& left = outcome.left[v];
    const auto wanted = best_of(exact, divisors, std::vector<bool>(exact.size(), true));
    const auto got = best_of(raced, divisors, left);
    auto& study = studies[v];
    study.questions += 1;
    const auto gap = exact[wanted] / divisors[wanted] - exact[got] / divisors[got];
    study.agree += got == wanted ? 1 : 0;
    study.near += got != wanted && gap <= kNear ? 1 : 0;
    study.lost += left[wanted] ? 0 : 1;
    study.undecided += outcome.undecided[v] ? 1 : 0;
    const auto choices = static_cast<double>(estimates.size());
    study.rows_per_choice += static_cast<double>(outcome.rows) / choices;
    study.full_rows_per_choice += static_cast<double>(outcome.full_rows) / choices;
  }
}

}  // namespace

std::vector<ErrorCurve> error_curves(std::span<const TargetTable> tables,
                                     const StudyConfig& config) {
  std::vector<ErrorCurve> curves;
  curves.push_back(curve_of("mc", tables, config, run_monte_carlo));
  curves.push_back(curve_of("fixed-count", tables, config, run_fixed_count));
  const auto with = [](PromptReuse reuse) {
    return [reuse](const TargetTable& table, std::int64_t rows, std::uint64_t seed) {
      return run_balanced(table, rows, seed, reuse);
    };
  };
  curves.push_back(curve_of("balanced", tables, config, with(PromptReuse::off)));
  if (std::ranges::any_of(tables, [](const TargetTable& table) { return !table.frozen.empty(); })) {
    curves.push_back(
        curve_of("balanced, prompt reused", tables, config, with(PromptReuse::automatic)));
  }
  return curves;
}

std::vector<RaceStudy> race_studies(const std::string& task,
                                    std::span<const std::string> metrics,
                                    std::span<const TargetTable> tables,
                                    std::span<const StudiedQuestion> questions,
                                    PromptReuse reuse,
                                    const StudyConfig& config) {
  std::vector<RaceStudy> studies;
  studies.reserve(metrics.size());
  for (const auto& metric : metrics)
    studies.push_back({.task = task, .metric = metric, .reuse = reuse});
  for (const auto& question : questions) {
    const auto own = tables.subspan(question.first, question.count);
    std::vector<TokenRequest> requests;
    requests.reserve(own.size());
    for (const auto& table : own) requests.push_back(*table.request);
    for (std::int64_t seed = 0; seed < config.repeats; ++seed) {
      RaceOutcome outcome;
      const auto plan =
          racing_plan({.requests = requests, .divisors = question.divisors},
                      {.error = config.racing_error, .prompt_reuse = reuse},
                      balanced_draws(static_cast<std::uint64_t>(seed), requests.front().context),
                      [&](const RaceOutcome& value) { outcome = value; });
      const auto estimates = run_on(own, *plan);
      add_race(own, question, estimates, outcome, studies);
    }
  }
  for (auto& study : studies) {
    study.rows_per_choice /= static_cast<double>(study.questions);
    study.full_rows_per_choice /= static_cast<double>(study.questions);
  }
  return studies;
}

Json to_json(const ErrorCurve& curve, const StudyConfig& config) {
  Json reported = Json::array();
  for (const auto& error : curve.reported) reported.push_back(error ? Json(*error) : Json());
  return {{"estimator", curve.estimator},
          {"rows", config.budgets},
          {"error", curve.errors},
          {"reported_error", reported}};
}

Json to_json(const RaceStudy& study) {
  return {{"task", study.task},
          {"metric", study.metric},
          {"prompt_reuse", study.reuse == PromptReuse::off ? "off" : "auto"},
          {"races", study.questions},
          {"agree", study.agree},
          {"near", study.near},
          {"winner_eliminated", study.lost},
          {"undecided", study.undecided},
          {"rows_per_choice", study.rows_per_choice},
          {"full_rows_per_choice", study.full_rows_per_choice}};
}

}  // namespace smdm
