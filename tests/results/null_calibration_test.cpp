// Under the null, comparisons and gates raise no more false alarms than they say, Monte Carlo error
// included; and what was planted is found.
#include <cmath>
#include <random>

#include "base/metrics/perplexity.hpp"
#include "results/compare/comparison.hpp"
#include "results/compare/comparison_report.hpp"
#include "results/compare/gate.hpp"
#include "results/statistics/paired_tests.hpp"
#include "tests/results/made_runs.hpp"
#include "tests/support/catch.hpp"

namespace smdm {
namespace {

constexpr int kSimulations = 400;

/// The most false alarms at a level: two standard errors more than expected.
int most_alarms(double level, int simulations = kSimulations) {
  return static_cast<int>(simulations *
                          (level + 2.0 * std::sqrt(level * (1.0 - level) / simulations)));
}

/// Tasks over new documents, whose every value has a chance of its own, and how two seeds of one
/// model answer them.
class Simulation {
 public:
  Simulation(int index, std::size_t tasks, std::size_t documents, bool with_texts = false)
      : random_(seed_of(index)), with_texts_(with_texts) {
    for (std::size_t i = 0; i < tasks; ++i) {
      chances_.push_back(test::drawn_chances(documents, random_));
      levels_.push_back(drawn_levels(documents));
    }
  }

  /// Another seed: verdicts and scores with a Monte Carlo error, both over the same documents.
  RunRecord run(std::uint64_t seed, double harm = 0.0) {
    test::MadeRun made{.tasks = {}, .seed = seed};
    for (std::size_t i = 0; i < chances_.size(); ++i) {
      auto chances = chances_[i];
      for (double& chance : chances) chance *= 1.0 - harm;
      test::MadeTask task;
      task.name = "quiz" + std::to_string(i);
      task.verdicts = test::drawn_verdicts(chances, random_);
      task.scores = noisy(levels_[i]);
      if (with_texts_) task.nats = noisy_nats(levels_[i]);
      made.tasks.push_back(std::move(task));
    }
    return test::made_run(made);
  }

 private:
  static std::uint64_t seed_of(int index) { return 1000U + static_cast<std::uint64_t>(index); }

  std::vector<double> drawn_levels(std::size_t documents) {
    std::normal_distribution<double> level(0.5, 0.2);
    std::vector<double> levels;
    for (std::size_t i = 0; i < documents; ++i) levels.push_back(level(random_));
    return levels;
  }

  std::vector<double> noisy(const std::vector<double>& levels) {
    std::normal_distribution<double> error(0.0, 0.1);
    std::vector<double> scores;
    for (const double level : levels) scores.push_back(level + error(random_));
    return scores;
  }

  /// Nats and tokens of texts of several lengths.
  std::vector<double> noisy_nats(const std::vector<double>& levels) {
    std::normal_distribution<double> error(0.0, 0.1);
    constexpr std::size_t kLengths = 7;
    std::vector<double> values;
    for (std::size_t k = 0; k < levels.size(); ++k) {
      const double tokens = 10.0 * static_cast<double>(1 + k % kLengths);
      values.insert(values.end(), {-tokens * (1.5 + levels[k] + error(random_)), tokens});
    }
    return values;
  }

