// Runs estimators and races on recorded losses with fixed seeds. Everything is a sum of doubles in
// a fixed order, so that figures are the same wherever the arithmetic is.
#include "tests/support/estimator_figures.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <memory>
#include <optional>

#include "evaluators/likelihood/monte_carlo.hpp"
#include "evaluators/racing/race.hpp"

namespace smdm::test {
namespace {

/// What a run says of a target.
struct Run {
  double loss = 0.0;
  std::optional<double> standard_error;
  double rows = 0.0;  ///< asked for, equal ones each time
};

using RunOnce =
    std::function<Run(const LossTable& table, const TokenRequest& request, std::uint64_t seed)>;
using Make = std::function<std::unique_ptr<SubsetEstimator>(const TokenRequest& request,
                                                            std::uint64_t seed)>;

RunOnce monte_carlo_run(std::int64_t rows) {
  return [rows](const LossTable& table, const TokenRequest& request, std::uint64_t seed) {
    constexpr std::int64_t kStrata = 8;  // several rounds, as reported errors want them
    Run run;
    Scoring scoring;
    scoring.request = &request;
    scoring.done = [&](const Estimate& estimate) {
      run = {.loss = -estimate.nats, .standard_error = estimate.standard_error};
    };
    const auto source = monte_carlo_source(scoring, {.samples = rows, .strata = kStrata},
                                           monte_carlo_draws(seed, request.context));
    test::run(table, *source, request.context.size());
    return run;
  };
}

RunOnce subset_run(const Make& make) {
  return [make](const LossTable& table, const TokenRequest& request, std::uint64_t seed) {
    const auto estimator = make(request, seed);
    std::size_t rows = 0;
    const auto estimate = table.run(*estimator, &rows);
    return Run{.loss = estimate.loss,
               .standard_error = estimate.standard_error,
               .rows = static_cast<double>(rows)};
  };
}

RunOnce fixed_count_run(std::int64_t rows) {
  return subset_run([rows](const TokenRequest& request, std::uint64_t seed) {
    return fixed_count(request.continuation.size(), {.rows = rows},
                       FixedCountDraws(seed, request.context));
  });
}

RunOnce balanced_run(const Balanced& config) {
  return subset_run([config](const TokenRequest& request, std::uint64_t seed) {
    return balanced(request.continuation.size(), request.context.size(), config,
                    balanced_draws(seed, request.context));
  });
}

/// The sums behind the figures of one estimator.
struct Sums {
  double runs = 0.0;
  double squares = 0.0;   ///< of true errors
  double reports = 0.0;   ///< runs with a standard error
  double reported = 0.0;  ///< squares of these
  double rows = 0.0;
};

Sums sums_of(std::span<const RealQuestion> questions, std::uint64_t seeds, const RunOnce& once) {
  Sums sums;
  for (const auto& question : questions) {
    for (std::size_t k = 0; k < question.tables.size(); ++k) {
      for (std::uint64_t seed = 0; seed < seeds; ++seed) {
        const auto run = once(question.tables[k], question.requests[k], seed);
        const auto error = run.loss + question.exact[k];
        sums.runs += 1.0;
        sums.rows += run.rows;
        sums.squares += error * error;
        if (!run.standard_error) continue;
        sums.reports += 1.0;
        sums.reported += run.standard_error.value() * run.standard_error.value();
      }
    }
  }
  return sums;
}

void add_errors(std::vector<Figure>& figures, const std::string& name, const Sums& sums) {
  figures.push_back({.name = name + ": error",
                     .value = std::sqrt(sums.squares / sums.runs),
                     .better = Better::smaller});
  if (sums.reports == 0.0) return;
  figures.push_back(
      {.name = name + ": reported", .value = std::sqrt(sums.reported / sums.reports)});
}

/// The largest value a divisor among the choices that are left, the first of equal ones.
std::size_t best_of(std::span<const double> nats,
                    const std::vector<double>& divisors,
                    const std::vector<bool>& left) {
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < nats.size(); ++i) {
    if (left[i] && (!best || nats[i] / divisors[i] > nats[*best] / divisors[*best])) best = i;
  }
  return best.value();
}

/// The sums behind the figures of races.
struct RaceSums {
  double choices = 0.0;
  double rows = 0.0;
  double verdicts = 0.0;
  double wrong = 0.0;
  double ruled_out = 0.0;
  double undecided = 0.0;
};

void add_race(RaceSums& sums,
              const RealQuestion& question,
              const Racing& config,
              std::uint64_t seed) {
  RaceOutcome outcome;
  const auto plan = racing_plan({.requests = question.requests, .divisors = question.divisors},
                                config, balanced_draws(seed, question.requests.front().context),
                                [&](const RaceOutcome& value) { outcome = value; });
  const auto estimates = run(question.tables, *plan);
  std::vector<double> raced;
  raced.reserve(estimates.size());
  for (const auto& estimate : estimates) raced.push_back(estimate.nats);
  sums.choices += static_cast<double>(estimates.size());
  sums.rows += static_cast<double>(outcome.rows);
  for (std::size_t v = 0; v < question.divisors.size(); ++v) {
    const auto& divisors = question.divisors[v];
    const auto winner = best_of(question.exact, divisors, std::vector<bool>(raced.size(), true));
    sums.verdicts += 1.0;
    sums.wrong += best_of(raced, divisors, outcome.left[v]) == winner ? 0.0 : 1.0;
    sums.ruled_out += outcome.left[v][winner] ? 0.0 : 1.0;
    sums.undecided += outcome.undecided[v] ? 1.0 : 0.0;
  }
}

/// A number as it stands in a name: 0.05.
std::string short_number(double value) {
  auto text = std::to_string(value);
  text.erase(text.find_last_not_of('0') + 1);
  return text;
}

void add_races(std::vector<Figure>& figures, const std::string& name, const RaceSums& sums) {
  const auto add = [&](const char* what, double value, Better better) {
    figures.push_back({.name = name + ": " + what, .value = value, .better = better});
  };
  add("rows", sums.rows / sums.choices, Better::smaller);
  add("wrong", sums.wrong / sums.verdicts, Better::smaller_share);
  add("ruled out", sums.ruled_out / sums.verdicts, Better::smaller_share);
  add("undecided", sums.undecided / sums.verdicts, Better::neither);
}

}  // namespace

