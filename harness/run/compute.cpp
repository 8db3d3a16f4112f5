// One function for each kind of work, behind one door: estimates of likelihoods, races,
// generations. Each hands whole Items to an evaluator and gathers what comes back into Answers.
#include "harness/run/compute.hpp"

#include <deque>
#include <utility>

#include "base/error.hpp"
#include "evaluators/rows/checks.hpp"
#include "harness/run/dialogue.hpp"
#include "harness/run/generation_ends.hpp"

namespace smdm {
namespace {

std::vector<TokenQuestion> questions_of(std::span<const Item> items) {
  std::vector<TokenQuestion> questions;
  questions.reserve(items.size());
  for (const auto& item : items) questions.emplace_back(item.ids.requests);
  return questions;
}

void estimate(const Session& session,
              std::span<const Item> items,
              const LikelihoodConfig& config,
              const AnswerDone& done) {
  score(*session.model, questions_of(items), config,
        [&](std::size_t i, std::vector<Estimate> estimates) {
          done(i, {.value = Likelihoods{.estimates = std::move(estimates), .race = {}}});
        });
}

/// Tells estimates under which metrics their choices were ruled out.
void mark(const Item& item, const RaceOutcome& outcome, std::span<Estimate> estimates) {
  for (std::size_t v = 0; v < outcome.left.size(); ++v) {
    for (std::size_t k = 0; k < estimates.size(); ++k) {
      if (!outcome.left[v][k]) estimates[k].eliminated_from.push_back(item.ids.verdicts[v].metric);
    }
  }
}

void race_all(const Session& session,
              std::span<const Item> items,
              const LikelihoodSettings& settings,
              const AnswerDone& done) {
  std::vector<RaceQuestion> questions;
  questions.reserve(items.size());
  for (const auto& item : items) {
    auto& question = questions.emplace_back();
    question.requests = item.ids.requests;
    for (const auto& verdict : item.ids.verdicts) question.divisors.push_back(verdict.divisors);
  }
  const auto& config = settings.config;
  race(*session.model, questions,
       {.racing = settings.racing.value(),
        .cfg = config.cfg,
        .seed = config.seed,
        .packing = config.packing},
       [&](std::size_t i, std::vector<Estimate> estimates, const RaceOutcome& outcome) {
         mark(items[i], outcome, estimates);
         done(i, {.value = Likelihoods{.estimates = std::move(estimates), .race = outcome}});
       });
}

/// Prompts of Items and of those that follow from their answers, on their way through a model.
/// Followers come first, so that documents are complete early.
class PassQueue {
 public:
  struct Pass {
    std::size_t index = 0;  ///< of the Item
    std::vector<std::int64_t> ids;
    std::optional<std::int64_t> length;
    bool follows = false;  ///< from an answer
  };

  PassQueue(const Session& session,
            std::span<const Item> items,
            const GenerationSettings& settings,
            const AnswerDone& done)
      : session_(session),
        items_(items),
        settings_(settings),
        done_(done),
        answers_(items.size(), Answer{.value = Passes{}}) {}

  [[nodiscard]] const Item& item(std::size_t index) const { return items_[index]; }

  /// Nothing: none now.
  std::optional<Pass> next_pass() {
    if (!followers_.empty()) {
      auto pass = std::move(followers_.front());
      followers_.pop_front();
      return pass;
    }
    if (opened_ == items_.size()) return std::nullopt;
    const auto index = opened_++;
    const auto& ids = items_[index].ids;
    return Pass{.index = index, .ids = ids.prompt, .length = ids.length};
  }

  /// Gathers the steps of an Item's next pass, where that is asked for.
  StepDone new_trace(std::size_t index) {
    if (!settings_.traced) return {};
    answers_[index].trace.emplace_back();
    return [this, index](std::int64_t step, std::span<const Candidate> revealed) {
      answers_[index].trace.back().push_back(
          {.step = step, .revealed = {revealed.begin(), revealed.end()}});
    };
  }

  void take(std::size_t index, const Generation& generation) {
    auto& answer = answers_[index];
    std::get<Passes>(answer.value).push_back(generation);
    if (auto follower = next(items_[index], answer, settings_, session_)) {
      followers_.push_back({.index = index,
                            .ids = std::move(follower->ids.prompt),
                            .length = follower->ids.length,
                            .follows = true});
      return;
    }
    done_(index, std::exchange(answer, {}));
  }

