// What is said to a judge and what it says: prompts, replies, verdicts.
#include <map>
#include <variant>

#include "base/error.hpp"
#include "harness/judging/chat.hpp"
#include "harness/judging/prompts.hpp"
#include "harness/judging/verdict.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm::judging {
namespace {

using test::contains;
using test::error_text;
namespace fs = std::filesystem;

std::string line_of(const std::string& name, const std::string& text) {
  return Json{{"name", name}, {"system_prompt", "s"}, {"prompt_template", text}}.dump() + "\n";
}

/// The four prompts, each with the places it needs.
std::string whole_file() {
  return line_of("single-v1", "{question} {answer}") +
         line_of("single-math-v1", "{question} {answer} {ref_answer_1}") +
         line_of("single-v1-multi-turn", "{question_2} {answer_2}") +
         line_of("single-math-v1-multi-turn", "{question_2} {answer_2} {ref_answer_2}") +
         line_of("pair-v2", "{nonsense}");
}

std::string error_of_prompts(const std::string& lines) {
  const test::TemporaryFolder folder;
  test::write_file(folder.path() / "prompts.jsonl", lines);
  return error_text<ErrorKind::data>([&] { return read_prompts(folder.path() / "prompts.jsonl"); });
}

std::string with(std::string text, const std::string& part, const std::string& other) {
  return text.replace(text.find(part), part.size(), other);
}

}  // namespace

TEST_CASE("verdicts: double brackets first, then single ones, decimals too") {
  CHECK(read_verdict("Rating: [[7]]").score == 7.0);
  CHECK(read_verdict("[[7.5]]").score == 7.5);
  CHECK(read_verdict("[[7.]]").score == 7.0);
  CHECK(read_verdict("See [1]. Rating: [[10]], not [[3]]").score == 10.0);
  CHECK(read_verdict("Rating: [6]").score == 6.0);
  CHECK(read_verdict("Rating: [[6]").score == 6.0);
  CHECK(read_verdict("[[[8]]]").score == 8.0);
  CHECK(read_verdict("[[a]] [[9]]").score == 9.0);
  CHECK(read_verdict("[[1]]").score == 1.0);
}

TEST_CASE("verdicts: what is no score from 1 to 10 is none") {
  for (const char* text : {"", "7", "[[seven]]", "[[ 7 ]]", "[[7/10]]", "[[-1]]", "[[]]", "[[.5]]",
                           "[[7", "[[1e1]]"}) {
    INFO(text);
    CHECK_FALSE(read_verdict(text).score);
    CHECK(read_verdict(text).reason == "wanted a score as [[n]] or [n], got none");
  }
  for (const char* number : {"0", "0.9", "10.1", "11", "100", "99999999999999999999"}) {
    const auto verdict = read_verdict(std::string("Rating: [[") + number + "]]");
    INFO(number);
    CHECK_FALSE(verdict.score);
    CHECK(verdict.reason == std::string("wanted a score from 1 to 10, got ") + number);
  }
  // The first one counts, also where it is none.
  CHECK_FALSE(read_verdict("[[11]] or [[5]]").score);
}

TEST_CASE("prompts: places are filled once, doubled braces are braces") {
  const std::map<std::string, std::string, std::less<>> values = {{"a", "{b}"}, {"b", "x"}};
  CHECK(fill("{a}{{a}}{b}", values, "p") == "{b}{a}x");
  const auto error = [&](const char* text) {
    return error_text<ErrorKind::data>([&] { return fill(text, values, "p"); });
  };
  CHECK(error("{c}") == "p: wanted one of the places {a} {b}, got {c}");
  CHECK(contains(error("a } b"),
                 "p: wanted {name} or a doubled brace, got a single brace at byte 3"));
  CHECK(contains(error("a { b"), "at byte 3"));
}

TEST_CASE("prompts: FastChat's file is read, by turn and reference") {
  const test::TemporaryFolder folder;
  test::write_file(folder.path() / "prompts.jsonl", whole_file());
  const auto prompts = read_prompts(folder.path() / "prompts.jsonl");
  CHECK(prompts.of(1, false).name == "single-v1");
  CHECK(prompts.of(1, true).name == "single-math-v1");
  CHECK(prompts.of(2, false).name == "single-v1-multi-turn");
  CHECK(prompts.of(2, true).name == "single-math-v1-multi-turn");
  CHECK(prompts.of(2, true).system == "s");
}

TEST_CASE("prompts: what is missing or misspelt is told before anything is asked") {
  CHECK(error_of_prompts(whole_file()).empty());
  CHECK(contains(error_of_prompts(with(whole_file(), "single-math-v1", "x")),
                 "wanted a prompt single-math-v1, found none"));
  CHECK(contains(error_of_prompts(whole_file() + line_of("single-v1", "{question} {answer}")),
                 "prompts.jsonl:6: wanted one prompt single-v1, got a second one"));
  CHECK(contains(error_of_prompts(with(whole_file(), " {answer_2}", "")),
                 "wanted a place {answer_2} in the prompt single-v1-multi-turn, got none"));
  CHECK(contains(error_of_prompts(with(whole_file(), "{answer}", "{answer} {refanswer}")),
                 "prompts.jsonl:1: field \"prompt_template\": wanted one of the places"));
}