std::vector<Figure> error_figures(std::span<const RealQuestion> questions, std::uint64_t seeds) {
  using enum PromptReuse;
  std::vector<Figure> figures;
  for (const std::int64_t rows : {8, 16, 32}) {
    const auto add = [&](const std::string& name, const RunOnce& once) {
      add_errors(figures, name + ", " + std::to_string(rows) + " rows",
                 sums_of(questions, seeds, once));
    };
    add("mc", monte_carlo_run(rows));
    add("fixed-count", fixed_count_run(rows));
    add("balanced", balanced_run({.rows = rows}));
    add("auto", balanced_run({.rows = rows, .exact_over_full_rows = true}));
    add("balanced, prompt reused", balanced_run({.rows = rows, .prompt_reuse = on}));
    add("auto, prompt reused",
        balanced_run({.rows = rows, .prompt_reuse = on, .exact_over_full_rows = true}));
  }
  constexpr double kTarget = 0.5;
  const auto name = "auto, target error " + short_number(kTarget);
  const auto sums =
      sums_of(questions, seeds,
              balanced_run({.rows = 16, .target_error = kTarget, .exact_over_full_rows = true}));
  add_errors(figures, name, sums);
  figures.push_back(
      {.name = name + ": rows", .value = sums.rows / sums.runs, .better = Better::smaller});
  return figures;
}

std::vector<Figure> race_figures(std::span<const RealQuestion> questions, std::uint64_t seeds) {
  std::vector<Figure> figures;
  for (const auto reuse : {PromptReuse::off, PromptReuse::on}) {
    for (const double error : {0.01, 0.05}) {
      RaceSums sums;
      for (const auto& question : questions) {
        for (std::uint64_t seed = 0; seed < seeds; ++seed)
          add_race(sums, question, {.error = error, .prompt_reuse = reuse}, seed);
      }
      const std::string prompt = reuse == PromptReuse::off ? "" : ", prompt reused";
      add_races(figures, "races at " + short_number(error) + prompt, sums);
    }
  }
  return figures;
}

}  // namespace smdm::test