 private:
  const Session& session_;
  std::span<const Item> items_;
  const GenerationSettings& settings_;
  const AnswerDone& done_;
  std::vector<Answer> answers_;  ///< of each Item, so far
  std::size_t opened_ = 0;
  std::deque<Pass> followers_;
};

void unmask_all(const Session& session,
                PassQueue& queue,
                const UnmaskingConfig& config,
                const GenerationSettings& settings) {
  const auto vocabulary = session.model->info().vocab_tokens;
  const NextPrompt next_prompt = [&]() -> std::optional<UnmaskingPrompt> {
    auto pass = queue.next_pass();
    if (!pass) return std::nullopt;
    const auto& item = queue.item(pass->index);
    auto draws = unmasking_draws(config.seed, pass->ids, vocabulary, item.sample);
    const bool second_stage = pass->follows && settings.second_cfg.has_value();
    return UnmaskingPrompt{.index = pass->index,
                           .ids = std::move(pass->ids),
                           .draws = std::move(draws),
                           .cfg = second_stage ? settings.second_cfg.value() : config.cfg,
                           .trace = queue.new_trace(pass->index),
                           .canvas = item.ids.canvas,
                           .length = pass->length};
  };
  unmask(*session.model, next_prompt, config,
         [&](std::size_t index, const Generation& generation) { queue.take(index, generation); });
}

void decode_all(const Session& session, PassQueue& queue, const DecodingConfig& config) {
  const auto vocabulary = session.model->info().vocab_tokens;
  const NextDecodingPrompt next_prompt = [&]() -> std::optional<DecodingPrompt> {
    auto pass = queue.next_pass();
    if (!pass) return std::nullopt;
    const auto sample = queue.item(pass->index).sample;
    auto draws = decoding_draws(config.seed, pass->ids, vocabulary, sample);
    return DecodingPrompt{.index = pass->index,
                          .ids = std::move(pass->ids),
                          .draws = std::move(draws),
                          .length = pass->length};
  };
  decode(*session.model, next_prompt, config,
         [&](std::size_t index, const Generation& generation) { queue.take(index, generation); });
}

void compute_work(const Session& session,
                  std::span<const Item> items,
                  const LikelihoodSettings& settings,
                  const AnswerDone& done) {
  if (settings.racing) {
    race_all(session, items, settings, done);
  } else {
    estimate(session, items, settings.config, done);
  }
}

void compute_work(const Session& session,
                  std::span<const Item> items,
                  const GenerationSettings& settings,
                  const AnswerDone& done) {
  PassQueue queue(session, items, settings, done);
  if (const auto* decoding = std::get_if<DecodingConfig>(&settings.generator)) {
    decode_all(session, queue, with_ends(*decoding, settings.ends, session));
  } else {
    const auto& unmasking = std::get<UnmaskingConfig>(settings.generator);
    unmask_all(session, queue, with_ends(unmasking, settings.ends, session), settings);
  }
}

void compute_work(const Session& session,
                  std::span<const Item> items,
                  const CorpusSettings& settings,
                  const AnswerDone& done) {
  estimate(session, items, settings.config, done);
}

/// Whether it leaves tokens out.
bool cuts(const TokenRule& rule) {
  return rule.temperature == 0.0 || rule.top_p < 1.0 || rule.top_k > 0;
}

/// The config of likelihoods that are estimated, or null for races and generations.
const LikelihoodConfig* estimated(const Decided& decided) {
  if (const auto* corpus = std::get_if<CorpusSettings>(&decided.work)) return &corpus->config;
  const auto* likelihood = std::get_if<LikelihoodSettings>(&decided.work);
  return likelihood != nullptr && !likelihood->racing ? &likelihood->config : nullptr;
}

void compute_unnamed(const Session& session,
                     std::span<const Item> items,
                     const Decided& decided,
                     const AnswerDone& done) {
  std::visit([&](const auto& settings) { compute_work(session, items, settings, done); },
             decided.work);
}

/// What compute() needs of an Item.
Item without_document(const Item& item) {
  return {.name = item.name,
          .document = {},
          .asked = item.asked,
          .ids = item.ids,
          .sample = item.sample};
}

/// Finds the Item for which the model gives no numbers. Rows of many share a forward, whose failure
/// does not say whose it is, and an Answer depends on its own Item alone: so each that has none is
/// computed by itself. Items are opened in order, so that the search ends soon.
/// @throws Error(checkpoint)  with the Item's name, if it is found
void name_culprit(const Session& session,
                  std::span<const Item> items,
                  const Decided& decided,
                  const std::vector<bool>& answered) {
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (answered[i]) continue;
    try {
      compute_unnamed(session, items.subspan(i, 1), decided, [](std::size_t, const Answer&) {});
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::checkpoint) throw;
      throw Error(ErrorKind::checkpoint, items[i].name + ": " + error.what());
    }
  }
}

}  // namespace

