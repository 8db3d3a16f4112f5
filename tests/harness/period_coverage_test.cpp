// Perplexity of a source and models that are known completely: 3 tokens of 7, 343 documents, each
// with its probability. What is reported from a sample of documents is held against the exact
// value.
#include <cmath>
#include <random>

#include "evaluators/likelihood.hpp"
#include "results/period_statistics.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/exact_elbo.hpp"
#include "tests/support/fake_model.hpp"

namespace smdm {
namespace {

constexpr std::int64_t kLength = 3;
constexpr double kLowestRate = 1e-3;

/// All documents, behind BOS, and how often the source writes each.
struct Source {
  std::vector<TokenRequest> documents;
  std::vector<double> weights;
};

Source source() {
  Source all;
  std::mt19937_64 random(99);
  std::uniform_real_distribution<double> weight(0.1, 1.0);
  for (std::int64_t a = 0; a < 7; ++a) {
    for (std::int64_t b = 0; b < 7; ++b) {
      for (std::int64_t c = 0; c < 7; ++c) {
        all.documents.push_back({.context = {1}, .continuation = {a, b, c}});
        all.weights.push_back(weight(random));
      }
    }
  }
  return all;
}

test::FakeModel model_of(bool bound) {
  return {bound ? test::fake_masked_diffusion() : test::fake_autoregressive(),
          test::scrambled_logits(2.0)};
}

double exact_nats(const test::FakeModel& model, const TokenRequest& document, bool bound) {
  if (bound) return test::exact_elbo(model, document, 0.0, kLowestRate);
  auto ids = document.context;
  double nats = 0.0;
  for (const auto token : document.continuation) {
    nats += model.log_p(ids, ids.size() - 1)[static_cast<std::size_t>(token)];
    ids.push_back(token);
  }
  return nats;
}

/// exp of the loss per token, in expectation over the source.
double exact_perplexity(const Source& source, const test::FakeModel& model, bool bound) {
  double nats = 0.0;
  double weights = 0.0;
  for (std::size_t i = 0; i < source.documents.size(); ++i) {
    nats += source.weights[i] * exact_nats(model, source.documents[i], bound);
    weights += source.weights[i];
  }
  return std::exp(-nats / weights / static_cast<double>(kLength));
}

PeriodScores scored(const std::string& name,
                    const Source& source,
                    const test::FakeModel& model,
                    bool bound,
                    std::uint64_t seed) {
  constexpr int kDocuments = 120;
  std::mt19937_64 random(seed);
  std::discrete_distribution<std::size_t> draw(source.weights.begin(), source.weights.end());
  std::vector<TokenRequest> documents;
  for (int i = 0; i < kDocuments; ++i) documents.push_back(source.documents[draw(random)]);
  LikelihoodConfig config;
  config.estimator = bound ? Estimator(training_loss(16)) : Estimator(TeacherForcing{});
  config.seed = seed;
  PeriodScores scores{.name = name, .units = {}};
  for (const auto& estimate : score(model, documents, config)) {
    scores.units.push_back({.nats = estimate.nats,
                            .tokens = kLength,
                            .bytes = 4.0 * kLength,
                            .monte_carlo_error = estimate.standard_error});
  }
  return scores;
}

struct Covered {
  int perplexity = 0;
  int bits = 0;
  int change = 0;
};

bool within(const std::optional<Interval>& interval, double value) {
  return interval && interval->low <= value && value <= interval->high;
}

/// How often the intervals of two periods from one source cover what is exact.
Covered covered(int repetitions, bool bound) {
  const auto all = source();
  const auto model = model_of(bound);
  const auto exact = exact_perplexity(all, model, bound);
  const double bits = std::log2(exact) / 4.0;
  Covered count;
  for (int i = 0; i < repetitions; ++i) {
    const auto seed = static_cast<std::uint64_t>(2 * i);
    const std::vector<PeriodScores> periods = {scored("a", all, model, bound, seed),
                                               scored("b", all, model, bound, seed + 1)};
    const auto results = compare_periods(periods, 0, 2000);
    if (within(results[0].perplexity.interval, exact)) ++count.perplexity;
    if (within(results[0].bits_per_byte.interval, bits)) ++count.bits;
    if (within(results[1].change->interval, 0.0)) ++count.change;
  }
  return count;
}

void check_covered(int repetitions, double share) {
  for (const bool bound : {true, false}) {
    INFO((bound ? "masked diffusion" : "autoregressive"));
    const auto count = covered(repetitions, bound);
    const double wanted = share * repetitions;
    CHECK(count.perplexity >= wanted);
    CHECK(count.bits >= wanted);
    CHECK(count.change >= wanted);
  }
}

TEST_CASE("intervals cover the exact perplexity of a known source: 30 repetitions") {
  check_covered(30, 0.85);
}

TEST_CASE("intervals cover the exact perplexity of a known source: 400 repetitions", "[.long]") {
  check_covered(400, 0.93);
}

TEST_CASE("the Monte Carlo error is the spread over seeds") {
  const auto all = source();
  const auto model = model_of(true);
  std::vector<double> perplexities;
  double reported = 0.0;
  constexpr int kSeeds = 60;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    LikelihoodConfig config;
    config.estimator = training_loss(16);
    config.seed = seed;
    PeriodScores scores{.name = "a", .units = {}};
    for (const auto& estimate : score(model, std::span(all.documents).first(100), config)) {
      scores.units.push_back({.nats = estimate.nats,
                              .tokens = kLength,
                              .bytes = kLength,
                              .monte_carlo_error = estimate.standard_error});
    }
    const auto result = compare_periods(std::vector{scores}, 0, 2).front();
    perplexities.push_back(result.perplexity.value);
    reported += *result.perplexity.monte_carlo_error / kSeeds;
  }
  const double spread = *mean_standard_error(perplexities) * std::sqrt(static_cast<double>(kSeeds));
  CHECK(reported == Approx(spread).epsilon(0.3));
}

}  // namespace
}  // namespace smdm
