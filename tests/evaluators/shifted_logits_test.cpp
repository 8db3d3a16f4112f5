// Models that give the logits of a token one position to its left. A network is shifted by its
// configuration alone, so its unshifted twin with the same weights says what has to come out.
#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <vector>

#include <torch/types.h>

#include "evaluators/generation/unmask.hpp"
#include "evaluators/likelihood/likelihood.hpp"
#include "evaluators/racing/race.hpp"
#include "evaluators/subsets/shared_rows.hpp"
#include "models/checkpoint.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/loss_table.hpp"
#include "tests/support/questions.hpp"

namespace smdm {
namespace {

using test::FakeModel;

using Ids = std::vector<std::int64_t>;

constexpr std::int64_t kMask = 5;  // a token of the vocabulary, as in all families but SMDM's

std::unique_ptr<LanguageModel> network(bool shifted) {
  ModelConfig config;
  config.block_size = 32;
  config.padded_vocab_size = 20;
  config.n_layer = 2;
  config.n_head = config.n_query_groups = 2;
  config.n_embd = 16;
  config.intermediate_size = 16;
  config.mask_id = kMask;
  config.shifted_logits = shifted;
  return random_model(config, ModelKind::mdm, ComputeType::f32, torch::kCPU, 7);
}

TEST_CASE("a shifted model tells what it is") {
  const auto model = network(true);
  const auto& diffusion = std::get<MaskedDiffusion>(model->info().objective);
  CHECK(diffusion.shifted);
  CHECK(diffusion.mask_id == kMask);
}

TEST_CASE("the logits of a token stand one to its left, those of a row's first at the first") {
  PackedRows rows;
  rows.append(Ids{1, kMask, 3, kMask});
  rows.append(Ids{kMask, 7, kMask});
  rows.append(Ids{kMask, kMask, 3, kMask});
  rows.wanted = {0, 1, 1, 3, 4, 5, 6};
  auto read = rows;
  read.wanted = {0, 0, 0, 2, 4, 4, 5};
  const Ids tokens = {1, 2, 3, 4, 6, 7, 8};
  const auto shifted = network(true);
  const auto plain = network(false);
  const auto check = [&] {
    CHECK(torch::equal(shifted->logits(rows), plain->logits(read)));
    const auto got = shifted->scores(rows, tokens, WithArgmax::yes);
    const auto wanted = plain->scores(read, tokens, WithArgmax::yes);
    CHECK(got.log_p == wanted.log_p);
    CHECK(got.argmax == wanted.argmax);
  };
  check();
  rows.guidance = read.guidance = 0.7;
  rows.unconditional = {7, 8, 8, 10, 7, 9, 10};
  read.unconditional = {7, 7, 7, 9, 7, 8, 9};
  check();
}

/// Losses of hidden tokens of a request over a frozen prompt of at least two tokens, with rows made
/// by hand for the unshifted twin: whoever looks at row position i sees the logits of target token
/// i, since the row begins one token before the target.
RowLosses frozen_by_hand(const LanguageModel& plain,
                         const TokenRequest& request,
                         const Subset& hidden,
                         double cfg) {
  const auto& [context, target, suffix] = request;
  auto whole = context;
  whole.insert(whole.end(), std::bit_ceil(target.size()), kMask);
  PackedRows prefill;
  prefill.append(whole);
  prefill.append(Ids(whole.size(), kMask));
  const auto kept = std::ssize(context) - 1;
  prefill.keep = {kept, kept};
  auto row = target;
  for (const auto i : hidden) row[i] = kMask;
  row.insert(row.begin(), context.back());
  PackedRows rows;
  rows.append(row);
  row.front() = kMask;
  rows.append(row);
  rows.prefixes = plain.scores(prefill, {}).prefixes;
  Ids tokens;
  for (const auto i : hidden) {
    tokens.push_back(target[i]);
    rows.wanted.push_back(static_cast<std::int64_t>(i));
    if (cfg == 0.0) continue;
    rows.guidance = cfg;
    rows.unconditional.push_back(static_cast<std::int64_t>(i) + std::ssize(row));
  }
  RowLosses losses;
  for (const auto log_p : plain.scores(rows, tokens).log_p) losses.push_back(-log_p);
  return losses;
}

struct Asked {
  std::vector<RowLosses> losses;
  RowCost cost;
};

/// Losses of rows of one request, computed by a RowTable on the model.
Asked asked(const LanguageModel& model,
            const TokenRequest& request,
            const std::vector<WantedRow>& rows,
            double cfg) {
  RowTable table(question_rows(model.info(), std::span(&request, 1), cfg));
  std::vector<RowTable::Place> places;
  for (const auto& row : rows) places.push_back(table.ask(0, row));
  while (const auto group = table.next()) {
    const auto scores = model.scores(group->rows, group->tokens);
    table.take({.log_p = scores.log_p, .argmax = {}, .prefixes = scores.prefixes});
  }
  Asked result{.losses = {}, .cost = table.cost(0)};
  for (const auto& place : places) result.losses.push_back(table.losses(place));
  return result;
}

TEST_CASE("rows over a frozen prompt of a shifted model begin with the prompt's last token") {
  const auto shifted = network(true);
  const auto plain = network(false);
  for (const std::size_t length : {2U, 6U, 11U}) {
    auto context = Ids{1, 2, 3, 4, 9, 8, 7, 6, 11, 12, 13};
    context.resize(length);
    const TokenRequest request{.context = context, .continuation = {14, 1, 15, 16, 2}};
    for (const double cfg : {0.0, 0.6}) {
      for (const Subset& hidden : {Subset{0}, Subset{0, 2, 4}, Subset{1, 3}}) {
        const auto [losses, cost] =
            asked(*shifted, request, {{.hidden = hidden, .frozen_prompt = true}}, cfg);
        CHECK(losses.front() == frozen_by_hand(*plain, request, hidden, cfg));
        const std::int64_t branches = cfg == 0.0 ? 1 : 2;
        CHECK(cost.rows == 2 * branches);
        // The prefill, and a row of the prompt's last token and the target.
        CHECK(cost.tokens == branches * (static_cast<std::int64_t>(length) + 8 + 6));
      }
    }
  }
}

TEST_CASE("a shifted model's prompt of one token or none has nothing to freeze") {
  const auto model = network(true);
  for (const Ids& context : {Ids{}, Ids{3}}) {
    const TokenRequest request{.context = context, .continuation = {14, 1, 15}};
    for (const double cfg : {0.0, 0.6}) {
      const Subset hidden = {0, 2};
      const auto [losses, cost] = asked(
          *model, request, {{.hidden = hidden, .frozen_prompt = true}, {.hidden = hidden}}, cfg);
      CHECK(losses[0] == losses[1]);
      CHECK(cost.rows == (cfg == 0.0 || context.empty() ? 1 : 2));
    }
  }
}

/// The unshifted model whose function looks to the left by itself, and the shifted one that does
/// not: whatever is asked, they have the same answer.
struct Twins {
  FakeModel shifted, looking_left;
};

ModelInfo shifted_info() {
  auto info = test::fake_masked_diffusion();
  std::get<MaskedDiffusion>(info.objective).shifted = true;
  return info;
}

Twins twins() {
  const auto logits = test::strong_logits();
  return {.shifted = FakeModel(shifted_info(), logits),
          .looking_left = FakeModel(test::fake_masked_diffusion(),
                                    [logits](std::span<const std::int64_t> ids, std::size_t at) {
                                      return logits(ids, at == 0 ? 0 : at - 1);
                                    })};
}

TEST_CASE("every estimator sees the shifted model as one that looks to the left") {
  const auto [shifted, looking_left] = twins();
  std::vector<TokenRequest> requests;
  for (const std::size_t prompt : {0U, 1U, 2U, 24U}) {
    for (const std::size_t length : {1U, 5U, 6U}) {
      requests.push_back(test::made_request(prompt, length));
      requests.back().continuation.front() = 3;
    }
  }
  for (const Estimator& estimator :
       {Estimator(MonteCarlo{.samples = 16, .strata = 8}), Estimator(ChainRule{}),
        Estimator(ExactSum{}), Estimator(FixedCount{.rows = 12}), Estimator(Balanced{.rows = 12}),
        Estimator(Balanced{.rows = 12, .prompt_reuse = PromptReuse::on})}) {
    const auto* balanced = std::get_if<Balanced>(&estimator);
    const bool reuses = balanced != nullptr && balanced->prompt_reuse == PromptReuse::on;
    for (const double cfg : {0.0, 0.5}) {
      const LikelihoodConfig config{.estimator = estimator, .cfg = cfg, .greedy = true};
      const auto got = test::score_by_context(shifted, requests, config);
      const auto wanted = test::score_by_context(looking_left, requests, config);
      for (std::size_t i = 0; i < requests.size(); ++i) {
        // A single token of a prompt is frozen by the one and read by the other.
        if (reuses && requests[i].context.size() == 1) continue;
        CHECK(got[i].nats == wanted[i].nats);
        CHECK(got[i].standard_error == wanted[i].standard_error);
        CHECK(got[i].is_greedy == wanted[i].is_greedy);
        CHECK(got[i].rows == wanted[i].rows);
        CHECK((got[i].tokens > wanted[i].tokens) == got[i].prompt_reuse.has_value());
      }
    }
  }
}

TEST_CASE("a shifted model's prompt of one token gives what it gives without reuse") {
  const auto [shifted, looking_left] = twins();
  const std::vector<TokenRequest> requests = {test::made_request(1, 6)};
  const auto value = [&](PromptReuse reuse) {
    const Balanced balanced{.rows = 12, .prompt_reuse = reuse};
    return test::score_by_context(shifted, requests, {.estimator = balanced}).front().nats;
  };
  CHECK(value(PromptReuse::on) == value(PromptReuse::off));
}

TEST_CASE("work on a shifted model is counted without it as it is done with it") {
  const auto [shifted, looking_left] = twins();
  std::vector<TokenRequest> requests;
  for (const std::size_t length : {5U, 8U, 5U}) {
    requests.push_back(test::made_request(36, length));
    requests.back().continuation.front() = static_cast<std::int64_t>(requests.size());
  }
  for (const double cfg : {0.0, 0.5}) {
    const LikelihoodConfig config{
        .estimator = Balanced{.rows = 12, .prompt_reuse = PromptReuse::automatic}, .cfg = cfg};
    RowCost done;
    for (const auto& estimate : test::score_by_context(shifted, requests, config)) {
      done.rows += estimate.rows;
      done.tokens += estimate.tokens;
    }
    const auto counted = count_work(shifted.info(), test::by_context(requests), config).front();
    CHECK(counted.rows == done.rows);
    CHECK(counted.tokens == done.tokens);
  }
}

TEST_CASE("races and samplers see the shifted model as one that looks to the left") {
  const auto [shifted, looking_left] = twins();
  std::vector<TokenRequest> requests;
  for (const std::size_t length : {6U, 7U, 6U}) {
    requests.push_back(test::made_request(28, length));
    requests.back().continuation.front() = static_cast<std::int64_t>(requests.size());
  }
  const std::vector<RaceQuestion> questions = {{.requests = requests, .divisors = {{1, 1, 1}}}};
  const std::vector<Ids> prompts = {{}, {1, 2, 3}, {6}};
  for (const double cfg : {0.0, 0.5}) {
    const auto raced = [&](const LanguageModel& model) {
      std::vector<double> nats;
      race(model, questions, {.cfg = cfg},
           [&](std::size_t, const std::vector<Estimate>& estimates, const RaceOutcome&) {
             for (const auto& estimate : estimates) nats.push_back(estimate.nats);
           });
      return nats;
    };
    CHECK(raced(shifted) == raced(looking_left));
    for (const auto sampler : {Sampler::confidence, Sampler::ancestral}) {
      const auto texts = [&](const LanguageModel& model) {
        std::vector<Ids> all;
        const UnmaskingConfig config{.policy = {.sampler = sampler, .steps = 5},
                                     .total_length = 12,
                                     .temperature = 0.7,
                                     .cfg = cfg};
        for (auto& one : unmask(model, prompts, config)) all.push_back(std::move(one.output_ids));
        return all;
      };
      CHECK(texts(shifted) == texts(looking_left));
    }
  }
}

}  // namespace
}  // namespace smdm
