// Chat templates, built in and of the user's own: what is written around turns, to the letter.
#include "harness/settings/chat_template.hpp"

#include <stdexcept>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

using test::contains;
using Texts = std::vector<std::string>;

const Texts kTurns = {"One?", "Two?"};
const Texts kAnswers = {"First."};

/// What a template shows before the first answer, and before the second.
struct Shown {
  const char* name;
  std::string first, second;
};

std::vector<Shown> all_shown() {
  const std::string vicuna =
      "A chat between a curious user and an artificial intelligence assistant. The assistant gives "
      "helpful, detailed, and polite answers to the user's questions. USER: One? ASSISTANT:";
  const std::string chatml =
      "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n<|im_start|>user\nOne?<|im_end|>"
      "\n<|im_start|>assistant\n";
  const std::string headers =
      "<|start_header_id|>user<|end_header_id|>\n\nOne?<|eot_id|>"
      "<|start_header_id|>assistant<|end_header_id|>\n\n";
  const std::string headers_on =
      "First.<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nTwo?<|eot_id|>"
      "<|start_header_id|>assistant<|end_header_id|>\n\n";
  return {{"vicuna_v1.1", vicuna, vicuna + " First.</s>USER: Two? ASSISTANT:"},
          {"chatml", chatml,
           chatml + "First.<|im_end|>\n<|im_start|>user\nTwo?<|im_end|>\n<|im_start|>assistant\n"},
          {"llama-3", headers, headers + headers_on},
          {"llada", headers, headers + headers_on},
          {"plain", "One?", "One? First.\n\nTwo?"}};
}

/// A file of the user's.
class TemplateFile {
 public:
  explicit TemplateFile(const std::string& text) { test::write_file(path(), text); }
  [[nodiscard]] std::filesystem::path path() const { return folder_.path() / "template.json"; }

 private:
  test::TemporaryFolder folder_;
};

std::string refusal(const std::string& text) {
  const TemplateFile file(text);
  const auto said =
      test::error_text<ErrorKind::data>([&] { return read_chat_template(file.path()).name; });
  CHECK(contains(said, file.path().string() + ": "));
  return said;
}

}  // namespace

TEST_CASE("every template that is built in, before the first answer and before the second") {
  const auto all = all_shown();
  REQUIRE(chat_template_names() == Texts{"vicuna_v1.1", "chatml", "llama-3", "llada", "plain"});
  for (const auto& [name, first, second] : all) {
    INFO(name);
    const auto& chat = chat_template_named(name);
    CHECK(chat_prompt(chat, kTurns, {}) == first);
    CHECK(chat_prompt(chat, kTurns, kAnswers) == second);
    CHECK(chat_history(chat, kTurns, {}).empty());
    const auto history = chat_history(chat, kTurns, kAnswers);
    CHECK(second.starts_with(history));
    CHECK(contains(history, "First."));
    CHECK_FALSE(contains(history, "Two?"));
  }
  CHECK_THROWS_AS(chat_template_named("vicuna"), std::invalid_argument);
}

TEST_CASE("what begins a text and what ends a turn is the template's own") {
  CHECK(chat_template_named("llama-3").begin == "<|begin_of_text|>");
  CHECK(chat_template_named("llada").begin == "<|startoftext|>");
  CHECK(chat_template_named("vicuna_v1.1").begin.empty());
  CHECK(chat_template_named("vicuna_v1.1").stops == Texts{"</s>"});
  CHECK(chat_template_named("chatml").stops.front() == "<|im_end|>");
  CHECK(chat_template_named("llama-3").stops.front() == "<|eot_id|>");
  CHECK(chat_template_named("llada").stops.front() == "<|eot_id|>");
  CHECK(chat_template_named("plain").stops.empty());
}

TEST_CASE("questions lose the white space around them where a template has it so") {
  const Texts turns = {" One?\n"};
  CHECK(contains(chat_prompt(chat_template_named("llada"), turns, {}), "\n\nOne?<|eot_id|>"));
  CHECK(contains(chat_prompt(chat_template_named("chatml"), turns, {}), "user\n One?\n<|im_end|>"));
}

