#include "evaluators/racing/race.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "base/numbers/random.hpp"
#include "evaluators/rows/checks.hpp"
#include "evaluators/rows/guidance.hpp"
#include "evaluators/rows/request_checks.hpp"

namespace smdm {
namespace {

void check_question(std::span<const TokenRequest> requests,
                    const RaceQuestion& question,
                    std::size_t index) {
  const auto name = "question " + std::to_string(index);
  if (question.count < 1 || question.first + question.count > requests.size()) {
    throw std::invalid_argument(name + ": wanted at least one request of those given");
  }
  const auto own = requests.subspan(question.first, question.count);
  for (const auto& request : own) {
    if (request.context != own.front().context)
      throw std::invalid_argument(name + ": wanted requests with one context");
  }
  for (const auto& divisors : question.divisors) {
    if (divisors.size() != question.count ||
        std::ranges::any_of(divisors, [](double d) { return !(d > 0.0); })) {
      throw std::invalid_argument(name + ": wanted a divisor above 0 for every choice");
    }
  }
  if (question.divisors.empty())
    throw std::invalid_argument(name + ": wanted at least one verdict");
}

void check(const LanguageModel& model,
           std::span<const TokenRequest> requests,
           std::span<const RaceQuestion> questions,
           const RacingConfig& config) {
  require_masked_diffusion(model.info(), "racing");
  check_racing(config.racing);
  check_guidance(model.info(), config.cfg);
  check_seed(config.seed);
  check_limits(config.packing);
  for (std::size_t i = 0; i < requests.size(); ++i) check_request(model.info(), requests[i], i);
  for (std::size_t q = 0; q < questions.size(); ++q) check_question(requests, questions[q], q);
}

}  // namespace

void race(const LanguageModel& model,
          std::span<const TokenRequest> requests,
          std::span<const RaceQuestion> questions,
          const RacingConfig& config,
          const RaceDone& done) {
  check(model, requests, questions, config);
  const auto& info = model.info();
  std::size_t next = 0;
  const auto open = [&]() -> std::unique_ptr<ScoreSource> {
    if (next == questions.size()) return nullptr;
    const auto index = next++;
    const auto& question = questions[index];
    const auto own = requests.subspan(question.first, question.count);
    const auto draws = balanced_draws(config.seed, own.front().context);
    const auto outcome = std::make_shared<RaceOutcome>();
    auto plan = racing_plan(own, question, config.racing, draws,
                            [outcome](const RaceOutcome& value) { *outcome = value; });
    const auto report = [&done, &question, index, outcome](std::size_t i,
                                                           const Estimate& estimate) {
      done.request(question.first + i, estimate);
      if (i + 1 == question.count) done.question(index, *outcome);
    };
    return subset_source({.requests = own,
                          .mask_id = std::get<MaskedDiffusion>(info.objective).mask_id,
                          .cfg = config.cfg,
                          .max_tokens = info.max_tokens},
                         std::move(plan), report);
  };
  run_sources(model, open, config.packing);
}

}  // namespace smdm
