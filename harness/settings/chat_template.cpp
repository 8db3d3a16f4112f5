// The templates are written down as they are shown; a file of the user's has the same parts, cut at
// the places of question and answer.
#include "harness/settings/chat_template.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <tuple>
#include <utility>

#include "base/error.hpp"
#include "base/files/read.hpp"
#include "base/text/json_text.hpp"
#include "base/text/unicode.hpp"
#include "tasks/data/fields.hpp"
#include "tasks/data/json_object.hpp"

namespace smdm {
namespace {

constexpr int kVersion = 1;
constexpr std::string_view kQuestion = "{question}";
constexpr std::string_view kAnswer = "{answer}";

ChatTemplate vicuna() {
  return {
      .name = "vicuna_v1.1",
      .system =
          "A chat between a curious user and an artificial intelligence assistant. The assistant "
          "gives helpful, detailed, and polite answers to the user's questions. ",
      .before_question = "USER: ",
      .behind_question = " ",
      .before_answer = "ASSISTANT: ",
      .behind_answer = "</s>",
      .stops = {"</s>"}};
}

ChatTemplate chatml() {
  return {.name = "chatml",
          .system = "<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n",
          .before_question = "<|im_start|>user\n",
          .behind_question = "<|im_end|>\n",
          .before_answer = "<|im_start|>assistant\n",
          .behind_answer = "<|im_end|>\n",
          .stops = {"<|im_end|>", "<|endoftext|>"},
          .special = {"<|im_start|>"}};
}

/// What Llama 3 and LLaDA share: a header in front of every message, and a token behind it.
ChatTemplate with_headers(const char* name, const char* begin, const char* end_of_text) {
  return {.name = name,
          .begin = begin,
          .before_question = "<|start_header_id|>user<|end_header_id|>\n\n",
          .behind_question = "<|eot_id|>",
          .before_answer = "<|start_header_id|>assistant<|end_header_id|>\n\n",
          .behind_answer = "<|eot_id|>",
          .stops = {"<|eot_id|>", end_of_text},
          .special = {"<|start_header_id|>", "<|end_header_id|>"},
          .strips = true};
}

/// For models that were trained on no template.
ChatTemplate plain() {
  return {.name = "plain", .before_answer = " ", .behind_answer = "\n\n"};
}

/// The fields of a template's file. Errors name the file and the field.
class TemplateFields {
 public:
  TemplateFields(std::string file, Json object)
      : file_(std::move(file)), object_(std::move(object)) {}

  [[nodiscard]] bool has(const char* name) const { return object_.contains(name); }

  [[nodiscard]] Json value(const char* name) const {
    return located_errors(file_, [&] { return field(object_, name); });
  }

  [[nodiscard]] std::string text(const char* name) const {
    if (!has(name)) return "";
    return located_errors(file_, [&] { return text_field(object_, name); });
  }

  [[nodiscard]] std::vector<std::string> texts(const char* name) const {
    if (!has(name)) return {};
    const auto list = located_errors(file_, [&] { return texts_field(object_, name); });
    if (std::ranges::find(list, "") != list.end()) reject(name, "texts", "an empty one");
    return list;
  }

  [[nodiscard]] bool flag(const char* name) const {
    if (!has(name)) return false;
    const auto& value = object_.at(name);
    if (!value.is_boolean()) reject(name, "true or false", describe(value));
    return value.get<bool>();
  }

  /// A text cut at the one place that it has.
  [[nodiscard]] std::pair<std::string, std::string> around(const char* name,
                                                           std::string_view place) const {
    static_cast<void>(value(name));
    const auto whole = text(name);
    const auto at = whole.find(place);
    const auto wanted = "a text with one place " + std::string(place);
    if (at == std::string::npos) reject(name, wanted, "none in " + describe(whole));
    if (whole.find(place, at + 1) != std::string::npos)
      reject(name, wanted, "two in " + describe(whole));
    return {whole.substr(0, at), whole.substr(at + place.size())};
  }

