// The same bits from real transformers whatever is computed together: batch sizes, order, threads.
#include <algorithm>
#include <numeric>
#include <random>
#include <vector>

#include <ATen/Parallel.h>

#include "evaluators/generation/decode.hpp"
#include "evaluators/generation/unmask.hpp"
#include "evaluators/likelihood/likelihood.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/golden_model.hpp"
#include "tests/support/threads.hpp"

namespace smdm {
namespace {

using test::Threads;

using test::golden_model;
using test::Ids;

/// Questions of three choices, their lengths and ids from a generator fixed by the standard.
std::vector<TokenRequest> some_requests(std::int64_t vocabulary) {
  const int questions = vocabulary > 1000 ? 2 : 5;
  std::mt19937 bits(11);
  const auto ids = [&](std::size_t length) {
    Ids list(length);
    for (auto& id : list) id = static_cast<std::int64_t>(bits()) % vocabulary;
    return list;
  };
  std::vector<TokenRequest> requests;
  for (int question = 0; question < questions; ++question) {
    const auto context = ids(1 + bits() % 30);
    for (int choice = 0; choice < 3; ++choice) {
      requests.push_back({.context = context, .continuation = ids(1 + bits() % 7)});
    }
  }
  return requests;
}

std::vector<std::size_t> some_order(std::size_t count) {
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::mt19937 bits(2);
  for (auto i = count; i > 1; --i) std::swap(order[i - 1], order[bits() % i]);
  return order;
}

/// One way to run what must always come out the same.
struct Way {
  std::int64_t rows;
  std::int64_t tokens;  ///< likewise per forward
  int threads;
  bool shuffled;
};

constexpr std::int64_t kTokens = PackingLimits{}.tokens_per_forward;

/// Every batch size on either number of threads and in either order.
const std::vector<Way> kWays{{.rows = 1, .tokens = kTokens, .threads = 1, .shuffled = true},
                             {.rows = 1, .tokens = kTokens, .threads = 2, .shuffled = false},
                             {.rows = 7, .tokens = 90, .threads = 1, .shuffled = false},
                             {.rows = 7, .tokens = kTokens, .threads = 2, .shuffled = true},
                             {.rows = 64, .tokens = 300, .threads = 1, .shuffled = true},
                             {.rows = 64, .tokens = kTokens, .threads = 2, .shuffled = false}};

/// `items` in `order`.
template <typename Item>
std::vector<Item> reordered(const std::vector<Item>& items, const std::vector<std::size_t>& order) {
  std::vector<Item> result;
  for (const auto i : order) result.push_back(items[i]);
  return result;
}

std::vector<std::size_t> order_of(const Way& way, std::size_t count) {
  if (way.shuffled) return some_order(count);
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  return order;
}

/// What stands beside an estimate, as numbers that are compared to the last bit.
std::vector<double> beside(const Estimate& estimate) {
  std::vector<double> all;
  if (const auto& values = estimate.values) {
    all = {values->any_order,          values->elbo,           values->orders_sd,
           values->oracle_best,        values->oracle_worst,   values->left_to_right,
           values->confidence.value(), values->margin.value(), values->entropy.value()};
  }
  if (const auto& orders = estimate.orders) {
    const auto more = {static_cast<double>(orders->orders), orders->effective, orders->low,
                       orders->low_error.value_or(-1.0), orders->high};
    all.insert(all.end(), more);
  }
  return all;
}

void check_scores(const char* checkpoint, LikelihoodConfig config) {
  const auto model = golden_model(checkpoint);
  const auto requests = some_requests(model->info().vocab_tokens);
  const auto expected = score(*model, requests, config);
  for (const auto& way : kWays) {
    INFO(way.rows << " rows, " << way.threads << " threads, shuffled " << way.shuffled);
    const Threads threads(way.threads);
    const auto order = order_of(way, requests.size());
    config.packing.rows_per_forward = way.rows;
    config.packing.tokens_per_forward = way.tokens;
    const auto again = score(*model, reordered(requests, order), config);
    for (std::size_t i = 0; i < order.size(); ++i) {
      const auto& wanted = expected[order[i]];
      REQUIRE(again[i].nats == wanted.nats);
      REQUIRE(again[i].standard_error == wanted.standard_error);
      REQUIRE(again[i].is_greedy == wanted.is_greedy);
      REQUIRE(beside(again[i]) == beside(wanted));
      if (way.shuffled) continue;  // neighbours with one context would be charged otherwise
      REQUIRE(again[i].rows == wanted.rows);
      REQUIRE(again[i].tokens == wanted.tokens);
    }
  }
  const auto front = score(*model, std::span(requests).first(5), config);
  for (std::size_t i = 0; i < front.size(); ++i) REQUIRE(front[i].nats == expected[i].nats);
}

TEST_CASE(
    "likelihoods have the same bits for batches of 1, 7 and 64, shuffled, on 1 and 2 threads") {
  const LikelihoodConfig monte_carlo{.estimator = MonteCarlo{.samples = 16, .strata = 8},
                                     .cfg = 0.6,
                                     .seed = 1234,
                                     .greedy = true};
  const LikelihoodConfig chain_rule{.estimator = ChainRule{}, .cfg = 1.1, .greedy = true};
  for (const auto* checkpoint : {"mdm-tiny", "mdm-gqa", "mdm-32k"}) {
    INFO(checkpoint);
    check_scores(checkpoint, monte_carlo);
    check_scores(checkpoint, chain_rule);
    check_scores(checkpoint, {.estimator = FixedCount{.rows = 12}, .cfg = 0.6, .seed = 4});
    for (const auto reuse : {PromptReuse::off, PromptReuse::on}) {
      check_scores(
          checkpoint,
          {.estimator = Balanced{.rows = 16, .prompt_reuse = reuse}, .cfg = 0.6, .seed = 4});
    }
  }
  for (const auto* checkpoint : {"arm-tiny", "arm-gqa"}) {
    INFO(checkpoint);
    check_scores(checkpoint, {.estimator = TeacherForcing{}, .greedy = true});
  }
}

TEST_CASE("enumerated values and those under a target error have the same bits") {
  check_scores("mdm-tiny", {.estimator = ExactSum{}, .cfg = 0.6});
  for (const auto* checkpoint : {"mdm-tiny", "mdm-gqa", "mdm-32k"}) {
    INFO(checkpoint);
    check_scores(checkpoint, {.estimator = Orders{.orders = 8}, .cfg = 0.6, .seed = 4});
    check_scores(checkpoint, {.estimator = Orders{.orders = std::nullopt}, .seed = 5});
  }
  for (const auto reuse : {PromptReuse::off, PromptReuse::on}) {
    const Balanced balanced{.rows = 8, .target_error = 0.5, .max_rows = 32, .prompt_reuse = reuse};
    check_scores("mdm-gqa", {.estimator = balanced, .seed = 4});
  }
}

TEST_CASE("likelihoods under a sampler have the same bits") {
  for (const auto& policy :
       {PolicyConfig{.sampler = Sampler::margin, .steps = 3},
        PolicyConfig{.sampler = Sampler::entropy_bound, .block_length = 3, .entropy_bound = 4.0}}) {
    for (const auto* checkpoint : {"mdm-tiny", "mdm-gqa", "mdm-32k"}) {
      INFO(checkpoint);
      const Duel duel{.policy = policy, .tokens = {.temperature = 0.8, .top_p = 0.999}};
      check_scores(checkpoint, {.estimator = duel, .cfg = 0.6});
    }
  }
}

/// Generates with every packing, thread count and order, and compares.
template <typename Config, typename Generate>
void check_generations(const char* checkpoint, Config config, const Generate& generate) {
  const auto model = golden_model(checkpoint);
  std::vector<Ids> prompts;
  for (const auto& request : some_requests(model->info().vocab_tokens)) {
    prompts.push_back(request.continuation);  // 1 to 7 ids
  }
  const auto expected = generate(*model, prompts, config);
  for (const auto& way : kWays) {
    INFO(way.rows << " rows, " << way.threads << " threads, shuffled " << way.shuffled);
    const Threads threads(way.threads);
    const auto order = order_of(way, prompts.size());
    config.packing.rows_per_forward = way.rows;
    config.packing.tokens_per_forward = way.tokens;
    const auto again = generate(*model, reordered(prompts, order), config);
    for (std::size_t i = 0; i < order.size(); ++i) {
      const auto& wanted = expected[order[i]];
      REQUIRE(again[i].output_ids == wanted.output_ids);
      REQUIRE(again[i].forwards == wanted.forwards);
      REQUIRE(again[i].rows == wanted.rows);
      REQUIRE(again[i].tokens == wanted.tokens);
      REQUIRE(again[i].new_tokens == wanted.new_tokens);
    }
  }
}

/// Tokens that end a text, one in eight: most answers end before their last position.
Ids some_ids() {
  Ids ids;
  for (std::int64_t id = 0; id < 1000; id += 8) ids.push_back(id);
  return ids;
}

TEST_CASE("generated texts are the same for batches of 1, 7 and 64, shuffled, on 1 and 2 threads") {
  const auto by_unmasking = [](const auto& model, const auto& prompts,
                               const UnmaskingConfig& config) {
    return unmask(model, prompts, config);
  };
  for (const auto& entry : kAllSamplers) {
    UnmaskingConfig config{.policy = {.sampler = entry.value, .steps = 6, .block_length = 5},
                           .total_length = 18,
                           .temperature = 0.5,
                           .cfg = 0.4,
                           .seed = 7};
    check_generations("mdm-tiny", config, by_unmasking);
    check_generations("mdm-gqa", config, by_unmasking);
    config.top_p = 0.9;
    config.ending = {.eos = EosRule::finish, .eos_ids = some_ids()};
    check_generations("mdm-tiny", config, by_unmasking);
    for (const auto caching : {KvCaching::prefix, KvCaching::dual}) {
      config.kv_cache = {.caching = caching, .refresh = caching == KvCaching::dual ? 0 : 3};
      check_generations("mdm-gqa", config, by_unmasking);
    }
  }
  const auto by_decoding = [](const auto& model, const auto& prompts,
                              const DecodingConfig& config) {
    return decode(model, prompts, config);
  };
  for (const double temperature : {0.0, 0.7}) {
    const DecodingConfig config{.total_length = 18, .temperature = temperature, .seed = 7};
    check_generations("arm-tiny", config, by_decoding);
    check_generations("arm-gqa", config, by_decoding);
  }
}

}  // namespace
}  // namespace smdm
