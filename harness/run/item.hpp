/// The two things that run through the program: an Item, which is one document on its way to the
/// model, and the Answer that comes back for it.
///
///   read -> ask -> encode -> compute -> judge -> record
///
/// read (harness/run/read.hpp) gives documents with what they ask, encode an Item of each, compute
/// an Answer for each Item, judge what the metrics make of it, record the samples and totals of
/// results files. Nothing is ever written back into an Item.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "base/json.hpp"
#include "base/request.hpp"
#include "evaluators/generation/token_choice.hpp"
#include "evaluators/racing/race.hpp"
#include "evaluators/rows/score_source.hpp"
#include "tasks/ask/task.hpp"

namespace smdm {

/// A verdict that a race decides.
struct RaceVerdict {
  std::string metric;
  std::vector<double> divisors;  ///< one for each choice, see RaceQuestion
};

/// What a document asks, in ids.
struct Encoded {
  /// Of a likelihood: one per choice, or per piece of a text. Empty for a generation.
  std::vector<TokenRequest> requests;
  std::vector<std::int64_t> prompt;  ///< of a generation
  /// Whether the prompt is a whole document whose masks are filled, see canvas.hpp.
  bool canvas = false;
  /// Of a turn that follows from answers: tokens of prompt and answer together. Empty: as the
  /// settings say.
  std::optional<std::int64_t> length = {};
  /// Of a conversation: what is said in its later turns, whose prompts follow from answers.
  std::vector<std::string> later_turns = {};
  std::vector<RaceVerdict> verdicts;  ///< of a question that is raced
  double bytes = 0.0;                 ///< of a text: those that its scored tokens stand for
};

/// One document: a question with all its choices, a passage with its continuation, a prompt, or a
/// text with all its pieces.
struct Item {
  std::string name;  ///< for errors: "task piqa, document 3" or "FILE:LINE"
  Json document;
  Asked asked;
  Encoded ids;
  std::string cluster = {};  ///< what the document is about, see DatasetInfo::cluster
  std::int64_t sample = 0;   ///< which of several answers to a prompt
};

/// Likelihoods of an Item, one estimate for each of its requests.
struct Likelihoods {
  std::vector<Estimate> estimates;
  std::optional<RaceOutcome> race;  ///< how it ended, where there was one
};

/// What was generated: one pass, or the passes of a protocol with several.
using Passes = std::vector<Generation>;

/// What one step of a generation revealed.
struct TracedStep {
  std::int64_t step = 0;            ///< names its draws: steps that reveal nothing are counted
  std::vector<Candidate> revealed;  ///< in the order of their rank, with their log_confidence
};

/// The steps of each pass.
using Trace = std::vector<std::vector<TracedStep>>;

/// What comes back for one Item.
struct Answer {
  std::variant<Likelihoods, Passes> value;
  Trace trace = {};  ///< empty unless GenerationSettings asks for it
};

/// What was computed for an Answer.
struct AnswerCost {
  std::int64_t rows = 0;
  std::int64_t tokens = 0;
  std::int64_t forwards = 0;    ///< of generations, see Generation
  std::int64_t new_tokens = 0;  ///< likewise

  AnswerCost& operator+=(const AnswerCost& other) {
    rows += other.rows;
    tokens += other.tokens;
    forwards += other.forwards;
    new_tokens += other.new_tokens;
    return *this;
  }
};

[[nodiscard]] AnswerCost cost_of(const Answer& answer);

/// The estimates of an Answer. REQUIRES: it holds Likelihoods
[[nodiscard]] inline const std::vector<Estimate>& estimates_of(const Answer& answer) {
  return std::get<Likelihoods>(answer.value).estimates;
}

/// How many passes a generation has at most: turns of a conversation, or stages.
[[nodiscard]] std::int64_t most_passes(const Item& item, bool two_stages);

/// Items spread evenly over all, `count` of them.
/// @param count  all of them if there are no more
[[nodiscard]] std::vector<Item> some_items(std::span<const Item> items, std::size_t count);

}  // namespace smdm
