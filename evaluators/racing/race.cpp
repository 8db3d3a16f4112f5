// Races of many questions run side by side: each is a source of rows like any other, so forwards
// stay full while single questions wait for the results that decide what they need next.
#include "evaluators/racing/race.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "base/numbers/random.hpp"
#include "evaluators/rows/checks.hpp"
#include "evaluators/rows/guidance.hpp"

namespace smdm {
namespace {

void check_question(const RaceQuestion& question, std::size_t index) {
  const auto name = "question " + std::to_string(index);
  const auto& requests = question.requests;
  if (requests.empty()) throw std::invalid_argument(name + ": wanted at least one request");
  for (const auto& request : requests) {
    if (!show_the_same(request, requests.front()))
      throw std::invalid_argument(name + ": wanted requests with one context and one suffix");
  }
  for (const auto& divisors : question.divisors) {
    if (divisors.size() != requests.size() ||
        std::ranges::any_of(divisors, [](double d) { return !(d > 0.0); })) {
      throw std::invalid_argument(name + ": wanted a divisor above 0 for every choice");
    }
  }
  if (question.divisors.empty())
    throw std::invalid_argument(name + ": wanted at least one verdict");
}

void check(const LanguageModel& model,
           std::span<const RaceQuestion> questions,
           const RacingConfig& config) {
  require_masked_diffusion(model.info(), "racing");
  check_racing(config.racing);
  check_guidance(model.info(), config.cfg);
  check_seed(config.seed);
  check_limits(config.packing);
  for (std::size_t q = 0; q < questions.size(); ++q) check_question(questions[q], q);
}

/// One race on its way.
struct Running {
  std::vector<Estimate> estimates;
  RaceOutcome outcome;
};

}  // namespace

void race(const LanguageModel& model,
          std::span<const RaceQuestion> questions,
          const RacingConfig& config,
          const RaceDone& done) {
  check(model, questions, config);
  std::size_t next = 0;
  const auto open = [&]() -> std::unique_ptr<ScoreSource> {
    if (next == questions.size()) return nullptr;
    const auto index = next++;
    const auto& question = questions[index];
    const auto draws = balanced_draws(config.seed, question.requests.front().context);
    const auto running = std::make_shared<Running>();
    auto plan = racing_plan(question, config.racing, draws,
                            [running](const RaceOutcome& value) { running->outcome = value; });
    const auto report = [&done, &question, index, running](std::size_t /*request*/,
                                                           const Estimate& estimate) {
      running->estimates.push_back(estimate);  // in the order of the requests
      if (running->estimates.size() == question.requests.size())
        done(index, std::move(running->estimates), running->outcome);
    };
    return subset_source(question_rows(model.info(), question.requests, config.cfg),
                         std::move(plan), report);
  };
  run_sources(model, open, config.packing);
}

}  // namespace smdm
