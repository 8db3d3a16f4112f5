#include <algorithm>
#include <cmath>
#include <limits>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "evaluators/generation/schedule.hpp"
#include "evaluators/generation/unmask.hpp"
#include "evaluators/rows/checks.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/fake_model.hpp"

namespace smdm {
namespace {

using test::FakeModel;

using Prompts = std::vector<std::vector<std::int64_t>>;

Prompts some_prompts() {
  Prompts prompts;
  std::mt19937 bits(4);  // its sequence is fixed by the standard
  for (int i = 0; i < 20; ++i) {
    std::vector<std::int64_t> prompt(bits() % 13);
    for (auto& id : prompt) id = bits() % 7;
    prompts.push_back(prompt);
  }
  prompts.push_back({1, 7, 3, 7});  // masks in a prompt are filled, too
  return prompts;
}

/// One document by the definition of the samplers, in the plainest form.
Generation direct_document(const FakeModel& model,
                           const std::vector<std::int64_t>& prompt,
                           const UnmaskingConfig& config) {
  const RandomStream choice(config.seed, Purpose::unmask_choice, prompt);
  const RandomStream noise(config.seed, Purpose::unmask_token, prompt);
  const auto times = diffusion_times(config.policy.steps);
  Generation document{.output_ids = prompt, .forwards = 0};
  auto& ids = document.output_ids;
  ids.resize(static_cast<std::size_t>(config.total_length), 7);
  for (std::int64_t step = 0; step < config.policy.steps; ++step) {
    const auto share = revealed_share(times, step);
    struct Pick {
      std::size_t position;
      std::int64_t token;
      double confidence;
    };
    std::vector<Pick> picks;
    for (std::size_t i = 0; i < ids.size(); ++i) {
      if (ids[i] != 7) continue;
      const auto place = static_cast<std::int64_t>(i);
      if (config.policy.sampler == Sampler::ancestral && choice.uniform_float(step, place) >= share)
        continue;
      const auto log_p = model.log_p(ids, i, config.cfg, prompt.size());
      std::size_t token = 0;
      double best = -1.0;
      for (std::size_t v = 0; v < 7; ++v) {
        const auto u = noise.uniform(step, place * 7 + static_cast<std::int64_t>(v));
        const auto noisy = std::exp(log_p[v]) / std::pow(-std::log(u), config.temperature);
        if (noisy > best) token = v;
        best = std::max(best, noisy);
      }
      picks.push_back({i, static_cast<std::int64_t>(token), log_p[token]});
    }
    if (config.policy.sampler == Sampler::confidence) {
      std::stable_sort(picks.begin(), picks.end(),
                       [](const Pick& a, const Pick& b) { return a.confidence > b.confidence; });
      picks.resize(static_cast<std::size_t>(revealed_count(std::ssize(picks), share)));
    }
    for (const auto& pick : picks) ids[pick.position] = pick.token;
    document.forwards += picks.empty() ? 0 : 1;
  }
  return document;
}

TEST_CASE("samplers are their definitions") {
  const FakeModel model(test::fake_masked_diffusion(), test::scrambled_logits(2.0));
  const auto prompts = some_prompts();
  for (const auto sampler : {Sampler::confidence, Sampler::ancestral}) {
    for (const double temperature : {0.0, 0.1, 1.0}) {
      for (const double cfg : {0.0, 0.8}) {
        for (const std::int64_t steps : {1, 4, 30}) {
          const UnmaskingConfig config{.policy = {.sampler = sampler, .steps = steps},
                                       .total_length = 16,
                                       .temperature = temperature,
                                       .cfg = cfg,
                                       .seed = 12};
          const auto generations = unmask(model, prompts, config);
          for (std::size_t i = 0; i < prompts.size(); ++i) {
            const auto direct = direct_document(model, prompts[i], config);
            CHECK(generations[i].output_ids == direct.output_ids);
            CHECK(generations[i].forwards == direct.forwards);
          }
        }
      }
    }
  }
}

TEST_CASE("documents are the same however they are packed and ordered") {
  const FakeModel model(test::fake_masked_diffusion(), test::scrambled_logits(2.0));
  const auto prompts = some_prompts();
  UnmaskingConfig config{
      .policy = {.steps = 6}, .total_length = 16, .temperature = 0.5, .cfg = 0.4, .seed = 3};
  for (const auto& entry : kAllSamplers) {
    config.policy = {
        .sampler = entry.value, .steps = 6, .block_length = 3, .algorithm_temperature = 0.5};
    config.packing = {};
    const auto expected = unmask(model, prompts, config);
    for (const std::int64_t rows : {1, 2, 7, 64}) {
      for (const std::int64_t tokens : {1, 60, 100000}) {
        config.packing = {.rows_per_forward = rows, .tokens_per_forward = tokens};
        std::vector<int> calls(prompts.size());
        unmask(model, prompts, config, [&](std::size_t i, const Generation& generation) {
          calls[i] += 1;
          REQUIRE(generation.output_ids == expected[i].output_ids);
          REQUIRE(generation.forwards == expected[i].forwards);
        });
        REQUIRE(calls == std::vector<int>(prompts.size(), 1));
      }
    }
    const Prompts backwards(prompts.rbegin(), prompts.rend());
    const auto reversed = unmask(model, backwards, config);
    for (std::size_t i = 0; i < prompts.size(); ++i) {
      CHECK(reversed[i].output_ids == expected[prompts.size() - 1 - i].output_ids);
    }
  }
}

TEST_CASE("documents share forwards, and steps that reveal nothing need none") {
  const FakeModel model(test::fake_masked_diffusion(), test::scrambled_logits(2.0));
  // 10 masks in 30 steps: at least 20 steps are idle.
  const Prompts prompts(8, {1, 2, 3, 4});
  const auto generations = unmask(model, prompts, {.policy = {.steps = 30}, .total_length = 14});
  CHECK(generations.front().forwards <= 10);
  CHECK(model.work().forwards == generations.front().forwards);
  CHECK(model.work().most_rows == 8);
}

TEST_CASE("unmasking: a prompt that fills the total length comes back unchanged") {
  const FakeModel model(test::fake_masked_diffusion(), test::scrambled_logits(2.0));
  const Prompts prompts{{1, 2, 3}};
  const auto generation =
      unmask(model, prompts, {.policy = {.steps = 4}, .total_length = 3}).front();
  CHECK(generation.output_ids == prompts.front());
  CHECK(generation.forwards == 0);
  CHECK(model.work().forwards == 0);
}

TEST_CASE("the seed matters where there is chance, and only there") {
  const FakeModel model(test::fake_masked_diffusion(), test::scrambled_logits(0.5));
  const Prompts prompts{{1, 2}};
  const auto ids = [&](double temperature, std::uint64_t seed) {
    return unmask(model, prompts,
                  {.policy = {.steps = 5},
                   .total_length = 20,
                   .temperature = temperature,
                   .seed = seed})
        .front()
        .output_ids;
  };
  CHECK(ids(0.0, 1) == ids(0.0, 2));
  CHECK(ids(1.0, 1) == ids(1.0, 1));
  CHECK(ids(1.0, 1) != ids(1.0, 2));
}

TEST_CASE("the ancestral sampler at temperature 1 draws from the model") {
  // Two masks, of which the model knows: the first is a or b with 3 : 1, the second repeats it.
  const FakeModel model(test::fake_masked_diffusion(),
                        [](std::span<const std::int64_t> ids, std::size_t position) {
                          std::vector<float> logits(7, -40.0F);
                          const auto other = ids[position == 1 ? 2 : 1];
                          if (other == 7) {
                            logits[3] = std::log(3.0F);
                            logits[4] = 0.0F;
                          } else {
                            logits[static_cast<std::size_t>(other)] = 5.0F;
                          }
                          return logits;
                        });
  // Prompts differ by an id that the model ignores, so that their draws differ.
  constexpr int kSeeds = 2000;
  int threes = 0;
  int repeats = 0;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    const Prompts prompts{{static_cast<std::int64_t>(seed % 7)}};
    const auto ids = unmask(model, prompts,
                            {.policy = {.sampler = Sampler::ancestral, .steps = 64},
                             .total_length = 3,
                             .temperature = 1.0,
                             .seed = seed})
                         .front()
                         .output_ids;
    threes += ids[1] == 3 ? 1 : 0;
    repeats += ids[1] == ids[2] ? 1 : 0;
  }
  // Four standard deviations of a binomial share.
  CHECK(std::abs(threes / double{kSeeds} - 0.75) < 4.0 * std::sqrt(0.75 * 0.25 / kSeeds));
  // Both are revealed in one step with probability 1/64; then they agree with 10/16.
  const double expected = 1.0 - 6.0 / 16.0 / 64.0;
  CHECK(std::abs(repeats / double{kSeeds} - expected) <
        4.0 * std::sqrt(expected * (1 - expected) / kSeeds));
}  // namespace

TEST_CASE("unmasking: a document may follow from another, with guidance of its own") {
  const FakeModel model(test::fake_masked_diffusion(), test::scrambled_logits(2.0));
  const UnmaskingConfig first{.policy = {.steps = 3}, .total_length = 6, .seed = 5};
  auto second = first;
  second.cfg = 0.7;
  const Prompts prompts{{1, 2}, {3}, {4, 5, 6}};
  const auto expected = unmask(model, prompts, first);
  Prompts shown;  // of the second pass: the first four tokens of the first
  for (const auto& one : expected)
    shown.emplace_back(one.output_ids.begin(), one.output_ids.begin() + 4);
  const auto expected_followers = unmask(model, shown, second);
  for (const std::int64_t rows : {1, 2, 3, 64}) {
    auto config = first;
    config.packing.rows_per_forward = rows;
    std::vector<std::size_t> waiting;
    std::size_t opened = 0;
    const auto prompt = [&](std::size_t index, const std::vector<std::int64_t>& ids, double cfg) {
      return UnmaskingPrompt{
          .index = index, .ids = ids, .draws = unmasking_draws(config.seed, ids, 7), .cfg = cfg};
    };
    std::vector<Generation> got(2 * prompts.size());
    unmask(
        model,
        [&]() -> std::optional<UnmaskingPrompt> {
          if (!waiting.empty()) {
            const auto index = waiting.back();
            waiting.pop_back();
            return prompt(prompts.size() + index, shown[index], second.cfg);
          }
          if (opened == prompts.size()) return std::nullopt;
          ++opened;
          return prompt(opened - 1, prompts[opened - 1], first.cfg);
        },
        config,
        [&](std::size_t index, const Generation& generation) {
          got[index] = generation;
          if (index < prompts.size()) waiting.push_back(index);
        });
    for (std::size_t i = 0; i < prompts.size(); ++i) {
      CHECK(got[i].output_ids == expected[i].output_ids);
      CHECK(got[prompts.size() + i].output_ids == expected_followers[i].output_ids);
      CHECK(got[prompts.size() + i].forwards == expected_followers[i].forwards);
    }
  }
}

TEST_CASE("unmasking: prompts and settings that cannot be are refused before anything runs") {
  const FakeModel model(test::fake_masked_diffusion(), test::uniform_logits());
  const FakeModel autoregressive(test::fake_autoregressive(), test::uniform_logits());
  const auto refusal = [](const LanguageModel& asked, const Prompts& prompts,
                          const UnmaskingConfig& config) -> std::string {
    try {
      for (std::size_t i = 0; i < prompts.size(); ++i)
        check_prompt(asked.info(), prompts[i], config.total_length, "prompt " + std::to_string(i));
      (void)unmask(asked, prompts, config);
    } catch (const std::invalid_argument& error) {
      return error.what();
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::request);
      return error.what();
    }
    return "";
  };
  const UnmaskingConfig good{.policy = {.steps = 2}, .total_length = 3};
  const auto changed = [&](auto change) {
    auto config = good;
    change(config);
    return refusal(model, {{1}}, config);
  };
  CHECK(refusal(model, {{1}, {1, 2, 3, 4}}, good) == "prompt 1: wanted at most 3 tokens, got 4");
  CHECK(refusal(model, {{1, 8}}, good) == "prompt 0: token id 8 is outside the vocabulary 0..6");
  CHECK_FALSE(refusal(autoregressive, {{1}}, good).empty());
  CHECK_FALSE(changed([](auto& config) { config.policy.steps = 0; }).empty());
  CHECK_FALSE(changed([](auto& config) { config.total_length = 65; }).empty());
  CHECK_FALSE(changed([](auto& config) { config.total_length = 0; }).empty());
  CHECK_FALSE(changed([](auto& config) { config.temperature = -1.0; }).empty());
  CHECK_FALSE(changed([](auto& config) { config.cfg = -1.0; }).empty());
  CHECK_FALSE(changed([](auto& config) { config.seed = 0x100000000U; }).empty());
  CHECK_FALSE(changed([](auto& config) { config.packing.rows_per_forward = 0; }).empty());
  CHECK(model.work().forwards == 0);
  CHECK(changed([](auto&) {}).empty());
}