  std::mt19937_64 random_;
  bool with_texts_ = false;  ///< whether tasks have a perplexity of the corpus besides
  std::vector<std::vector<double>> chances_, levels_;
};

/// Two seeds of one model on texts of very different lengths and difficulties: perplexity of the
/// whole corpus alone, the likelihoods with a Monte Carlo error of their own.
int perplexity_alarms(std::size_t documents, int simulations, double harm = 0.0) {
  int alarms = 0;
  for (int i = 0; i < simulations; ++i) {
    std::mt19937_64 random(5000U + static_cast<std::uint64_t>(i));
    std::lognormal_distribution<double> length(3.0, 0.8);
    std::normal_distribution<double> level(2.0, 0.5);
    std::normal_distribution<double> error(0.0, 0.1);
    std::vector<double> a;
    std::vector<double> b;
    for (std::size_t k = 0; k < documents; ++k) {
      const double tokens = std::ceil(length(random));
      const double nats = level(random);
      a.insert(a.end(), {-tokens * (nats + error(random)), tokens});
      b.insert(b.end(), {-tokens * (nats + harm + error(random)), tokens});
    }
    const auto p = paired_test(metrics::weighted_perplexity(), a, b, {}, 999).p_value;
    if (p <= kComparisonLevel) ++alarms;
  }
  return alarms;
}

bool any_verdict(const RunComparison& comparison) {
  for (const auto& task : comparison.tasks) {
    for (const auto& metric : task.metrics) {
      if (verdict(metric) != "unclear") return true;
    }
  }
  return false;
}

int comparison_alarms(std::size_t tasks,
                      std::size_t documents,
                      double harm = 0.0,
                      int simulations = kSimulations,
                      bool with_texts = false) {
  int alarms = 0;
  for (int i = 0; i < simulations; ++i) {
    Simulation simulation(i, tasks, documents, with_texts);
    const auto a = test::as_stored(simulation.run(0), "a");
    const auto b = test::as_stored(simulation.run(1, harm), "b");
    if (any_verdict(compare_runs(a, b))) ++alarms;
  }
  return alarms;
}

int gate_alarms(std::size_t tasks,
                std::size_t documents,
                std::size_t repeats,
                double harm = 0.0,
                int simulations = kSimulations) {
  int alarms = 0;
  for (int i = 0; i < simulations; ++i) {
    Simulation simulation(i, tasks, documents);
    std::vector<Facts> runs;
    for (std::uint64_t seed = 0; seed < repeats; ++seed)
      runs.push_back(test::as_stored(simulation.run(seed), "seed-" + std::to_string(seed)));
    const auto baseline = make_baseline(runs);
    if (!passed(judge(baseline, test::as_stored(simulation.run(99, harm), "run")))) ++alarms;
  }
  return alarms;
}

}  // namespace

TEST_CASE("two seeds of one model differ in at most 5 % of comparisons") {
  CHECK(comparison_alarms(2, 30) <= most_alarms(0.05));
}

TEST_CASE("two seeds of one model differ in at most 5 % of corpus perplexities") {
  constexpr int kCount = 200;
  CHECK(perplexity_alarms(20, kCount) <= most_alarms(0.05, kCount));
  constexpr int kHarmed = 50;
  CHECK(perplexity_alarms(20, kHarmed, 0.2) >= 0.9 * kHarmed);
}

TEST_CASE("another seed of the baseline's model passes the gate") {
  CHECK(gate_alarms(1, 30, 5) <= most_alarms(kGateLevel));
}

TEST_CASE("a planted regression is found") {
  constexpr int kCount = 50;
  constexpr double kHarm = 0.4;  // of every chance of being right
  CHECK(comparison_alarms(1, 100, kHarm, kCount) >= 0.9 * kCount);
  CHECK(gate_alarms(1, 100, 5, kHarm, kCount) >= 0.9 * kCount);
}

TEST_CASE("false alarms of perplexities of whole corpora", "[long]") {
  for (const std::size_t documents : {10U, 100U})
    CHECK(perplexity_alarms(documents, kSimulations) <= most_alarms(0.05));
  CHECK(comparison_alarms(2, 30, 0.0, kSimulations, true) <= most_alarms(0.05));
}

TEST_CASE("false alarms of larger comparisons and gates", "[long]") {
  for (const std::size_t documents : {20U, 200U}) {
    CHECK(comparison_alarms(5, documents) <= most_alarms(0.05));
    for (const std::size_t repeats : {1U, 2U, 5U})
      CHECK(gate_alarms(3, documents, repeats) <= most_alarms(kGateLevel));
  }
}

}  // namespace smdm