AnswerCost cost_of(const Answer& answer) {
  AnswerCost cost;
  if (const auto* likelihoods = std::get_if<Likelihoods>(&answer.value)) {
    for (const auto& estimate : likelihoods->estimates) {
      cost.rows += estimate.rows;
      cost.tokens += estimate.tokens;
    }
  } else {
    for (const auto& pass : std::get<Passes>(answer.value)) {
      cost += {.rows = pass.rows,
               .tokens = pass.tokens,
               .forwards = pass.forwards,
               .new_tokens = pass.new_tokens};
    }
  }
  return cost;
}

std::int64_t most_passes(const Item& item, bool two_stages) {
  return std::ssize(item.ids.later_turns) + (two_stages ? 2 : 1);
}

std::vector<Item> some_items(std::span<const Item> items, std::size_t count) {
  if (count >= items.size()) return {items.begin(), items.end()};
  std::vector<Item> some;
  some.reserve(count);
  for (std::size_t k = 0; k < count; ++k) some.push_back(items[k * items.size() / count]);
  return some;
}

void compute(const Session& session,
             std::span<const Item> items,
             const Decided& decided,
             const AnswerDone& done) {
  std::vector<bool> answered(items.size());
  try {
    compute_unnamed(session, items, decided, [&](std::size_t i, Answer answer) {
      answered[i] = true;
      done(i, std::move(answer));
    });
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::checkpoint) throw;
    name_culprit(session, items, decided, answered);
    throw;
  }
}

void compute_some(const Session& session,
                  std::span<const Item> items,
                  std::span<const std::size_t> which,
                  const Decided& decided,
                  const AnswerDone& done) {
  std::vector<Item> some;
  bool all = which.size() == items.size();
  for (std::size_t k = 0; k < which.size() && all; ++k) all = which[k] == k;
  if (!all) {
    some.reserve(which.size());
    for (const auto i : which) some.push_back(without_document(items[i]));
    items = some;
  }
  compute(session, items, decided,
          [&](std::size_t k, Answer answer) { done(which[k], std::move(answer)); });
}

std::optional<Item> next(const Item& item,
                         const Answer& answer,
                         const GenerationSettings& settings,
                         const Session& session) {
  const auto& passes = std::get<Passes>(answer.value);
  if (settings.chat) return next_turn(item, passes, settings, session);
  if (!settings.second_cfg || item.ids.canvas || passes.size() != 1) return std::nullopt;
  // Encoded anew, a text may have become longer; one that does not fit any more is judged as the
  // first pass left it.
  auto ids = session.text().prompt(session.tokenizer->decode(passes.front().output_ids));
  if (static_cast<std::int64_t>(ids.size()) > settings.total_length()) return std::nullopt;
  // Nor does one that has come to spell the mask, which would be filled anew.
  if (holds_mask(session.model->info(), ids)) return std::nullopt;
  return Item{.name = item.name,
              .document = {},
              .asked = item.asked,
              .ids = {.requests = {}, .prompt = std::move(ids), .verdicts = {}}};
}

AnswerCost count_cost(const ModelInfo& info,
                      std::span<const Item> items,
                      const LikelihoodConfig& config) {
  AnswerCost sum;
  for (const auto& cost : count_work(info, questions_of(items), config))
    sum += {.rows = cost.rows, .tokens = cost.tokens};
  return sum;
}

std::optional<AnswerCost> counted(const Session& session,
                                  std::span<const Item> items,
                                  const Decided& decided) {
  const auto* config = estimated(decided);
  if (config == nullptr) return std::nullopt;
  const auto* balanced = std::get_if<Balanced>(&config->estimator);
  const bool until_target = balanced != nullptr && balanced->target_error.has_value();
  const bool verdicts = config->greedy && session.checkpoint.kind == ModelKind::mdm;
  const auto* duel = std::get_if<Duel>(&config->estimator);
  const bool until_full = duel != nullptr && !entry_of(duel->policy.sampler).steps;
  const auto* orders = std::get_if<Orders>(&config->estimator);
  const bool by_pilot = orders != nullptr && !orders->orders;
  // A text that a sampler cannot write takes no more rows once that is seen.
  const bool until_never = duel != nullptr && cuts(duel->tokens);
  // How many rows these take depends on what the rows before them gave.
  if (until_target || until_full || until_never || by_pilot || verdicts) return std::nullopt;
  return count_cost(session.model->info(), items, *config);
}

std::int64_t rows_without_race(const Session& session,
                               std::span<const Item> items,
                               const LikelihoodSettings& settings) {
  LikelihoodConfig config;
  config.estimator =
      Balanced{.rows = kRaceRows, .prompt_reuse = settings.racing.value().prompt_reuse};
  config.cfg = settings.config.cfg;
  config.seed = settings.config.seed;
  return count_cost(session.model->info(), items, config).rows;
}

}  // namespace smdm