  void allow(std::span<const std::string_view> names) const {
    for (const auto& [name, value] : object_.items()) {
      if (std::ranges::find(names, name) == names.end())
        throw Error(ErrorKind::data, file_ + ": no field of a template is called \"" + name + "\"");
    }
  }

  [[noreturn]] void reject(const char* name,
                           const std::string& wanted,
                           const std::string& came) const {
    throw Error(ErrorKind::data,
                file_ + ": field \"" + name + "\": wanted " + wanted + ", got " + came);
  }

 private:
  std::string file_;
  Json object_;
};

Json read_object(const std::filesystem::path& file) {
  Json json;
  try {
    json = parse_json(read_file(file, ErrorKind::data));
  } catch (const JsonTextError& error) {
    throw Error(ErrorKind::data, file.string() + ": wanted a JSON object, got " + error.what());
  }
  if (json.is_object()) return json;
  throw Error(ErrorKind::data, file.string() + ": wanted a JSON object, got " + describe(json));
}

std::string without_blanks_behind(std::string text) {
  while (text.ends_with(' ')) text.pop_back();
  return text;
}

std::string question_of(const ChatTemplate& chat, const std::string& turn) {
  return chat.before_question + (chat.strips ? unicode::strip(turn) : turn) + chat.behind_question;
}

}  // namespace

std::span<const ChatTemplate> all_chat_templates() {
  static const std::array<ChatTemplate, 5> kAll = {
      vicuna(), chatml(), with_headers("llama-3", "<|begin_of_text|>", "<|end_of_text|>"),
      with_headers("llada", "<|startoftext|>", "<|endoftext|>"), plain()};
  return kAll;
}

std::vector<std::string> chat_template_names() {
  std::vector<std::string> names;
  for (const auto& chat : all_chat_templates()) names.push_back(chat.name);
  return names;
}

const ChatTemplate& chat_template_named(std::string_view name) {
  const auto all = all_chat_templates();
  const auto found = std::ranges::find(all, name, &ChatTemplate::name);
  if (found == all.end())
    throw std::invalid_argument("no chat template is called " + std::string(name));
  return *found;
}

const char* usual_chat_template(std::string_view family) {
  if (family == "llada") return "llada";
  // Of the models that Dream and the A2D models were made from, too.
  const bool is_qwen = family == "dream" || family.find("qwen") != std::string_view::npos;
  return is_qwen ? "chatml" : "vicuna_v1.1";
}

ChatTemplate read_chat_template(const std::filesystem::path& file) {
  const TemplateFields fields(file.string(), read_object(file));
  constexpr std::array<std::string_view, 8> kNames = {
      "template_version", "begin", "system", "user", "assistant", "stop", "special", "strip"};
  fields.allow(kNames);
  if (fields.value("template_version") != Json(kVersion))
    fields.reject("template_version", std::to_string(kVersion),
                  describe(fields.value("template_version")));
  ChatTemplate chat{.name = {},
                    .begin = fields.text("begin"),
                    .system = fields.text("system"),
                    .stops = fields.texts("stop"),
                    .special = fields.texts("special"),
                    .strips = fields.flag("strip")};
  std::tie(chat.before_question, chat.behind_question) = fields.around("user", kQuestion);
  std::tie(chat.before_answer, chat.behind_answer) = fields.around("assistant", kAnswer);
  return chat;
}

std::string chat_prompt(const ChatTemplate& chat,
                        std::span<const std::string> turns,
                        std::span<const std::string> answers) {
  const auto text = answers.empty() ? chat.system : chat_history(chat, turns, answers);
  return text + question_of(chat, turns[answers.size()]) +
         without_blanks_behind(chat.before_answer);
}

std::string chat_history(const ChatTemplate& chat,
                         std::span<const std::string> turns,
                         std::span<const std::string> answers) {
  if (answers.empty()) return "";
  auto text = chat.system;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    text += question_of(chat, turns[i]);
    text.append(chat.before_answer).append(answers[i]).append(chat.behind_answer);
  }
  return text;
}

}  // namespace smdm
