// From files to requests, from judgments to files, and what they come to.
#include <cmath>

#include "base/error.hpp"
#include "base/files/line_log.hpp"
#include "base/text/json_text.hpp"
#include "harness/judging/cost.hpp"
#include "harness/judging/judgment.hpp"
#include "harness/judging/plan.hpp"
#include "harness/judging/scores.hpp"
#include "harness/judging/store.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm::judging {
namespace {

using test::contains;
using test::error_text;
namespace fs = std::filesystem;

const Judge kJudge{.model = "judge"};

FastChatQuestion question(int id, const std::string& category, std::vector<std::string> turns) {
  return {.id = id,
          .category = category,
          .turns = std::move(turns),
          .reference = {},
          .where = "q:" + std::to_string(id)};
}

FastChatAnswer answer(int id, std::vector<std::string> turns) {
  return {.question_id = id,
          .answer_id = "x",
          .model_id = "m",
          .choices = {std::move(turns)},
          .tstamp = 0.0,
          .where = "a:" + std::to_string(id)};
}

/// Two questions of writing and one of math.
JudgeFiles some_files() {
  return {.questions = {question(1, "writing", {"Q1", "Q1b"}), question(2, "math", {"Q2", "Q2b"}),
                        question(3, "writing", {"Q3", "Q3b"})},
          .answers = {answer(2, {"A2", "A2b"}), answer(1, {"A1", "A1b"})},
          .references = {{"2", {"R2", "R2b"}}},
          .prompts = default_prompts()};
}

std::string refusal(const JudgeFiles& files) {
  return error_text<ErrorKind::data>([&] { return plan_of(files); });
}

Judgment judged(const Plan& plan, std::size_t place, std::optional<double> score) {
  auto judgment = unjudged(plan.asked[place], plan.model, kJudge);
  judgment.score = score;
  judgment.text = "text";
  if (!score) judgment.failed = "no score";
  judgment.tstamp = static_cast<double>(place);
  return judgment;
}

/// Numbers of the lines of a file, by question and turn.
std::vector<std::string> lines_in(const fs::path& path) {
  std::vector<std::string> names;
  for (const auto& line : read_line_log(path)) {
    const auto json = Json::parse(line);
    names.push_back(json.at("question_id").dump() + "/" + json.at("turn").dump());
  }
  return names;
}

}  // namespace

TEST_CASE("plan: every turn of every answer, in the order of the questions") {
  const auto plan = plan_of(some_files());
  CHECK(plan.model == "m");
  REQUIRE(plan.asked.size() == 4);
  CHECK(name_of(plan.asked[0]) == "question 1, turn 1");
  CHECK(name_of(plan.asked[3]) == "question 2, turn 2");
  CHECK(plan.asked[0].prompt == "smdm-single-v1");
  CHECK(plan.asked[3].prompt == "smdm-single-math-v1-multi-turn");
  CHECK(contains(plan.asked[1].user, "Q1b"));
  CHECK(contains(plan.asked[1].user, "A1\n"));
  CHECK(contains(plan.asked[3].user, "R2b"));
  CHECK(plan.asked[0].reference.empty());
  CHECK(plan.asked[3].reference == "R2b");
  CHECK(plan.unanswered == 1);
  CHECK(notes_on(plan).size() == 1);
}

TEST_CASE(
    "plan: second turns that nobody asked for are missing, an empty one among others is none") {
  auto files = some_files();
  files.answers = {answer(1, {"A1", ""}), answer(2, {"A2"}), answer(3, {"A3", ""})};
  auto plan = plan_of(files);
  CHECK(plan.asked.size() == 3);
  CHECK(plan.missing_turns == 3);
  files.answers[2] = answer(3, {"A3", "A3b"});
  plan = plan_of(files);
  CHECK(plan.asked.size() == 5);
  CHECK(plan.missing_turns == 1);
  CHECK(plan.asked[1].answer.empty());
}

