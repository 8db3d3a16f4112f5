// The same bits from real transformers whatever is computed together: batch sizes, order, threads.
#include <algorithm>
#include <numeric>
#include <random>
#include <vector>

#include <ATen/Parallel.h>

#include "evaluators/decoding.hpp"
#include "evaluators/likelihood.hpp"
#include "evaluators/unmasking.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/golden_model.hpp"

namespace smdm {
namespace {

using test::golden_model;
using test::Ids;

/// Five questions of three choices, their lengths and ids from a generator fixed by the standard.
std::vector<TokenRequest> some_requests(std::int64_t vocabulary) {
  std::mt19937 bits(11);
  const auto ids = [&](std::size_t length) {
    Ids list(length);
    for (auto& id : list) id = static_cast<std::int64_t>(bits()) % vocabulary;
    return list;
  };
  std::vector<TokenRequest> requests;
  for (int question = 0; question < 5; ++question) {
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

/// Runs a check under one and two threads.
template <typename Check>
void with_threads(const Check& check) {
  const auto before = at::get_num_threads();
  for (const int threads : {1, 2}) {
    at::set_num_threads(threads);
    check();
  }
  at::set_num_threads(before);
}

void check_scores(const char* checkpoint, LikelihoodConfig config) {
  const auto model = golden_model(checkpoint);
  const auto requests = some_requests(model->info().vocab_tokens);
  const auto order = some_order(requests.size());
  std::vector<TokenRequest> shuffled;
  for (const auto i : order) shuffled.push_back(requests[i]);
  const auto expected = score(*model, requests, config);
  const auto same = [](const Estimate& a, const Estimate& b) {
    return a.nats == b.nats && a.standard_error == b.standard_error && a.is_greedy == b.is_greedy;
  };
  with_threads([&] {
    for (const std::int64_t rows : {1, 7, 64}) {
      config.packing.rows_per_forward = rows;
      const auto again = score(*model, requests, config);
      const auto other_order = score(*model, shuffled, config);
      const auto front = score(*model, std::span(requests).first(5), config);
      for (std::size_t i = 0; i < requests.size(); ++i) {
        REQUIRE(same(again[i], expected[i]));
        REQUIRE(again[i].rows == expected[i].rows);
        REQUIRE(again[i].tokens == expected[i].tokens);
        REQUIRE(same(other_order[i], expected[order[i]]));
        if (i < front.size()) REQUIRE(same(front[i], expected[i]));
      }
    }
  });
}

TEST_CASE(
    "likelihoods have the same bits for batches of 1, 7 and 64, shuffled, on 1 and 2 threads") {
  const LikelihoodConfig monte_carlo{.estimator = MonteCarlo{.samples = 32, .strata = 16},
                                     .cfg = 0.6,
                                     .seed = 1234,
                                     .greedy = true};
  const LikelihoodConfig chain_rule{.estimator = ChainRule{}, .cfg = 1.1, .greedy = true};
  for (const auto* checkpoint : {"mdm-tiny", "mdm-gqa", "mdm-32k"}) {
    INFO(checkpoint);
    check_scores(checkpoint, monte_carlo);
    check_scores(checkpoint, chain_rule);
  }
  for (const auto* checkpoint : {"arm-tiny", "arm-gqa"}) {
    INFO(checkpoint);
    check_scores(checkpoint, {.estimator = TeacherForcing{}, .greedy = true});
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
  const auto order = some_order(prompts.size());
  std::vector<Ids> shuffled;
  for (const auto i : order) shuffled.push_back(prompts[i]);
  const auto expected = generate(*model, prompts, config);
  with_threads([&] {
    for (const std::int64_t rows : {1, 7, 64}) {
      config.packing.rows_per_forward = rows;
      const auto again = generate(*model, prompts, config);
      const auto other_order = generate(*model, shuffled, config);
      for (std::size_t i = 0; i < prompts.size(); ++i) {
        REQUIRE(again[i].output_ids == expected[i].output_ids);
        REQUIRE(again[i].forwards == expected[i].forwards);
        REQUIRE(other_order[i].output_ids == expected[order[i]].output_ids);
      }
    }
  });
}

TEST_CASE("generated texts are the same for batches of 1, 7 and 64, shuffled, on 1 and 2 threads") {
  const auto by_unmasking = [](const auto& model, const auto& prompts,
                               const UnmaskingConfig& config) {
    return unmask(model, prompts, config);
  };
  for (const auto sampler : {Sampler::confidence, Sampler::ancestral}) {
    const UnmaskingConfig config{.sampler = sampler,
                                 .steps = 6,
                                 .total_length = 18,
                                 .temperature = 0.5,
                                 .cfg = 0.4,
                                 .seed = 7};
    check_generations("mdm-tiny", config, by_unmasking);
    check_generations("mdm-gqa", config, by_unmasking);
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
