// Documents whose masks stand among shown ids: what is filled and what stays, what guidance hides,
// and where such a document ends.
#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <string>
#include <utility>
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
using Ids = std::vector<std::int64_t>;

constexpr std::int64_t kEos = 5;
constexpr std::int64_t kMask = 7;

/// Canvases of all shapes: masks first, last, in the middle, everywhere, alone and in stretches.
std::vector<Ids> some_canvases() {
  std::vector<Ids> canvases = {{1, 7, 7, 2, 7, 3}, {7}, {7, 7, 7, 7, 7}, {7, 4, 7}, {4, 7, 4}};
  for (std::int64_t i = 0; i < 20; ++i)
    canvases.push_back({i % 7, 7, 7, 7, kEos, i / 7, 7, 7, 3, 7, 7, 7, 7, i % 3 == 0 ? 2 : 7});
  return canvases;
}

/// Answers to canvases, in their order. @param order  in which they are opened
std::vector<Generation> filled(const LanguageModel& model,
                               const std::vector<Ids>& canvases,
                               const UnmaskingConfig& config,
                               std::vector<std::size_t> order = {}) {
  for (std::size_t i = order.size(); i < canvases.size(); ++i) order.push_back(i);
  std::size_t opened = 0;
  std::vector<Generation> all(canvases.size());
  unmask(
      model,
      [&]() -> std::optional<UnmaskingPrompt> {
        if (opened == canvases.size()) return std::nullopt;
        const auto index = order[opened++];
        return UnmaskingPrompt{.index = index,
                               .ids = canvases[index],
                               .draws = unmasking_draws(config.seed, canvases[index], 7),
                               .cfg = config.cfg,
                               .canvas = true};
      },
      config, [&](std::size_t index, const Generation& one) { all[index] = one; });
  return all;
}

UnmaskingConfig config_of(const SamplerEntry& entry) {
  return {.policy = {.sampler = entry.value,
                     .steps = 6,
                     .block_length = entry.blocks ? 3 : 0,
                     .threshold = 0.4,
                     .entropy_bound = 1.0,
                     .algorithm_temperature = 0.5},
          .temperature = 0.9,
          .cfg = 0.4,
          .seed = 3,
          .ending = {.eos = EosRule::ignore, .eos_ids = {kEos}}};
}

/// Log-probabilities, up to a constant, with guidance that hides every id that was shown.
std::vector<double> guided(
    const FakeModel& model, const Ids& canvas, const Ids& ids, std::size_t position, double cfg) {
  auto hidden = ids;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    if (canvas[i] != kMask) hidden[i] = kMask;
  }
  auto log_p = model.log_p(ids, position);
  const auto without = model.log_p(hidden, position);
  for (std::size_t v = 0; v < log_p.size(); ++v)
    log_p[v] = without[v] + (cfg + 1.0) * (log_p[v] - without[v]);
  return log_p;
}

/// One document by the definition of the samplers without noise, in the plainest form.
Ids direct_document(const FakeModel& model, const Ids& canvas, const UnmaskingConfig& config) {
  const RandomStream choice(config.seed, Purpose::unmask_choice, canvas);
  const auto times = diffusion_times(config.policy.steps);
  auto ids = canvas;
  for (std::int64_t step = 0; step < config.policy.steps; ++step) {
    const auto share = revealed_share(times, step);
    struct Pick {
      std::size_t position;
      std::int64_t token;
      double confidence;
    };
    std::vector<Pick> picks;
    for (std::size_t i = 0; i < ids.size(); ++i) {
      const auto place = static_cast<std::int64_t>(i);
      const bool chance = config.policy.sampler == Sampler::ancestral;
      if (ids[i] != kMask || (chance && choice.uniform_float(step, place) >= share)) continue;
      const auto log_p = guided(model, canvas, ids, i, config.cfg);
      const auto best = std::ranges::max_element(log_p);
      double all = 0.0;
      for (const auto one : log_p) all += std::exp(one);
      picks.push_back({i, best - log_p.begin(), std::exp(*best) / all});
    }
    if (config.policy.sampler == Sampler::confidence) {
      std::ranges::stable_sort(
          picks, [](const Pick& a, const Pick& b) { return a.confidence > b.confidence; });
      picks.resize(static_cast<std::size_t>(revealed_count(std::ssize(picks), share)));
    }
    for (const auto& pick : picks) ids[pick.position] = pick.token;
  }
  return ids;
}

std::int64_t masks_in(const Ids& canvas) {
  return std::ranges::count(canvas, kMask);
}

TEST_CASE("infilling fills the masks by the samplers' definitions, all that is shown guiding it") {
  const FakeModel model(test::fake_masked_diffusion(), test::scrambled_logits(2.0));
  const auto canvases = some_canvases();
  for (const auto sampler : {Sampler::confidence, Sampler::ancestral}) {
    for (const double cfg : {0.0, 0.8}) {
      const UnmaskingConfig config{
          .policy = {.sampler = sampler, .steps = 4}, .cfg = cfg, .seed = 12};
      const auto got = filled(model, canvases, config);
      for (std::size_t i = 0; i < canvases.size(); ++i) {
        INFO(i);
        CHECK(got[i].output_ids == direct_document(model, canvases[i], config));
        CHECK(got[i].new_tokens == masks_in(canvases[i]));
      }
    }
  }
}