TEST_CASE("plan: what cannot be judged is told before anything is asked") {
  auto files = some_files();
  files.answers.push_back(answer(9, {"A"}));
  CHECK(contains(refusal(files), "a:9: wanted an answer to one of the questions, got one to 9"));
  files = some_files();
  files.answers[1] = answer(1, {"A", "B", "C"});
  CHECK(contains(refusal(files), "a:1: wanted answers to 2 turns of question 1, got 3"));
  files = some_files();
  files.questions[0].turns = {"a", "b", "c"};
  CHECK(contains(refusal(files), "q:1: wanted a question of one or two turns, got 3"));
  files = some_files();
  files.references["2"] = {"R2"};
  CHECK(contains(refusal(files), "q:2: wanted a reference answer to question 2, turn 2"));
  files.references.clear();
  CHECK(contains(refusal(files), "q:2: wanted a reference answer to question 2, turn 1"));
}

TEST_CASE("plan: FastChat's categories with references") {
  for (const char* category : {"math", "reasoning", "coding", "arena-hard-200"})
    CHECK(needs_reference(category));
  for (const char* category : {"writing", "stem", "extraction", ""})
    CHECK_FALSE(needs_reference(category));
}

TEST_CASE("judgments: a line that is written is read as it was") {
  const auto plan = plan_of(some_files());
  auto judgment = judged(plan, 1, 7.5);
  judgment.answered_by = "judge-2";
  judgment.completion_tokens = 12;
  const auto line = json_text(judgment_json(judgment));
  const auto read = judgment_from(FastChatRow(line, "f:1", ErrorKind::results));
  CHECK(json_text(judgment_json(read)) == line);
  CHECK_FALSE(difference(read, judgment));
  // One that failed has null in place of a score, and says why.
  const auto failed = judgment_json(judged(plan, 1, std::nullopt));
  CHECK(failed.at("score").is_null());
  CHECK(failed.at("smdm_eval").at("failed") == "no score");
}

TEST_CASE("judgments: a line that is no judgment of ours is refused") {
  const auto plan = plan_of(some_files());
  const auto error = [&](const char* field, const Json& value) {
    auto line = judgment_json(judged(plan, 0, 5.0));
    line[field] = value;
    return error_text<ErrorKind::results>(
        [&] { return judgment_from(FastChatRow(json_text(line), "f:1", ErrorKind::results)); });
  };
  CHECK(contains(error("score", -1), "f:1: field \"score\": wanted a score from 1 to 10, or null"));
  CHECK(contains(error("score", nullptr), "field \"score\""));
  CHECK(contains(error("turn", 3), "field \"turn\": wanted 1 or 2, got 3"));
  CHECK(contains(error("judge", "gpt-4"), "field \"judge\""));
  CHECK(contains(error("smdm_eval", 1), "field \"smdm_eval\""));
}

TEST_CASE("judgments: the first thing that was asked differently is told") {
  const auto plan = plan_of(some_files());
  const auto here = judged(plan, 0, 5.0);
  const auto told = [&](auto change) {
    auto there = here;
    change(there);
    return difference(there, here).value_or("");
  };
  CHECK(told([](Judgment&) {}) == "");
  CHECK(told([](Judgment& j) { j.model = "a"; }) == "model: 'a' there, 'm' here");
  CHECK(told([](Judgment& j) { j.judge = "b"; }) == "judge: 'b' there, 'judge' here");
  CHECK(told([](Judgment& j) { j.prompt = "p"; }) == "prompt: 'p' there, 'smdm-single-v1' here");
  CHECK(told([](Judgment& j) { j.settings["max_tokens"] = 9; }) ==
        "max_tokens: 9 there, 2048 here");
  CHECK(told([](Judgment& j) { j.settings["seed"] = 1; }) == "seed: 1 there, none here");
  CHECK(contains(told([](Judgment& j) { j.user_prompt.replace(3, 1, "\n"); }),
                 "user_prompt, from byte 4 on: '\\n"));
}