TEST_CASE("a family has a template where nobody says one") {
  CHECK(std::string(usual_chat_template("smdm")) == "vicuna_v1.1");
  CHECK(std::string(usual_chat_template("llama")) == "vicuna_v1.1");
  CHECK(std::string(usual_chat_template("llada")) == "llada");
  for (const auto* family : {"dream", "qwen2", "qwen3", "a2d-qwen3"})
    CHECK(std::string(usual_chat_template(family)) == "chatml");
}

TEST_CASE("a template of one's own") {
  const TemplateFile file(R"({"template_version": 1, "begin": "<b>", "system": "Be brief.\n",
    "user": "[Q] {question} [/Q]\n", "assistant": "[A]  {answer} [/A]\n", "stop": ["[/A]", "[Q]"],
    "special": ["[Q]"], "strip": true})");
  const auto chat = read_chat_template(file.path());
  CHECK(chat.name.empty());
  CHECK(chat.begin == "<b>");
  CHECK(chat.stops == Texts{"[/A]", "[Q]"});
  CHECK(chat.special == Texts{"[Q]"});
  CHECK(chat_prompt(chat, Texts{" One? ", "Two?"}, {}) == "Be brief.\n[Q] One? [/Q]\n[A]");
  CHECK(chat_prompt(chat, kTurns, kAnswers) ==
        "Be brief.\n[Q] One? [/Q]\n[A]  First. [/A]\n[Q] Two? [/Q]\n[A]");
  const TemplateFile least(
      R"({"template_version": 1, "user": "{question}\n", "assistant": "{answer}\n"})");
  CHECK(chat_prompt(read_chat_template(least.path()), kTurns, kAnswers) == "One?\nFirst.\nTwo?\n");
}

TEST_CASE("a template that cannot be used says what is wrong with it") {
  CHECK(
      contains(refusal(R"({"template_version": 1, "user": "Question:", "assistant": "{answer}"})"),
               "field \"user\": wanted a text with one place {question}, got none in the string "
               "\"Question:\""));
  CHECK(contains(refusal(R"({"template_version": 1, "user": "{question}", "assistant": "A:"})"),
                 "field \"assistant\": wanted a text with one place {answer}, got none"));
  CHECK(contains(
      refusal(
          R"({"template_version": 1, "user": "{question}{question}", "assistant": "{answer}"})"),
      "one place {question}, got two"));
  CHECK(contains(refusal(R"({"template_version": 1, "assistant": "{answer}"})"), "\"user\""));
  CHECK(contains(refusal(R"({"template_version": 1, "user": 3, "assistant": "{answer}"})"),
                 "\"user\" to be a string, got the number 3"));
  CHECK(contains(refusal(R"({"user": "{question}", "assistant": "{answer}"})"),
                 "\"template_version\""));
  CHECK(
      contains(refusal(R"({"template_version": 2, "user": "{question}", "assistant": "{answer}"})"),
               "field \"template_version\": wanted 1, got the number 2"));
  const auto with = [](const std::string& more) {
    return refusal(R"({"template_version": 1, "user": "{question}", "assistant": "{answer}", )" +
                   more + "}");
  };
  CHECK(contains(with(R"("usr": "")"), "no field of a template is called \"usr\""));
  CHECK(contains(with(R"("stop": "x")"), "\"stop\""));
  CHECK(contains(with(R"("stop": [""])"), "field \"stop\": wanted texts, got an empty one"));
  CHECK(contains(with(R"("strip": 1)"), "field \"strip\": wanted true or false, got the number 1"));
  CHECK(contains(refusal("[]"), "wanted a JSON object, got an array of 0"));
  CHECK(contains(refusal("{"), "wanted a JSON object, got "));
  CHECK(contains(test::error_text<ErrorKind::data>(
                     [] { return read_chat_template("/nonexistent/template.json").name; }),
                 "/nonexistent/template.json"));
}

}  // namespace smdm
