#include <algorithm>
#include <cmath>
#include <random>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/numbers/random.hpp"
#include "evaluators/generation/decode.hpp"
#include "evaluators/rows/checks.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/fake_model.hpp"

namespace smdm {
namespace {

using test::FakeModel;

using Prompts = std::vector<std::vector<std::int64_t>>;

Prompts some_prompts() {
  Prompts prompts;
  std::mt19937 bits(4);  // its sequence is fixed by the standard
  for (int i = 0; i < 20; ++i) {
    std::vector<std::int64_t> prompt(1 + bits() % 13);
    for (auto& id : prompt) id = bits() % 7;
    prompts.push_back(prompt);
  }
  return prompts;
}

/// One document without a cache and by the definition.
std::vector<std::int64_t> direct_document(const FakeModel& model,
                                          std::vector<std::int64_t> ids,
                                          const DecodingConfig& config) {
  const RandomStream noise(config.seed, Purpose::decode_token, ids);
  while (std::ssize(ids) < config.total_length) {
    const auto place = std::ssize(ids);
    const auto log_p = model.log_p(ids, ids.size() - 1);
    std::int64_t token = 0;
    double best = -1.0;
    for (std::int64_t v = 0; v < 7; ++v) {
      const auto noisy =
          std::exp(log_p[static_cast<std::size_t>(v)]) /
          std::pow(-std::log(noise.uniform(place, place * 7 + v)), config.temperature);
      if (noisy > best) token = v;
      best = std::max(best, noisy);
    }
    ids.push_back(token);
    if (std::ranges::find(config.eos_ids, token) != config.eos_ids.end()) break;
  }
  return ids;
}

TEST_CASE("decoding is its definition, and forwards count the new tokens") {
  const FakeModel model(test::fake_autoregressive(), test::scrambled_logits(2.0));
  const auto prompts = some_prompts();
  for (const double temperature : {0.0, 0.7, 1.0}) {
    for (const auto& eos_ids : std::vector<std::vector<std::int64_t>>{{}, {2}, {5, 2}}) {
      const DecodingConfig config{
          .total_length = 30, .temperature = temperature, .eos_ids = eos_ids, .seed = 6};
      const auto generations = decode(model, prompts, config);
      std::size_t early = 0;
      std::set<std::int64_t> last;
      for (std::size_t i = 0; i < prompts.size(); ++i) {
        const auto& ids = generations[i].output_ids;
        CHECK(ids == direct_document(model, prompts[i], config));
        CHECK(generations[i].forwards == std::ssize(ids) - std::ssize(prompts[i]));
        if (ids.size() == 30) continue;
        early += 1;
        last.insert(ids.back());
      }
      CHECK((early > 0) == !eos_ids.empty());
      CHECK(last == std::set(eos_ids.begin(), eos_ids.end()));
    }
  }
}

TEST_CASE("documents are the same however they are packed, and share forwards") {
  const FakeModel model(test::fake_autoregressive(), test::scrambled_logits(2.0));
  const auto prompts = some_prompts();
  DecodingConfig config{.total_length = 25, .temperature = 0.5, .eos_ids = {3}, .seed = 1};
  const auto expected = decode(model, prompts, config);
  const auto together = model.work().forwards;
  CHECK(together <= 25);
  for (const std::int64_t rows : {1, 2, 7, 64}) {
    for (const std::int64_t tokens : {1, 20, 100000}) {
      config.packing = {.rows_per_forward = rows, .tokens_per_forward = tokens};
      std::vector<int> calls(prompts.size());
      decode(model, prompts, config, [&](std::size_t i, const Generation& generation) {
        calls[i] += 1;
        REQUIRE(generation.output_ids == expected[i].output_ids);
        REQUIRE(generation.forwards == expected[i].forwards);
      });
      REQUIRE(calls == std::vector<int>(prompts.size(), 1));
    }
  }
}

TEST_CASE("every token is read once: the cache holds what came before") {
  const FakeModel model(test::fake_autoregressive(), test::scrambled_logits(2.0));
  const Prompts prompts{{1, 2, 3}};
  (void)decode(model, prompts, {.total_length = 10});
  CHECK(model.work().forwards == 7);
  CHECK(model.work().tokens == 9);  // the last token is never read
}

TEST_CASE("decoding: a prompt that fills the total length comes back unchanged") {
  const FakeModel model(test::fake_autoregressive(), test::scrambled_logits(2.0));
  const Prompts prompts{{1, 2, 3}};
  const auto generation = decode(model, prompts, {.total_length = 3}).front();
  CHECK(generation.output_ids == prompts.front());
  CHECK(generation.forwards == 0);
}

TEST_CASE("decoding: prompts and settings that cannot be are refused before anything runs") {
  const FakeModel model(test::fake_autoregressive(), test::uniform_logits());
  const FakeModel diffusion(test::fake_masked_diffusion(), test::uniform_logits());
  const auto refusal = [](const LanguageModel& asked, const Prompts& prompts,
                          const DecodingConfig& config) -> std::string {
    try {
      for (std::size_t i = 0; i < prompts.size(); ++i)
        check_prompt(asked.info(), prompts[i], config.total_length, "prompt " + std::to_string(i));
      (void)decode(asked, prompts, config);
    } catch (const std::invalid_argument& error) {
      return error.what();
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::request);
      return error.what();
    }
    return "";
  };
  const DecodingConfig good{.total_length = 3};
  CHECK(refusal(model, {{1}, {}}, good) ==
        "prompt 1: an autoregressive model needs a prompt, got none");
  CHECK_FALSE(refusal(model, {{1, 2, 3, 4}}, good).empty());
  CHECK_FALSE(refusal(model, {{7}}, good).empty());
  CHECK_FALSE(refusal(diffusion, {{1}}, good).empty());
  CHECK_FALSE(refusal(model, {{1}}, {.total_length = 65}).empty());
  CHECK_FALSE(refusal(model, {{1}}, {.total_length = 3, .temperature = -1.0}).empty());
  CHECK(model.work().forwards == 0);
  CHECK(refusal(model, {{1}}, good).empty());
}

}  // namespace
}  // namespace smdm