TEST_CASE("prompts: our own have all places and names of their own") {
  const std::map<std::string, std::string, std::less<>> values = {
      {"question", "Q"},  {"answer", "A"},    {"question_1", "Q1"},   {"question_2", "Q2"},
      {"answer_1", "A1"}, {"answer_2", "A2"}, {"ref_answer_1", "R1"}, {"ref_answer_2", "R2"}};
  const auto prompts = default_prompts();
  for (const int turn : {1, 2}) {
    for (const bool reference : {false, true}) {
      const auto& prompt = prompts.of(turn, reference);
      INFO(prompt.name);
      CHECK(prompt.name == std::string("smdm-single-") + (reference ? "math-v1" : "v1") +
                               (turn == 2 ? "-multi-turn" : ""));
      const auto text = fill(prompt.text, values, prompt.name);
      CHECK(contains(text, turn == 1 ? "\nQ\n" : "\nQ2\n"));
      CHECK(contains(text, turn == 1 ? "\nA\n" : "\nA2\n"));
      CHECK((text.find("\nR1\n") != std::string::npos) == reference);
      CHECK((text.find("\nR2\n") != std::string::npos) == (reference && turn == 2));
      // What it shows as an example is a verdict, and the only one in it.
      CHECK(read_verdict(text).score == 4.0);
    }
  }
}

TEST_CASE("prompts: the published file is read") {
  const auto shared = test::shared();
  if (!shared || !fs::exists(*shared / "data/mt_bench/judge_prompts.jsonl"))
    return test::skip("wanted shared/data/mt_bench");
  const auto prompts = read_prompts(*shared / "data/mt_bench/judge_prompts.jsonl");
  CHECK(prompts.of(2, true).name == "single-math-v1-multi-turn");
}

TEST_CASE("chat: a request has model, messages and sampling") {
  const auto body =
      Json::parse(chat_body({.model = "m", .temperature = 0.5, .max_tokens = 7}, "s", "u"));
  CHECK(
      body.dump() ==
      R"({"model":"m","messages":[{"role":"system","content":"s"},{"role":"user","content":"u"}],)"
      R"("temperature":0.5,"max_tokens":7})");
  CHECK(Json::parse(chat_body({.model = "m", .seed = 3}, "s", "u")).at("seed") == 3);
}

TEST_CASE("chat: a reply is read, and what is none is told") {
  const auto read = read_reply(
      R"({"model":"m-1","choices":[{"message":{"content":"[[5]]"},"finish_reason":"stop"}],)"
      R"("usage":{"prompt_tokens":3,"completion_tokens":4}})");
  const auto* const reply = std::get_if<ChatReply>(&read);
  REQUIRE(reply != nullptr);
  CHECK(reply->text == "[[5]]");
  CHECK(reply->model == "m-1");
  CHECK(reply->finish_reason == "stop");
  CHECK(reply->completion_tokens == 4);
  for (const auto& [body, reason] : std::map<std::string, std::string>{
           {"", "wanted JSON, got nothing"},
           {"<html>", "wanted JSON, got <html>"},
           {"{\"choices\": [", "wanted JSON"},
           {"[]", "wanted a reply with \"choices\""},
           {"{\"choices\": []}", "wanted a reply with \"choices\""},
           {"{\"choices\": [1]}", "wanted a text in \"content\""},
           {"{\"choices\": [{\"message\": {\"content\": null}}]}",
            "wanted a text in \"content\", got {\"content\":null}"}}) {
    const auto none = read_reply(body);
    REQUIRE(std::holds_alternative<std::string>(none));
    CHECK(contains(std::get<std::string>(none), reason));
  }
}

TEST_CASE("chat: the message of an error, on one line") {
  CHECK(error_message(R"({"error": {"message": "no\nquota"}})") == "no\\nquota");
  CHECK(error_message(R"({"error": "bad"})") == "bad");
  CHECK(error_message(R"({"detail": "gone"})") == "gone");
  CHECK(error_message("") == "without a text");
  CHECK(error_message(std::string(1000, 'x')).size() < 300);
}

TEST_CASE("chat: a dated version of a model is that model") {
  CHECK(is_same_model("gpt-4", "gpt-4"));
  CHECK(is_same_model("gpt-4", "gpt-4-0613"));
  CHECK_FALSE(is_same_model("gpt-4", "gpt-4o"));
  CHECK_FALSE(is_same_model("gpt-4", "llama"));
}

}  // namespace smdm::judging