TEST_CASE("infilling leaves what is shown as it is, whatever else is computed, of every sampler") {
  const FakeModel model(test::fake_masked_diffusion(), test::scrambled_logits(2.0));
  const auto canvases = some_canvases();
  std::vector<std::size_t> backwards;
  for (std::size_t i = canvases.size(); i > 0; --i) backwards.push_back(i - 1);
  for (const auto& entry : kAllSamplers) {
    INFO(entry.name);
    auto config = config_of(entry);
    const auto expected = filled(model, canvases, config);
    for (std::size_t i = 0; i < canvases.size(); ++i) {
      REQUIRE(expected[i].output_ids.size() == canvases[i].size());
      for (std::size_t k = 0; k < canvases[i].size(); ++k) {
        const auto id = expected[i].output_ids[k];
        CHECK((canvases[i][k] == kMask ? id != kMask : id == canvases[i][k]));
      }
      CHECK(filled(model, {canvases[i]}, config).front().output_ids == expected[i].output_ids);
    }
    for (const std::int64_t rows : {1, 7}) {
      config.packing.rows_per_forward = rows;
      const auto got = filled(model, canvases, config, backwards);
      for (std::size_t i = 0; i < canvases.size(); ++i) {
        CHECK(got[i].output_ids == expected[i].output_ids);
        CHECK(got[i].forwards == expected[i].forwards);
      }
    }
  }
}

TEST_CASE("masks behind one shown part are the answer to a prompt, of every sampler") {
  const FakeModel model(test::fake_masked_diffusion(), test::scrambled_logits(1.5));
  for (const auto& entry : kAllSamplers) {
    for (const auto rule : {EosRule::ignore, EosRule::finish, EosRule::cut}) {
      INFO(entry.name << ", rule " << static_cast<int>(rule));
      auto config = config_of(entry);
      config.gen_length = 9;
      config.ending.eos = rule;
      for (std::int64_t i = 0; i < 12; ++i) {
        const Ids prompt = {i % 7, i / 7, kEos};
        auto canvas = prompt;
        canvas.resize(12, kMask);
        const auto answered = [&](const Ids& ids, bool is_canvas) {
          Generation answer;
          bool opened = false;
          unmask(
              model,
              [&]() -> std::optional<UnmaskingPrompt> {
                if (std::exchange(opened, true)) return std::nullopt;
                return UnmaskingPrompt{.ids = ids,
                                       .draws = unmasking_draws(config.seed, prompt, 7),
                                       .cfg = config.cfg,
                                       .canvas = is_canvas};
              },
              config, [&](std::size_t, const Generation& one) { answer = one; });
          return answer;
        };
        const auto plain = answered(prompt, false);
        const auto canvassed = answered(canvas, true);
        CHECK(canvassed.output_ids == plain.output_ids);
        CHECK(canvassed.forwards == plain.forwards);
        CHECK(canvassed.new_tokens == plain.new_tokens);
      }
    }
  }
}

TEST_CASE("nothing ends a document that shows something behind its last mask") {
  const FakeModel model(test::fake_masked_diffusion(), test::scrambled_logits(1.5));
  std::vector<Ids> canvases;
  for (std::int64_t i = 0; i < 30; ++i) canvases.push_back({i % 7, 7, 7, i / 7, 7, 7, 7, 7, 3});
  for (const auto& entry : kAllSamplers) {
    INFO(entry.name);
    auto config = config_of(entry);
    const auto whole = filled(model, canvases, config);
    int with_eos = 0;
    for (const auto rule : {EosRule::finish, EosRule::cut}) {
      config.ending.eos = rule;
      config.ending.stop = [](std::span<const std::int64_t>,
                              std::size_t) -> std::optional<std::size_t> {
        FAIL_CHECK("no stop text is looked for");
        return 0;
      };
      const auto got = filled(model, canvases, config);
      for (std::size_t i = 0; i < canvases.size(); ++i) {
        CHECK(got[i].output_ids == whole[i].output_ids);
        CHECK(got[i].forwards == whole[i].forwards);
        CHECK(got[i].new_tokens == 6);
        with_eos += std::ranges::count(whole[i].output_ids, kEos) > 0 ? 1 : 0;
      }
    }
    CHECK(with_eos > 20);
  }
}

