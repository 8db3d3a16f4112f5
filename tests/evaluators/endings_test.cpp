// Where a document ends: tokens that end a text, stop texts, lengths of answers, several answers;
// and what is computed for it.
#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "evaluators/generation/unmask.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/fake_model.hpp"

namespace smdm {
namespace {

using test::FakeModel;
using Ids = std::vector<std::int64_t>;

constexpr std::int64_t kEos = 5;
constexpr std::int64_t kMask = 7;

UnmaskingConfig config_of(const SamplerEntry& entry) {
  return {.policy = {.sampler = entry.value,
                     .steps = 12,
                     .block_length = entry.blocks ? 4 : 0,
                     .threshold = 0.4,
                     .entropy_bound = 1.0},
          .temperature = 0.9,
          .gen_length = 12,
          .ending = {.eos = EosRule::ignore, .eos_ids = {kEos}}};
}

std::vector<Ids> some_prompts() {
  std::vector<Ids> prompts;
  for (std::int64_t i = 0; i < 30; ++i)
    prompts.push_back({i % 7, i / 7, kEos});  // EOS is no end here
  return prompts;
}

/// The ids up to the first that ends a text, behind a prompt.
Ids until_eos(Ids ids, std::size_t prompt) {
  const auto eos = std::find(ids.begin() + static_cast<std::ptrdiff_t>(prompt), ids.end(), kEos);
  if (eos != ids.end()) ids.erase(eos + 1, ids.end());
  return ids;
}

TEST_CASE("a finished document says what it would have said, of every sampler, and costs less") {
  const FakeModel model(test::fake_masked_diffusion(), test::scrambled_logits(1.5));
  const auto prompts = some_prompts();
  for (const auto& entry : kAllSamplers) {
    INFO(entry.name);
    auto config = config_of(entry);
    const auto whole = unmask(model, prompts, config);
    config.ending.eos = EosRule::cut;
    const auto cut = unmask(model, prompts, config);
    config.ending.eos = EosRule::finish;
    const auto finished = unmask(model, prompts, config);
    std::size_t ended = 0;
    std::int64_t saved = 0;
    for (std::size_t i = 0; i < prompts.size(); ++i) {
      const auto said = until_eos(whole[i].output_ids, prompts[i].size());
      CHECK(whole[i].output_ids.size() == prompts[i].size() + 12);
      CHECK(cut[i].output_ids == said);
      CHECK(finished[i].output_ids == said);
      CHECK(cut[i].forwards == whole[i].forwards);
      const bool has_eos = said.back() == kEos;
      const auto tokens = std::ssize(said) - std::ssize(prompts[i]) - (has_eos ? 1 : 0);
      for (const auto* one : {&whole[i], &cut[i], &finished[i]}) CHECK(one->new_tokens == tokens);
      CHECK(finished[i].forwards <= whole[i].forwards);
      saved += whole[i].forwards - finished[i].forwards;
      ended += has_eos ? 1 : 0;
    }
    CHECK(ended > prompts.size() / 2);
    CHECK(saved > 0);
  }
}

TEST_CASE("a stop text ends the answer with the id that completes it") {
  const FakeModel model(test::fake_masked_diffusion(), test::scrambled_logits(1.5));
  const auto prompts = some_prompts();
  // An answer's text is its ids; it ends with the first 2 or 3 that follows a 4.
  const auto stop = [](std::span<const std::int64_t> ids,
                       std::size_t context) -> std::optional<std::size_t> {
    const auto answer = ids.subspan(context);
    CHECK(std::ranges::find(answer, kMask) == answer.end());
    for (std::size_t i = 1; i < answer.size(); ++i) {
      if (answer[i - 1] == 4 && (answer[i] == 2 || answer[i] == 3)) return i + 1;
    }
    return std::nullopt;
  };
  for (const auto& entry : kAllSamplers) {
    for (const auto& [rule, rule_name] :
         {std::pair(EosRule::ignore, "ignore"), std::pair(EosRule::finish, "finish"),
          std::pair(EosRule::cut, "cut")}) {
      INFO(entry.name << ", " << rule_name);
      auto config = config_of(entry);
      config.ending.eos = rule;
      const auto whole = unmask(model, prompts, config);
      config.ending.stop = stop;
      const auto stopped = unmask(model, prompts, config);
      for (std::size_t i = 0; i < prompts.size(); ++i) {
        auto said = whole[i].output_ids;
        if (const auto kept = stop(said, 3)) said.resize(3 + *kept);
        CHECK(stopped[i].output_ids == said);
        CHECK(stopped[i].forwards <= whole[i].forwards);
      }
    }
  }
}

TEST_CASE("an answer has the length that is asked, whatever its prompt") {
  const FakeModel model(test::fake_masked_diffusion(), test::scrambled_logits(1.5));
  const std::vector<Ids> prompts = {{}, {1}, {1, 2, 3, 4, 5}};
  UnmaskingConfig config{.gen_length = 6};
  auto answers = unmask(model, prompts, config);
  for (std::size_t i = 0; i < prompts.size(); ++i)
    CHECK(answers[i].output_ids.size() == prompts[i].size() + 6);
  // As if the total length had been asked that comes out.
  config.gen_length.reset();
  config.total_length = 11;
  CHECK(unmask(model, std::span(prompts).last(1), config).front().output_ids ==
        answers.back().output_ids);
  config.gen_length = 65;  // the model reads 64
  CHECK_THROWS_AS(unmask(model, prompts, config), std::invalid_argument);
}

TEST_CASE("answers to one prompt are drawn apart, the first as if it were the only one") {
  const FakeModel model(test::fake_masked_diffusion(), test::scrambled_logits(0.5));
  const Ids prompt = {1, 2};
  const UnmaskingConfig config{.temperature = 1.0, .seed = 3, .gen_length = 8};
  const std::vector<Ids> prompts(20, prompt);
  std::vector<Ids> answers(prompts.size());
  unmask(
      model, prompts, config,
      [&](std::size_t i) {
        return unmasking_draws(config.seed, prompt, 7, static_cast<std::int64_t>(i));
      },
      [&](std::size_t i, const Generation& one) { answers[i] = one.output_ids; });
  CHECK(answers.front() == unmask(model, std::span(prompts).first(1), config).front().output_ids);
  CHECK(std::set(answers.begin(), answers.end()).size() == answers.size());
}

TEST_CASE("samplers that choose by chance ask only for the logits that they reveal") {
  for (const bool llada : {false, true}) {
    int asked = 0;
    const FakeModel model(test::fake_masked_diffusion(),
                          [&asked, logits = test::scrambled_logits(1.0)](
                              std::span<const std::int64_t> ids, std::size_t position) {
                            ++asked;
                            return logits(ids, position);
                          });
    UnmaskingConfig config{.policy = {.sampler = Sampler::ancestral, .steps = 9}, .gen_length = 20};
    if (llada)
      config.policy = {.sampler = Sampler::llada, .steps = 5, .remasking = Remasking::random};
    (void)unmask(model, std::vector<Ids>{{1, 2}}, config);
    CHECK(asked == 20);
  }
}

TEST_CASE("rows and tokens of a generation count the unconditional branch, steps do not") {
  const FakeModel model(test::fake_masked_diffusion(), test::scrambled_logits(1.0));
  UnmaskingConfig config{.policy = {.sampler = Sampler::llada, .steps = 4}, .gen_length = 8};
  const std::vector<Ids> prompts = {{1, 2}};
  for (const double cfg : {0.0, 0.5}) {
    config.cfg = cfg;
    const auto one = unmask(model, prompts, config).front();
    CHECK(one.forwards == 4);
    CHECK(one.rows == (cfg > 0.0 ? 8 : 4));
    CHECK(one.tokens == one.rows * 10);
    CHECK(one.new_tokens == 8);
  }
}

TEST_CASE("top_p and top_k leave the surest tokens, and the drawn ones follow what is left") {
  // Probabilities 0.5, 0.25, 0.125, ... of the tokens 0, 1, 2, ...
  const FakeModel model(test::fake_masked_diffusion(),
                        [](std::span<const std::int64_t>, std::size_t) {
                          std::vector<float> logits;
                          for (int v = 0; v < 7; ++v) logits.push_back(-0.6931472F * float(v));
                          return logits;
                        });
  const auto tokens_of = [&](double top_p, std::int64_t top_k) {
    UnmaskingConfig config{.policy = {.sampler = Sampler::ancestral, .steps = 1},
                           .temperature = 1.0,
                           .gen_length = 60,
                           .top_p = top_p,
                           .top_k = top_k};
    std::vector<Ids> prompts = {{0}, {1}, {2}, {3}, {4}, {5}};
    std::set<std::int64_t> seen;
    for (const auto& one : unmask(model, prompts, config))
      seen.insert(one.output_ids.begin() + 1, one.output_ids.end());
    return std::vector(seen.begin(), seen.end());
  };
  CHECK(tokens_of(1.0, 0).size() == 7);
  CHECK(tokens_of(1.0, 3) == Ids{0, 1, 2});
  CHECK(tokens_of(0.3, 0) == Ids{0});
  CHECK(tokens_of(0.6, 0) == Ids{0, 1});  // 0.5 before the second, 0.76 before the third
  CHECK(tokens_of(0.8, 0) == Ids{0, 1, 2});
  CHECK(tokens_of(0.8, 2) == Ids{0, 1});
}

}  // namespace
}  // namespace smdm
