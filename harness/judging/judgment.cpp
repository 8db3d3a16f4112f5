// FastChat's lines say what was asked but for the system message and the sampling, which stand in
// the block of our own: with them a line says everything that its judgment depends on.
#include "harness/judging/judgment.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/files/digest.hpp"
#include "base/text/json_text.hpp"
#include "base/text/visible.hpp"
#include "harness/judging/verdict.hpp"

namespace smdm::judging {
namespace {

constexpr const char* kBlock = "smdm_eval";

Json settings_of(const Asked& asked, const Judge& judge) {
  Json settings = {{"system_prompt_sha256", sha256(asked.system)},
                   {"temperature", judge.temperature},
                   {"max_tokens", judge.max_tokens}};
  if (judge.seed) settings["seed"] = *judge.seed;
  return settings;
}

std::string against(const std::string& what, const std::string& there, const std::string& here) {
  return what + ": " + there + " there, " + here + " here";
}

std::string in_quotes(const std::string& text) {
  return "'" + visible(text) + "'";
}

/// Long texts differ somewhere in the middle: what stands there.
std::string texts_differ(const std::string& there, const std::string& here) {
  constexpr std::size_t kShown = 30;
  const auto [in_there, in_here] = std::ranges::mismatch(there, here);
  const auto place = static_cast<std::size_t>(in_there - there.begin());
  return against("user_prompt, from byte " + std::to_string(place + 1) + " on",
                 in_quotes(there.substr(place, kShown)), in_quotes(here.substr(place, kShown)));
}

std::string setting_text(const Json& settings, const std::string& key) {
  const auto found = settings.find(key);
  return found == settings.end() ? "none" : json_text(*found);
}

std::optional<std::string> settings_differ(const Json& there, const Json& here) {
  for (const char* key : {"system_prompt_sha256", "temperature", "max_tokens", "seed"}) {
    const auto a = setting_text(there, key);
    const auto b = setting_text(here, key);
    if (a != b) return against(key, a, b);
  }
  return std::nullopt;
}

template <typename T>
void add(Json& block, const char* key, const std::optional<T>& value) {
  if (value) block[key] = *value;
}

Json own_block(const Judgment& judgment) {
  Json block = {{"settings", judgment.settings}};
  if (!judgment.failed.empty()) block["failed"] = judgment.failed;
  add(block, "answered_by", judgment.answered_by);
  add(block, "prompt_tokens", judgment.prompt_tokens);
  add(block, "completion_tokens", judgment.completion_tokens);
  return block;
}

std::optional<std::int64_t> count_in(const FastChatRow& block, const char* key) {
  if (!block.has(key)) return std::nullopt;
  if (!block.object().at(key).is_number_integer()) block.reject(key, "a whole number");
  return block.object().at(key).get<std::int64_t>();
}

void read_block(const FastChatRow& row, Judgment& judgment) {
  const FastChatRow block(json_text(row.value(kBlock)), row.where() + ": field \"smdm_eval\"",
                          ErrorKind::results);
  judgment.settings = block.value("settings");
  if (!judgment.settings.is_object()) block.reject("settings", "an object");
  if (block.has("failed")) judgment.failed = block.text("failed");
  if (block.has("answered_by")) judgment.answered_by = block.text("answered_by");
  judgment.prompt_tokens = count_in(block, "prompt_tokens");
  judgment.completion_tokens = count_in(block, "completion_tokens");
}

/// A line has a score, or says why it has none.
void check_score(const FastChatRow& row, const Judgment& judgment) {
  if (judgment.score.has_value() == judgment.failed.empty()) {
    const bool fits =
        !judgment.score || (*judgment.score >= kLowestScore && *judgment.score <= kHighestScore);
    if (fits) return;
  }
  row.reject("score", "a score from 1 to 10, or null and why it failed");
}

}  // namespace

Judgment unjudged(const Asked& asked, const std::string& model, const Judge& judge) {
  Judgment judgment;
  judgment.question_id = asked.question_id;
  judgment.turn = asked.turn;
  judgment.model = model;
  judgment.judge = judge.model;
  judgment.prompt = asked.prompt;
  judgment.user_prompt = asked.user;
  judgment.settings = settings_of(asked, judge);
  return judgment;
}

std::optional<std::string> difference(const Judgment& there, const Judgment& here) {
  if (there.model != here.model)
    return against("model", in_quotes(there.model), in_quotes(here.model));
  if (there.judge != here.judge)
    return against("judge", in_quotes(there.judge), in_quotes(here.judge));
  if (there.prompt != here.prompt)
    return against("prompt", in_quotes(there.prompt), in_quotes(here.prompt));
  if (auto text = settings_differ(there.settings, here.settings)) return text;
  if (there.user_prompt != here.user_prompt)
    return texts_differ(there.user_prompt, here.user_prompt);
  return std::nullopt;
}

Json judgment_json(const Judgment& judgment) {
  return {{"question_id", judgment.question_id},
          {"model", judgment.model},
          {"judge", Json::array({judgment.judge, judgment.prompt})},
          {"user_prompt", judgment.user_prompt},
          {"judgment", judgment.text},
          {"score", judgment.score ? Json(*judgment.score) : Json(nullptr)},
          {"turn", judgment.turn},
          {"tstamp", judgment.tstamp},
          {kBlock, own_block(judgment)}};
}

Judgment judgment_from(const FastChatRow& row) {
  Judgment judgment;
  judgment.question_id = row.id("question_id");
  judgment.model = row.text("model");
  const auto judge = row.texts("judge");
  if (judge.size() != 2) row.reject("judge", "a judge and the name of a prompt");
  judgment.judge = judge[0];
  judgment.prompt = judge[1];
  judgment.user_prompt = row.text("user_prompt");
  judgment.text = row.text("judgment");
  if (row.has("score")) judgment.score = row.number("score");
  const auto turn = row.value("turn");
  if (turn != 1 && turn != 2) row.reject("turn", "1 or 2");
  judgment.turn = turn.get<int>();
  judgment.tstamp = row.number("tstamp");
  read_block(row, judgment);
  check_score(row, judgment);
  return judgment;
}

void take_reply(const ChatReply& reply, bool strict, Judgment& judgment) {
  judgment.text = reply.text;
  judgment.answered_by = reply.model;
  judgment.prompt_tokens = reply.prompt_tokens;
  judgment.completion_tokens = reply.completion_tokens;
  if (strict && reply.model != judgment.judge) {
    judgment.failed = "wanted a reply of the model " + in_quotes(judgment.judge) + ", got one of " +
                      (reply.model ? in_quotes(*reply.model) : "a model without a name");
    return;
  }
  const auto verdict = read_verdict(reply.text);
  judgment.score = verdict.score;
  judgment.failed = verdict.reason;
  if (!verdict.score && reply.finish_reason == "length")
    judgment.failed += "; the reply was cut off at --max-tokens";
}

}  // namespace smdm::judging
