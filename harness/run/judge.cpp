// One function for each kind of task. Each sees one Item and its Answer and no other document, so
// documents are judged in any order, as their Answers come.
#include "harness/run/judge.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <string>
#include <utility>

#include "base/error.hpp"
#include "harness/run/canvas.hpp"
#include "harness/run/dialogue.hpp"
#include "harness/run/generation_ends.hpp"
#include "harness/run/metric_errors.hpp"

namespace smdm {
namespace {

Judged judge_task(const MultipleChoice& task,
                  const Decided& decided,
                  const Item& item,
                  const Answer& answer,
                  const Session& /*session*/) {
  const auto& question = std::get<Question>(item.asked);
  const auto& estimates = estimates_of(answer);
  const auto& context = item.ids.requests.front().context;
  return {.values = score(task, question, estimates),
          .errors = metric_errors(task, question, estimates, decided.seed, context),
          .texts = {}};
}

Judged judge_task(const Cloze& task,
                  const Decided& /*decided*/,
                  const Item& /*item*/,
                  const Answer& answer,
                  const Session& /*session*/) {
  const auto& estimate = estimates_of(answer).front();
  return {.values = score(task, estimate), .errors = metric_errors(task, estimate), .texts = {}};
}

/// What a pass wrote: behind its prompt, or the whole text where the protocol judges that.
std::string text_of(const OpenAnswer& task,
                    const Item& item,
                    const Generation& pass,
                    std::span<const std::string> stops,
                    const Session& session) {
  if (item.ids.canvas)
    return filled_text(item.ids.prompt, pass.output_ids, stops, session).middles.front();
  // A second pass begins from the text of the first, encoded anew: the prompt's ids need not stand
  // in front of it any more.
  const bool whole = task.protocol == AnswerProtocol::two_stages;
  const auto& tokenizer = session.text().tokenizer();
  if (!whole) return answer_text(pass.output_ids, item.ids.prompt.size(), stops, tokenizer);
  const auto prompt = stops.empty() ? 0 : tokenizer.decode(item.ids.prompt).size();
  return before_stop(tokenizer.decode(pass.output_ids), stops, prompt);
}

Judged judge_task(const OpenAnswer& task,
                  const Decided& decided,
                  const Item& item,
                  const Answer& answer,
                  const Session& session) {
  Judged judged;
  const auto* settings = std::get_if<GenerationSettings>(&decided.work);
  const auto stops =
      settings == nullptr ? std::span<const std::string>() : std::span(settings->ends.stop);
  for (const auto& pass : std::get<Passes>(answer.value))
    judged.texts.push_back(text_of(task, item, pass, stops, session));
  judged.values = task.score(judged.texts.back(), std::get<Prompt>(item.asked).reference);
  return judged;
}

Judged judge_task(const DatedCorpus& task,
                  const Decided& /*decided*/,
                  const Item& item,
                  const Answer& answer,
                  const Session& /*session*/) {
  const auto sum = sum_of(estimates_of(answer));
  Judged judged;
  judged.values = score(task, {.nats = sum.nats,
                               .tokens = static_cast<double>(scored_tokens(item)),
                               .bytes = item.ids.bytes});
  // All metrics are functions of the same log-likelihood.
  if (sum.bound != Bound::lower || sum.standard_error)
    judged.errors.emplace(task.info.metrics.size(), sum.standard_error.value_or(0.0));
  return judged;
}

/// Turns that there was no room for are not answered.
Judged judge_task(const Conversation& task,
                  const Decided& decided,
                  const Item& item,
                  const Answer& answer,
                  const Session& session) {
  Judged judged;
  judged.texts = dialogue_answers(item, std::get<Passes>(answer.value),
                                  std::get<GenerationSettings>(decided.work), session);
  judged.texts.resize(std::get<Dialogue>(item.asked).turns.size());
  judged.values = task.score(judged.texts);
  return judged;
}

/// What is no number is neither larger nor smaller than another choice's value: no verdict.
/// @throws Error(checkpoint)  with the Item's name
void require_numbers(const Item& item, const Answer& answer) {
  const auto* likelihoods = std::get_if<Likelihoods>(&answer.value);
  if (likelihoods == nullptr) return;
  for (const auto& estimate : likelihoods->estimates) {
    if (std::isnan(estimate.nats)) {
      throw Error(ErrorKind::checkpoint,
                  item.name + ": wanted a log-likelihood that is a number, got nan");
    }
  }
}

}  // namespace

Judged judge(const Task& task,
             const Decided& decided,
             const Item& item,
             const Answer& answer,
             const Session& session) {
  require_numbers(item, answer);
  return std::visit(
      [&](const auto& kind) { return judge_task(kind, decided, item, answer, session); }, task);
}

std::size_t scored_tokens(const Item& item) {
  std::size_t tokens = 0;
  for (const auto& request : item.ids.requests) tokens += request.continuation.size();
  return tokens;
}

Estimate sum_of(std::span<const Estimate> pieces) {
  Estimate sum;
  sum.bound = pieces.front().bound;
  double squares = 0.0;
  bool with_error = true;
  std::optional<std::int64_t> fewest;
  for (const auto& piece : pieces) {
    sum.nats += piece.nats;
    sum.rows += piece.rows;
    sum.tokens += piece.tokens;
    with_error = with_error && piece.standard_error.has_value();
    squares += piece.standard_error.value_or(0.0) * piece.standard_error.value_or(0.0);
    if (piece.fold_count) fewest = std::min(fewest.value_or(*piece.fold_count), *piece.fold_count);
  }
  if (!with_error) return sum;
  sum.standard_error = std::sqrt(squares);
  sum.fold_count = fewest;
  return sum;
}

}  // namespace smdm