/// Scrambled logits with another logit for token 3.
FakeModel::Logits with_logit_of_3(float logit) {
  return [logit, scrambled = test::scrambled_logits(2.0)](std::span<const std::int64_t> ids,
                                                          std::size_t position) {
    auto logits = scrambled(ids, position);
    logits[3] = logit;
    return logits;
  };
}

TEST_CASE("a mask that is a token of the vocabulary is never revealed, as if it had no chance") {
  auto info = test::fake_masked_diffusion();
  info.objective = MaskedDiffusion{.mask_id = 3};
  const FakeModel likes_mask(info, with_logit_of_3(5.0F));
  info.objective = MaskedDiffusion{.mask_id = 3, .excludes_mask = true};
  const FakeModel excludes_mask(info, with_logit_of_3(-std::numeric_limits<float>::infinity()));
  const Prompts prompts{{}, {1, 2}, {0, 6, 4, 5}};
  for (const auto sampler : {Sampler::confidence, Sampler::ancestral}) {
    for (const double temperature : {0.0, 0.8}) {
      const UnmaskingConfig config{.policy = {.sampler = sampler, .steps = 6},
                                   .total_length = 14,
                                   .temperature = temperature};
      const auto got = unmask(likes_mask, prompts, config);
      const auto wanted = unmask(excludes_mask, prompts, config);
      for (std::size_t i = 0; i < prompts.size(); ++i) {
        CHECK(got[i].output_ids.size() == 14);
        CHECK(std::ranges::find(got[i].output_ids, 3) == got[i].output_ids.end());
        CHECK(got[i].output_ids == wanted[i].output_ids);
      }
    }
  }
}

TEST_CASE("a prompt that holds a mask of the vocabulary is refused") {
  auto info = test::fake_masked_diffusion();
  const std::vector<std::int64_t> prompt{1, 3, 2};
  CHECK_NOTHROW(check_prompt(info, prompt, 8, "prompt"));
  info.objective = MaskedDiffusion{.mask_id = 3};
  CHECK(test::error_text<ErrorKind::request>([&] {
          check_prompt(info, prompt, 8, "prompt 4");
          return 0;
        }) ==
        "prompt 4: token id 3 is the mask, which hides tokens from the model and cannot be part of "
        "what it reads");
  info.objective = Autoregressive{};
  CHECK_NOTHROW(check_prompt(info, prompt, 8, "prompt"));
}

}  // namespace
}  // namespace smdm
