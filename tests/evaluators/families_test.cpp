// Likelihoods and decodings of the tiny checkpoints of other families, against those recorded from
// the transformers library and from enumerations of all subsets in Python.
#include "tests/support/families.hpp"

#include <cmath>
#include <string>
#include <vector>

#include "evaluators/generation/decode.hpp"
#include "evaluators/likelihood/likelihood.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/golden_model.hpp"

namespace smdm {
namespace {

using Json = nlohmann::json;
using test::Ids;
using test::near_golden;

TokenRequest request_of(const Json& recorded) {
  return {.context = recorded.at("context_ids").get<Ids>(),
          .continuation = recorded.at("continuation_ids").get<Ids>()};
}

Estimate estimate_of(const LanguageModel& model, const Json& recorded, Estimator estimator) {
  LikelihoodConfig config;
  config.estimator = std::move(estimator);
  config.cfg = recorded.value("cfg", 0.0);
  const std::vector requests = {request_of(recorded)};
  return score(model, requests, config).front();
}

void check_diffusion(const LanguageModel& model, const Json& recorded) {
  const auto exact = estimate_of(model, recorded, ExactSum{});
  CHECK(near_golden(exact.nats, recorded.at("elbo").get<double>()));
  const auto& values = exact.values.value();
  CHECK(values.elbo == Approx(exact.nats).epsilon(1e-12));
  CHECK(near_golden(values.any_order, recorded.at("any_order").get<double>()));
  CHECK(near_golden(values.left_to_right, recorded.at("chain_rule").get<double>()));
  CHECK(values.margin.has_value());
  const auto chain = estimate_of(model, recorded, ChainRule{});
  CHECK(near_golden(chain.nats, recorded.at("chain_rule").get<double>()));
  CHECK_FALSE(chain.values);
}

void check_autoregressive(const LanguageModel& model, const Json& recorded) {
  const auto nats = estimate_of(model, recorded, TeacherForcing{}).nats;
  CHECK(near_golden(nats, recorded.at("nats").get<double>()));
  const auto prompt = recorded.at("context_ids").get<Ids>();
  const auto wanted = recorded.at("greedy_6").get<Ids>();
  DecodingConfig config;
  config.total_length = std::ssize(prompt) + std::ssize(wanted);
  const std::vector<Ids> prompts = {prompt};
  auto whole = prompt;
  whole.insert(whole.end(), wanted.begin(), wanted.end());
  CHECK(decode(model, prompts, config).front().output_ids == whole);
}

}  // namespace

TEST_CASE("likelihoods of every family equal the reference's") {
  std::size_t guided = 0;
  std::size_t without_context = 0;
  for (const auto& family : test::family_names()) {
    const auto model = test::family_model(family);
    const bool diffusion = std::holds_alternative<MaskedDiffusion>(model->info().objective);
    const auto recorded = test::family_json(family, "likelihoods.json");
    for (const auto& one : recorded.at("cases")) {
      INFO(family << ": " << one);
      guided += one.contains("cfg") ? 1 : 0;
      without_context += one.at("context_ids").empty() ? 1 : 0;
      if (diffusion) {
        check_diffusion(*model, one);
      } else {
        check_autoregressive(*model, one);
      }
    }
  }
  CHECK(guided == 8);
  CHECK(without_context == 4);
}

}  // namespace smdm
