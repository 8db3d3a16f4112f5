/// One judgment, and its line in FastChat's format of single-answer judgments.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/fastchat/row.hpp"
#include "base/json.hpp"
#include "harness/judging/chat.hpp"
#include "harness/judging/plan.hpp"

namespace smdm::judging {

/// What was asked, and what came of it.
struct Judgment {
  Json question_id;
  int turn = 1;
  std::string model;   ///< whose answer it is
  std::string judge;   ///< the judge's model
  std::string prompt;  ///< the prompt's name
  std::string user_prompt;
  Json settings;  ///< whatever else the judgment depends on: see difference()

  std::string text;                        ///< what the judge wrote; empty if nothing came
  std::optional<double> score;             ///< 1 to 10; empty of a judgment that failed
  std::string failed;                      ///< why there is no score
  double tstamp = 0.0;                     ///< when it came, seconds since 1970
  std::optional<std::string> answered_by;  ///< the model that the endpoint says has replied
  std::optional<std::int64_t> prompt_tokens;
  std::optional<std::int64_t> completion_tokens;
};

/// The judgment of which nothing has come yet.
[[nodiscard]] Judgment unjudged(const Asked& asked, const std::string& model, const Judge& judge);

/// The first thing in which a judgment that is there was asked differently than it would be now:
/// "model: 'a' there, 'b' here". Nothing if it was asked alike.
[[nodiscard]] std::optional<std::string> difference(const Judgment& there, const Judgment& here);

/// {"question_id", "model", "judge": [model, prompt], "user_prompt", "judgment", "score", "turn",
/// "tstamp"} as FastChat has it, and behind them a block of our own. The score of a judgment that
/// failed is null: FastChat's means leave it out, where they would take any number for a score.
[[nodiscard]] Json judgment_json(const Judgment& judgment);

/// @throws Error(results)  with file:line and the field, if the line is not one of ours
[[nodiscard]] Judgment judgment_from(const FastChatRow& row);

/// Puts the judge's reply, or why there is none, into a judgment.
/// @param strict  a reply of a model by another name than the one asked is no judgment
void take_reply(const ChatReply& reply, bool strict, Judgment& judgment);

}  // namespace smdm::judging