TEST_CASE("judgments: what a reply makes of one") {
  const auto plan = plan_of(some_files());
  const auto taken = [&](const std::string& text, const char* model, bool strict,
                         const char* finish) {
    auto judgment = unjudged(plan.asked[0], plan.model, kJudge);
    take_reply({.text = text,
                .model = model == nullptr ? std::nullopt : std::optional<std::string>(model),
                .finish_reason = finish,
                .prompt_tokens = 1,
                .completion_tokens = 2},
               strict, judgment);
    return judgment;
  };
  CHECK(taken("[[4]]", "other", false, "stop").score == 4.0);
  CHECK(taken("[[4]]", "judge", true, "stop").score == 4.0);
  const auto strict = taken("[[4]]", "judge-2", true, "stop");
  CHECK_FALSE(strict.score);
  CHECK(strict.failed == "wanted a reply of the model 'judge', got one of 'judge-2'");
  CHECK(strict.text == "[[4]]");
  CHECK(contains(taken("[[4]]", nullptr, true, "stop").failed, "a model without a name"));
  CHECK(contains(taken("so", "judge", false, "length").failed, "cut off at --max-tokens"));
  CHECK(taken("[[4]] so", "judge", false, "length").score == 4.0);
}

TEST_CASE("store: judgments are in a journal, and in the output when all have come") {
  const test::TemporaryFolder folder;
  const auto output = folder.path() / "out.jsonl";
  const auto journal = folder.path() / "out.jsonl.journal.jsonl";
  const auto plan = plan_of(some_files());
  {
    JudgmentStore store(output, plan, kJudge);
    store.add(2, judged(plan, 2, 6.0));
    store.add(0, judged(plan, 0, std::nullopt));
  }
  CHECK_FALSE(fs::exists(output));
  CHECK(lines_in(journal) == std::vector<std::string>{"2/1", "1/1"});
  test::write_file(journal, test::read_file(journal) + "{\"question_id\": 1, \"tu");
  {
    JudgmentStore store(output, plan, kJudge);
    CHECK(store.judgment(2)->score == 6.0);
    CHECK(store.judgment(0)->failed == "no score");
    CHECK_FALSE(store.judgment(1));
    store.add(1, judged(plan, 1, 5.0));
    store.add(0, judged(plan, 0, 4.0));  // asked for again
    store.finish();
  }
  CHECK_FALSE(fs::exists(journal));
  CHECK(lines_in(output) == std::vector<std::string>{"1/1", "1/2", "2/1"});
  const auto before = test::read_file(output);
  JudgmentStore store(output, plan, kJudge);
  CHECK(store.judgment(0)->score == 4.0);
  store.finish();
  CHECK(test::read_file(output) == before);
}

TEST_CASE("store: the output of other judgments is refused and stays") {
  const test::TemporaryFolder folder;
  const auto output = folder.path() / "out.jsonl";
  const auto plan = plan_of(some_files());
  {
    JudgmentStore store(output, plan, kJudge);
    for (std::size_t i = 0; i < plan.asked.size(); ++i) store.add(i, judged(plan, i, 5.0));
    store.finish();
  }
  const auto before = test::read_file(output);
  const auto refused = [&](const JudgeFiles& files, const Judge& judge) {
    const auto other = plan_of(files);
    return error_text<ErrorKind::results>([&] {
      const JudgmentStore store(output, other, judge);
      return 0;
    });
  };
  CHECK(refused(some_files(), kJudge).empty());
  CHECK(contains(refused(some_files(), {.model = "other"}),
                 "out.jsonl:1: question 1, turn 1: wanted what this command would ask, got another "
                 "(judge: 'judge' there, 'other' here)"));
  auto files = some_files();
  files.answers[0] = answer(2, {"A2", "changed"});
  CHECK(contains(refused(files, kJudge), "out.jsonl:4: question 2, turn 2"));
  files.answers.pop_back();
  CHECK(contains(refused(files, kJudge), "out.jsonl:1: wanted judgments of the questions"));
  CHECK(test::read_file(output) == before);
}