TEST_CASE("masks at the end are ended as an answer is, when all before them is decided") {
  const FakeModel model(test::fake_masked_diffusion(), test::scrambled_logits(1.5));
  std::vector<Ids> canvases;
  for (std::int64_t i = 0; i < 40; ++i)
    canvases.push_back({i % 7, 7, 7, i / 7, kEos, 7, 7, 7, 7, 7, 7, 7});
  constexpr std::ptrdiff_t kLast = 5;  // where the last stretch begins
  for (const auto& entry : kAllSamplers) {
    INFO(entry.name);
    auto config = config_of(entry);
    const auto whole = filled(model, canvases, config);
    config.ending.eos = EosRule::cut;
    const auto cut = filled(model, canvases, config);
    config.ending.eos = EosRule::finish;
    const auto finished = filled(model, canvases, config);
    std::size_t ended = 0;
    std::size_t early = 0;
    for (std::size_t i = 0; i < canvases.size(); ++i) {
      auto said = whole[i].output_ids;
      const auto eos = std::find(said.begin() + kLast, said.end(), kEos);
      const auto tokens = 2 + (eos - said.begin() - kLast);
      if (eos != said.end()) said.erase(eos + 1, said.end());
      CHECK(cut[i].output_ids == said);
      CHECK(finished[i].output_ids == said);
      for (const auto* one : {&whole[i], &cut[i], &finished[i]}) CHECK(one->new_tokens == tokens);
      ended += said.size() < canvases[i].size() ? 1 : 0;
      early += std::find(said.begin(), said.begin() + 3, kEos) != said.begin() + 3 ? 1 : 0;
    }
    CHECK(ended > 10);
    CHECK(early > 3);  // an EOS in front of shown ids is a token like others
  }
}

TEST_CASE("blocks count masks, whatever is shown between them") {
  const FakeModel model(test::fake_masked_diffusion(), test::scrambled_logits(2.0));
  const Ids canvas = {1, 7, 7, 2, 3, 7, 4, 7, 7, 7};
  const std::vector<std::set<std::size_t>> blocks = {{1, 2, 5}, {7, 8, 9}};
  for (const auto& entry : kAllSamplers) {
    if (!entry.blocks) continue;
    INFO(entry.name);
    const auto config = config_of(entry);
    std::vector<std::size_t> revealed;
    bool opened = false;
    unmask(
        model,
        [&]() -> std::optional<UnmaskingPrompt> {
          if (std::exchange(opened, true)) return std::nullopt;
          return UnmaskingPrompt{.ids = canvas,
                                 .draws = unmasking_draws(1, canvas, 7),
                                 .trace =
                                     [&](std::int64_t, std::span<const Candidate> step) {
                                       for (const auto& one : step)
                                         revealed.push_back(one.position);
                                     },
                                 .canvas = true};
        },
        config, [](std::size_t, const Generation&) {});
    REQUIRE(revealed.size() == 6);
    CHECK(std::set(revealed.begin(), revealed.begin() + 3) == blocks[0]);
    CHECK(std::set(revealed.begin() + 3, revealed.end()) == blocks[1]);
  }
}

TEST_CASE("a canvas has its own length and its own draws") {
  const FakeModel model(test::fake_masked_diffusion(), test::scrambled_logits(2.0));
  auto config = config_of(kAllSamplers.front());
  const std::vector<Ids> canvases = {{1, 7, 2}, Ids(64, kMask)};
  const auto expected = filled(model, canvases, config);
  config.total_length = 2;
  CHECK(filled(model, canvases, config)[1].output_ids == expected[1].output_ids);
  config.total_length = 1000;  // which no model here reads
  CHECK(filled(model, canvases, config)[1].output_ids == expected[1].output_ids);
  CHECK(expected[1].output_ids.size() == 64);
  // Prompts never hold masks, so that no prompt has a canvas's draws.
  const auto of_canvas = unmasking_draws(3, Ids{1, 7, 2}, 7);
  const auto of_other = unmasking_draws(3, Ids{1, 7, 7, 2}, 7);
  CHECK(of_canvas.choice(0, 1) != of_other.choice(0, 1));
}

TEST_CASE("canvases that cannot be filled are refused, saying why") {
  const auto info = test::fake_masked_diffusion();
  const auto refusal = [](const ModelInfo& of, const Ids& canvas) {
    return test::error_text<ErrorKind::request>([&] { check_canvas(of, canvas, "f:1"); });
  };
  CHECK_NOTHROW(check_canvas(info, Ids{1, 7, 2}, "f:1"));
  CHECK(refusal(info, {1, 2}) == "f:1: wanted at least one mask to be filled, got none");
  CHECK(refusal(info, {1, 7, 8}) == "f:1: token id 8 is outside the vocabulary 0..6");
  CHECK(refusal(info, Ids(65, kMask)) == "f:1: wanted at most 64 tokens, got 65");
  CHECK(refusal(test::fake_autoregressive(), {1, 7}) ==
        "f:1: masks to be filled: wanted a masked diffusion model, got an autoregressive one");
}

TEST_CASE("the shown parts of a canvas are its stretches without masks") {
  const auto parts = [](const Ids& canvas) {
    std::vector<std::pair<std::size_t, std::size_t>> all;
    for (const auto& [begin, end] : shown_parts(canvas, kMask)) all.emplace_back(begin, end);
    return all;
  };
  using Parts = std::vector<std::pair<std::size_t, std::size_t>>;
  CHECK(parts({}) == Parts{});
  CHECK(parts({7, 7}) == Parts{});
  CHECK(parts({1, 2, 7, 3, 7}) == Parts{{0, 2}, {3, 4}});
  CHECK(parts({7, 1, 7, 7, 2, 3}) == Parts{{1, 2}, {4, 6}});
}

}  // namespace
}  // namespace smdm
