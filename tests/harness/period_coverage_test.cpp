// A source and models that are known completely: texts of 20 to 59 independent tokens, and models
// that look at the left neighbour alone. What is reported from a sample of texts is held against
// the exact perplexity, which all pairs of neighbours give.
#include <cmath>
#include <random>

#include "base/numbers/mean.hpp"
#include "evaluators/likelihood/likelihood.hpp"
#include "results/statistics/period_statistics.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/fake_model.hpp"

namespace smdm {
namespace {

constexpr std::int64_t kBos = 1;
constexpr std::int64_t kMask = 7;
constexpr int kShortest = 20;
constexpr int kLongest = 59;
constexpr double kBytesPerToken = 4.0;
const std::vector<double> kTokenShares = {0.30, 0.20, 0.15, 0.12, 0.10, 0.08, 0.05};

test::FakeModel model_of(bool bound) {
  const auto pairs = test::scrambled_logits(2.0);
  const auto logits = [=](std::span<const std::int64_t> ids, std::size_t position) {
    const auto neighbour = ids[bound ? position - 1 : position];
    return pairs(std::span(&neighbour, 1), 0);
  };
  return {bound ? test::fake_masked_diffusion() : test::fake_autoregressive(), logits};
}

/// Loss in nats of a token of the source behind `left`, in expectation.
double loss_behind(const test::FakeModel& model, std::int64_t left) {
  const std::vector<std::int64_t> ids = {left, kMask};
  const bool bound = std::holds_alternative<MaskedDiffusion>(model.info().objective);
  const auto log_p = model.log_p(ids, bound ? 1 : 0);
  double loss = 0.0;
  for (std::size_t token = 0; token < log_p.size(); ++token) {
    loss -= kTokenShares[token] * log_p[token];
  }
  return loss;
}

/// exp of the loss per token in expectation over the source, and over the masks for a bound: there
/// the left neighbour is hidden with the probability at which the token is.
double exact_perplexity(const test::FakeModel& model, bool bound) {
  constexpr double kLowestRate = 1e-3;
  constexpr double kMeanLength = (kShortest + kLongest) / 2.0;
  double shown = 0.0;
  for (std::int64_t left = 0; left < kMask; ++left) {
    shown += kTokenShares[static_cast<std::size_t>(left)] * loss_behind(model, left);
  }
  const double hidden_share = bound ? (1.0 + kLowestRate) / 2.0 : 0.0;
  const double hidden = bound ? loss_behind(model, kMask) : 0.0;
  const double inner = hidden_share * hidden + (1.0 - hidden_share) * shown;
  const double all = loss_behind(model, kBos) + (kMeanLength - 1.0) * inner;
  return std::exp(all / kMeanLength);
}

std::vector<TokenRequest> texts(std::uint64_t seed, int count) {
  std::mt19937_64 random(seed);
  std::discrete_distribution<std::int64_t> token(kTokenShares.begin(), kTokenShares.end());
  std::uniform_int_distribution<int> length(kShortest, kLongest);
  std::vector<TokenRequest> all;
  for (int i = 0; i < count; ++i) {
    TokenRequest text{.context = {kBos}, .continuation = {}};
    for (int left = length(random); left > 0; --left) text.continuation.push_back(token(random));
    all.push_back(std::move(text));
  }
  return all;
}

PeriodScores scored(const std::string& name,
                    const test::FakeModel& model,
                    const std::vector<TokenRequest>& documents,
                    std::uint64_t seed) {
  LikelihoodConfig config;
  config.estimator = TeacherForcing{};
  if (std::holds_alternative<MaskedDiffusion>(model.info().objective)) {
    config.estimator = training_loss(32);
  }
  config.seed = seed;
  const auto estimates = score(model, documents, config);
  PeriodScores scores{.name = name, .units = {}};
  for (std::size_t i = 0; i < documents.size(); ++i) {
    const auto tokens = static_cast<double>(documents[i].continuation.size());
    scores.units.push_back({.nats = estimates[i].nats,
                            .tokens = tokens,
                            .bytes = kBytesPerToken * tokens,
                            .monte_carlo_error = estimates[i].standard_error});
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
  constexpr int kTexts = 120;
  const auto model = model_of(bound);
  const auto exact = exact_perplexity(model, bound);
  const double bits = std::log2(exact) / kBytesPerToken;
  Covered count;
  for (int i = 0; i < repetitions; ++i) {
    const auto seed = static_cast<std::uint64_t>(2 * i);
    const std::vector<PeriodScores> periods = {
        scored("a", model, texts(seed, kTexts), seed),
        scored("b", model, texts(seed + 1, kTexts), seed + 1)};
    const auto results = compare_periods(periods, 0, 2000);
    if (within(results[0].perplexity.interval, exact)) ++count.perplexity;
    if (within(results[0].bits_per_byte.interval, bits)) ++count.bits;
    if (within(results[1].change->interval, 0.0)) ++count.change;
  }
  return count;
}

void check_covered(int repetitions, double perplexity_share, double change_share) {
  for (const bool bound : {true, false}) {
    const auto count = covered(repetitions, bound);
    INFO((bound ? "masked diffusion: " : "autoregressive: ")
         << count.perplexity << ", " << count.bits << ", " << count.change << " of "
         << repetitions);
    CHECK(count.perplexity >= perplexity_share * repetitions);
    CHECK(count.bits >= perplexity_share * repetitions);
    CHECK(count.change >= change_share * repetitions);
  }
}

TEST_CASE("intervals cover what is exact: 20 repetitions") {
  check_covered(20, 0.8, 0.85);
}

TEST_CASE("intervals cover what is exact: 400 repetitions", "[.long]") {
  check_covered(400, 0.92, 0.93);
}

TEST_CASE("the Monte Carlo error is the spread over seeds") {
  const auto model = model_of(true);
  const auto documents = texts(5, 30);
  std::vector<double> perplexities;
  double reported = 0.0;
  constexpr int kSeeds = 40;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    const std::vector<PeriodScores> periods = {scored("a", model, documents, seed)};
    const auto result = compare_periods(periods, 0, 2).front();
    perplexities.push_back(result.perplexity.value);
    reported += *result.perplexity.monte_carlo_error / kSeeds;
  }
  const double spread = *mean_standard_error(perplexities) * std::sqrt(static_cast<double>(kSeeds));
  CHECK(reported == Approx(spread).epsilon(0.3));
}

}  // namespace
}  // namespace smdm