TEST_CASE("scores: means by category and turn, errors over questions") {
  auto files = some_files();
  files.answers.push_back(answer(3, {"A3", "A3b"}));
  const auto plan = plan_of(files);
  REQUIRE(plan.asked.size() == 6);
  std::vector<std::optional<Judgment>> judgments;
  // Question 1: 2 and 4; question 2: 9 and none; question 3: 7 and 8.
  const std::vector<std::optional<double>> given = {2.0, 4.0, 9.0, std::nullopt, 7.0, 8.0};
  for (std::size_t i = 0; i < given.size(); ++i) judgments.emplace_back(judged(plan, i, given[i]));
  const auto scores = scores_of(plan, judgments);
  REQUIRE(scores.size() == 9);  // writing, math, all
  CHECK(scores[0].category == "writing");
  CHECK(scores[0].turn == 1);
  CHECK(scores[0].mean == 4.5);
  CHECK(scores[0].standard_error.value() == Approx(2.5));  // |7 - 2| / 2
  const auto& math = scores[5];
  CHECK(math.category == "math");
  CHECK(math.mean == 9.0);
  CHECK(math.failed == 1);
  CHECK_FALSE(math.standard_error);
  const auto& all = scores[8];
  CHECK(all.judged == 5);
  CHECK(all.failed == 1);
  CHECK(all.questions == 3);
  CHECK(all.mean == 6.0);
  // Sums of residuals of the questions: -6, 3, 3; sqrt(3 / 2 * 54) / 5.
  CHECK(all.standard_error.value() == Approx(std::sqrt(1.5 * 54.0) / 5.0));
  CHECK(contains(scores_table(scores), "|all "));
}

TEST_CASE("scores: where nothing was judged there is no number") {
  const auto plan = plan_of(some_files());
  std::vector<std::optional<Judgment>> judgments(plan.asked.size());
  judgments[0] = judged(plan, 0, std::nullopt);
  const auto json = scores_json(scores_of(plan, judgments));
  CHECK(json.back().at("score").is_null());
  CHECK(json.back().at("failed") == 1);
  CHECK(json.back().at("judged") == 0);
}

TEST_CASE("cost: tokens are estimated by kinds of characters") {
  CHECK(estimated_tokens("") == 0);
  CHECK(estimated_tokens("a word") == 2);
  CHECK(estimated_tokens("extraordinarily") == 2);  // 10 letters and 5 more
  CHECK(estimated_tokens("1994") == 4);
  CHECK(estimated_tokens("a\n\nb") == 3);
  CHECK(estimated_tokens("...") == 2);
  CHECK(estimated_tokens("\xe4\xb8\xad\xe6\x96\x87") == 2);
}

TEST_CASE("cost: money from prices, replies as long as those that are there") {
  const auto plan = plan_of(some_files());
  JudgeSettings settings;
  settings.max_tokens = 1000;
  const std::vector<std::size_t> wanted = {2, 3};
  const auto assumed = cost_of(plan, wanted, {}, settings);
  CHECK(assumed.measured == 0);
  CHECK(assumed.tokens_out == 500);
  CHECK(assumed.most_tokens_out == 2000);
  CHECK_FALSE(assumed.money);
  std::vector<std::optional<Judgment>> there(plan.asked.size());
  there[0] = judged(plan, 0, 5.0);
  there[0]->completion_tokens = 30;
  settings.price_in = 1.0;
  settings.price_out = 4.0;
  const auto cost = cost_of(plan, wanted, there, settings);
  CHECK(cost.measured == 1);
  CHECK(cost.tokens_out == 60);
  CHECK(cost.money.value() == Approx((static_cast<double>(cost.tokens_in) + 240.0) / 1e6));
}

TEST_CASE("cost: the estimate is near a real tokenizer's count on the published answers") {
  const auto shared = test::shared();
  if (!shared || !fs::exists(*shared / "data/mt_bench/question.jsonl"))
    return test::skip("wanted shared/data/mt_bench");
  std::int64_t tokens = 0;
  const auto folder = *shared / "data/mt_bench";
  for (const auto& one : read_answers(folder / "smdm_reference_answer_gpt-4o-2024-05-13.jsonl")) {
    for (const auto& turn : one.choices.front()) tokens += estimated_tokens(turn);
  }
  // Qwen3's tokenizer (shared/data/tokenizers/qwen3) on the same texts, by Hugging Face tokenizers.
  constexpr double kCounted = 66134.0;
  CHECK(static_cast<double>(tokens) == Approx(kCounted).epsilon(0.05));
}

}  // namespace smdm::judging
