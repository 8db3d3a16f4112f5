// The likelihood under a sampler: a distribution over all texts, which is that of what the sampler
// writes.
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "evaluators/generation/unmask.hpp"
#include "evaluators/likelihood/likelihood.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/fake_model.hpp"

namespace smdm {
namespace {

using test::FakeModel;
using Ids = std::vector<std::int64_t>;

constexpr std::int64_t kVocabulary = 7;

std::vector<Ids> all_texts(std::size_t length) {
  std::vector<Ids> texts = {{}};
  for (std::size_t i = 0; i < length; ++i) {
    std::vector<Ids> longer;
    longer.reserve(texts.size() * kVocabulary);
    for (const auto& text : texts) {
      for (std::int64_t v = 0; v < kVocabulary; ++v) {
        longer.push_back(text);
        longer.back().push_back(v);
      }
    }
    texts = std::move(longer);
  }
  return texts;
}

std::vector<TokenRequest> requests_of(const Ids& context, const std::vector<Ids>& texts) {
  std::vector<TokenRequest> requests;
  requests.reserve(texts.size());
  for (const auto& text : texts) requests.push_back({.context = context, .continuation = text});
  return requests;
}

double sum_of(const FakeModel& model, std::size_t length, const Duel& duel, double cfg) {
  const auto requests = requests_of({1, 2}, all_texts(length));
  double sum = 0.0;
  for (const auto& one : score(model, requests, {.estimator = duel, .cfg = cfg})) {
    CHECK(one.bound == Bound::sampler);
    CHECK_FALSE(one.standard_error);
    sum += std::exp(one.nats);
  }
  return sum;
}

std::vector<PolicyConfig> policies() {
  std::vector<PolicyConfig> all;
  for (const std::int64_t block : {0, 2, 3}) {
    for (const std::int64_t steps : {0, 1, 2, 3}) {
      for (const auto sampler : {Sampler::margin, Sampler::entropy})
        all.push_back({.sampler = sampler, .steps = steps, .block_length = block});
    }
    for (const double bound : {0.0, 1.8, 10.0}) {
      all.push_back(
          {.sampler = Sampler::entropy_bound, .block_length = block, .entropy_bound = bound});
    }
  }
  for (const std::int64_t steps : {0, 2}) {
    for (const auto algorithm : {DreamAlgorithm::topk_margin, DreamAlgorithm::entropy})
      all.push_back({.sampler = Sampler::dream, .steps = steps, .algorithm = algorithm});
  }
  return all;
}

TEST_CASE("duel: the chances of all texts sum to 1, under every policy, schedule and token rule") {
  const FakeModel model(test::fake_masked_diffusion(), test::scrambled_logits(2.0));
  auto info = test::fake_masked_diffusion();
  info.objective = MaskedDiffusion{.mask_id = 3};
  const FakeModel with_mask(info, test::scrambled_logits(2.0));
  for (const auto& policy : policies()) {
    INFO(name_of(kAllSamplers, policy.sampler)
         << ", steps " << policy.steps << ", block " << policy.block_length << ", bound "
         << policy.entropy_bound);
    Duel duel{.policy = policy};
    CHECK(std::abs(sum_of(model, 3, duel, 0.0) - 1.0) < 1e-9);
    CHECK(std::abs(sum_of(model, 2, duel, 0.7) - 1.0) < 1e-9);
    CHECK(std::abs(sum_of(with_mask, 3, duel, 0.0) - 1.0) < 1e-9);
    duel.tokens = {.temperature = 0.6, .top_p = 0.8, .top_k = 4};
    CHECK(std::abs(sum_of(model, 2, duel, 0.0) - 1.0) < 1e-9);
  }
  CHECK(std::abs(sum_of(model, 4, {}, 0.0) - 1.0) < 1e-9);
}

TEST_CASE("duel: the value of a text that holds the mask is that of a text nobody writes") {
  auto info = test::fake_masked_diffusion();
  info.objective = MaskedDiffusion{.mask_id = 3};
  const FakeModel model(info, test::scrambled_logits(2.0));
  const auto estimates =
      score(model, requests_of({1}, {{2, 3, 4}, {2, 4, 4}}), {.estimator = Duel{}});
  CHECK(estimates[0].nats == -std::numeric_limits<double>::infinity());
  CHECK(std::isfinite(estimates[1].nats));
}

/// How texts are sampled whose frequencies are compared with their values.
struct Sampling {
  PolicyConfig policy;
  double cfg = 0.0;
  std::size_t length = 2;  ///< of the texts
  Ids suffix = {};         ///< behind them; a canvas is filled where there is one
};

/// How often each text is written.
std::map<Ids, int> written_texts(const FakeModel& model,
                                 const Ids& context,
                                 const Sampling& sampling,
                                 int samples) {
  const UnmaskingConfig config{.policy = sampling.policy,
                               .temperature = 0.8,
                               .gen_length = static_cast<std::int64_t>(sampling.length)};
  auto canvas = context;
  canvas.resize(context.size() + sampling.length, kVocabulary);  // the mask
  canvas.insert(canvas.end(), sampling.suffix.begin(), sampling.suffix.end());
  std::map<Ids, int> written;
  std::size_t opened = 0;
  unmask(
      model,
      [&]() -> std::optional<UnmaskingPrompt> {
        if (opened == static_cast<std::size_t>(samples)) return std::nullopt;
        const auto index = opened++;
        return UnmaskingPrompt{
            .index = index,
            .ids = sampling.suffix.empty() ? context : canvas,
            .draws = unmasking_draws(1, context, kVocabulary, static_cast<std::int64_t>(index)),
            .cfg = sampling.cfg,
            .canvas = !sampling.suffix.empty()};
      },
      config,
      [&](std::size_t, const Generation& one) {
        const auto begin = one.output_ids.begin() + std::ssize(context);
        ++written[Ids(begin, begin + static_cast<std::ptrdiff_t>(sampling.length))];
      });
  return written;
}

/// Whether a sampler writes texts as often as their values say.
void check_frequencies(const Sampling& sampling, int samples) {
  INFO(name_of(kAllSamplers, sampling.policy.sampler)
       << ", cfg " << sampling.cfg << ", block " << sampling.policy.block_length << ", suffix of "
       << sampling.suffix.size());
  const FakeModel model(test::fake_masked_diffusion(), test::scrambled_logits(1.5));
  const Ids context = {4, 1};
  const auto texts = all_texts(sampling.length);
  auto requests = requests_of(context, texts);
  for (auto& request : requests) request.suffix = sampling.suffix;
  const auto values =
      score(model, requests,
            {.estimator = Duel{.policy = sampling.policy, .tokens = {.temperature = 0.8}},
             .cfg = sampling.cfg});
  auto written = written_texts(model, context, sampling, samples);
  // The sum of squared deviations in units of their own variances.
  double chi_squared = 0.0;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const auto chance = std::exp(values[i].nats);
    const auto wanted = samples * chance;
    const auto deviation = written[texts[i]] - wanted;
    chi_squared += deviation * deviation / wanted;
    CHECK(std::abs(deviation) < 4.0 * std::sqrt(wanted * (1.0 - chance)) + 1.0);
  }
  const auto freedom = static_cast<double>(texts.size()) - 1.0;
  CHECK(std::abs(chi_squared - freedom) < 4.0 * std::sqrt(2.0 * freedom));
}

std::vector<PolicyConfig> sampled_policies() {
  return {PolicyConfig{.sampler = Sampler::margin, .steps = 2},
          PolicyConfig{.sampler = Sampler::entropy, .steps = 1},
          PolicyConfig{.sampler = Sampler::entropy_bound, .entropy_bound = 1.8},
          PolicyConfig{
              .sampler = Sampler::dream, .steps = 2, .algorithm = DreamAlgorithm::topk_margin}};
}

TEST_CASE("duel: texts are as frequent as their values say") {
  for (const auto& policy : sampled_policies()) {
    for (const double cfg : {0.0, 0.5}) check_frequencies({.policy = policy, .cfg = cfg}, 12000);
  }
}

TEST_CASE("duel: texts in blocks are as frequent as their values say") {
  for (const auto& policy :
       {PolicyConfig{.sampler = Sampler::margin, .steps = 3, .block_length = 1},
        PolicyConfig{.sampler = Sampler::entropy, .steps = 4, .block_length = 2},
        PolicyConfig{.sampler = Sampler::entropy_bound, .block_length = 2, .entropy_bound = 1.5}})
    check_frequencies({.policy = policy, .length = 3}, 12000);
}

TEST_CASE("duel: texts in front of a suffix are as frequent as their values say") {
  for (const auto& policy : sampled_policies()) {
    for (const double cfg : {0.0, 0.5})
      check_frequencies({.policy = policy, .cfg = cfg, .suffix = {5, 2}}, 12000);
  }
}

TEST_CASE("duel: texts are as frequent as their values say, in a million samples", "[long]") {
  for (const auto& policy : sampled_policies())
    check_frequencies({.policy = policy, .cfg = 0.5}, 1000000);
}

TEST_CASE("duel: the chances of all texts of four tokens sum to 1", "[long]") {
  const FakeModel model(test::fake_masked_diffusion(), test::scrambled_logits(2.0));
  for (const auto& policy : policies()) {
    INFO(name_of(kAllSamplers, policy.sampler)
         << ", steps " << policy.steps << ", block " << policy.block_length << ", bound "
         << policy.entropy_bound);
    CHECK(std::abs(sum_of(model, 4, {.policy = policy}, 0.7) - 1.0) < 1e-9);
  }
}

TEST_CASE("duel: what a sampler writes at a low temperature is certain, and nothing else is") {
  const FakeModel model(test::fake_masked_diffusion(), test::scrambled_logits(2.0));
  const Ids context = {4, 1};
  for (const auto& policy : policies()) {
    auto generated = policy;
    if (generated.steps == 0) generated.steps = 4;
    generated.block_length = 0;
    for (const double temperature : {0.0, 1e-6}) {
      const auto written =
          unmask(model, std::vector<Ids>{context},
                 {.policy = generated, .temperature = temperature, .gen_length = 4})
              .front()
              .output_ids;
      const Ids text(written.begin() + 2, written.end());
      auto other = text;
      other[1] = (other[1] + 1) % kVocabulary;
      const auto values =
          score(model, requests_of(context, {text, other}),
                {.estimator = Duel{.policy = generated, .tokens = {.temperature = temperature}}});
      CHECK(std::abs(values.front().nats) < 1e-6);
      CHECK(values.back().nats < -1000.0);
    }
  }
}

TEST_CASE("duel: values do not depend on the packing, and their cost is known beforehand") {
  const FakeModel model(test::fake_masked_diffusion(), test::scrambled_logits(2.0));
  auto requests = requests_of({1, 2}, {{1, 2, 3, 4}, {0, 0}, {6}, {5, 4, 3, 2, 1}});
  for (const double cfg : {0.0, 0.5}) {
    LikelihoodConfig config{
        .estimator = Duel{.policy = {.sampler = Sampler::margin, .steps = 0, .block_length = 3}},
        .cfg = cfg};
    const auto expected = score(model, requests, config);
    for (const std::int64_t rows : {1, 3, 64}) {
      config.packing.rows_per_forward = rows;
      const auto got = score(model, requests, config);
      for (std::size_t i = 0; i < got.size(); ++i) {
        CHECK(got[i].nats == expected[i].nats);
        CHECK(got[i].rows == expected[i].rows);
      }
    }
    CHECK(expected[0].rows == (cfg > 0.0 ? 8 : 4));
    const auto counted = count_work(model.info(), single_questions(requests), config);
    for (std::size_t i = 0; i < counted.size(); ++i) {
      CHECK(counted[i].rows == expected[i].rows);
      CHECK(counted[i].tokens == expected[i].tokens);
    }
  }
}

TEST_CASE("duel: samplers that rank drawn tokens, or draw positions, are refused with the reason") {
  const auto reason_of = [](const PolicyConfig& policy) -> std::string {
    try {
      check_duel({.policy = policy});
    } catch (const std::invalid_argument& error) {
      return error.what();
    }
    return "";
  };
  const std::string by_token = "ranks positions by the tokens just drawn";
  const std::string by_chance = "chooses positions by chance";
  for (const auto& [sampler, wanted] :
       {std::pair(Sampler::confidence, by_token), std::pair(Sampler::llada, by_token),
        std::pair(Sampler::threshold, by_token), std::pair(Sampler::factor, by_token),
        std::pair(Sampler::dream, by_token), std::pair(Sampler::ancestral, by_chance)}) {
    CHECK(reason_of({.sampler = sampler}).find(wanted) != std::string::npos);
  }
  CHECK_FALSE(
      reason_of({.sampler = Sampler::llada, .remasking = Remasking::random}).find(by_chance) ==
      std::string::npos);
  CHECK_FALSE(reason_of({.sampler = Sampler::dream,
                         .algorithm = DreamAlgorithm::entropy,
                         .algorithm_temperature = 0.1})
                  .find(by_chance) == std::string::npos);
  for (const auto& policy : policies()) CHECK(reason_of(policy).empty());
}

}  // namespace
}  // namespace smdm
