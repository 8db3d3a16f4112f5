// Prompts are checked when they are read, by filling them: a place that is missing or misspelt ends
// the program before a judge is paid.
#include "harness/judging/prompts.hpp"

#include <optional>
#include <vector>

#include "base/error.hpp"
#include "base/fastchat/row.hpp"

namespace smdm::judging {
namespace {

using Values = std::map<std::string, std::string, std::less<>>;

/// One of the four: its name in FastChat's files, and the places that it has to have and may have.
struct Form {
  const char* name;
  std::vector<std::string> needed;
  std::vector<std::string> allowed;
};

/// In the order of JudgePrompts.
std::array<Form, 4> forms() {
  return {
      {{.name = "single-v1", .needed = {"question", "answer"}, .allowed = {}},
       {.name = "single-math-v1", .needed = {"question", "answer", "ref_answer_1"}, .allowed = {}},
       {.name = "single-v1-multi-turn",
        .needed = {"question_2", "answer_2"},
        .allowed = {"question_1", "answer_1"}},
       {.name = "single-math-v1-multi-turn",
        .needed = {"question_2", "answer_2", "ref_answer_2"},
        .allowed = {"question_1", "answer_1", "ref_answer_1"}}}};
}

[[noreturn]] void refuse(const std::string& where, const std::string& text) {
  throw Error(ErrorKind::data, where + ": " + text);
}

/// The text without the places and with every value at its place, or what is wrong.
class Filler {
 public:
  Filler(std::string_view text, const Values& values, const std::string& where)
      : text_(text), values_(values), where_(where) {}

  std::string filled() {
    std::string out;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c != '{' && c != '}') {
        out += c;
        ++at_;
      } else if (text_.substr(at_).starts_with(std::string(2, c))) {
        out += c;
        at_ += 2;
      } else {
        out += value_here();
      }
    }
    return out;
  }

 private:
  const std::string& value_here() {
    const auto end = text_[at_] == '}' ? std::string_view::npos : text_.find('}', at_);
    if (end == std::string_view::npos)
      refuse(where_, "wanted {name} or a doubled brace, got a single brace at byte " +
                         std::to_string(at_ + 1));
    const auto name = text_.substr(at_ + 1, end - at_ - 1);
    const auto found = values_.find(name);
    if (found == values_.end()) refuse(where_, unknown(name));
    at_ = end + 1;
    return found->second;
  }

  [[nodiscard]] std::string unknown(std::string_view name) const {
    std::string known;
    for (const auto& [place, value] : values_) known.append(" {").append(place).append("}");
    return "wanted one of the places" + known + ", got {" + std::string(name) + "}";
  }

  std::string_view text_;
  const Values& values_;
  const std::string& where_;
  std::size_t at_ = 0;
};

/// A character that no prompt has, so that it is seen whether a place is there.
constexpr const char* kMark = "\x01";

void check(const JudgePrompt& prompt, const Form& form, const std::string& where) {
  Values values;
  for (const auto& name : form.allowed) values[name] = "";
  for (const auto& name : form.needed) values[name] = "";
  static_cast<void>(fill(prompt.text, values, where));
  for (const auto& name : form.needed) {
    values[name] = kMark;
    if (fill(prompt.text, values, where).find(kMark) == std::string::npos)
      refuse(where, "wanted a place {" + name + "} in the prompt " + prompt.name + ", got none");
    values[name] = "";
  }
}

JudgePrompt prompt_of(const FastChatRow& row, const Form& form) {
  JudgePrompt prompt{.name = row.text("name"),
                     .system = row.text("system_prompt"),
                     .text = row.text("prompt_template")};
  if (row.has("output_format") && row.text("output_format") != "[[rating]]")
    row.reject("output_format", "[[rating]]");
  check(prompt, form, row.where() + ": field \"prompt_template\"");
  return prompt;
}

}  // namespace

const JudgePrompt& JudgePrompts::of(int turn, bool has_reference) const {
  return all.at((turn == 1 ? 0U : 2U) + (has_reference ? 1U : 0U));
}

std::string fill(std::string_view text, const Values& values, const std::string& where) {
  return Filler(text, values, where).filled();
}

JudgePrompts read_prompts(const std::filesystem::path& path) {
  const auto wanted = forms();
  std::array<std::optional<JudgePrompt>, 4> found;
  for (const auto& row : read_rows(path)) {
    const auto name = row.text("name");
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      if (name != wanted.at(i).name) continue;
      if (found.at(i)) refuse(row.where(), "wanted one prompt " + name + ", got a second one");
      found.at(i) = prompt_of(row, wanted.at(i));
    }
  }
  JudgePrompts prompts;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    const auto& prompt = found.at(i);
    if (!prompt)
      refuse(path.string(), "wanted a prompt " + std::string(wanted.at(i).name) + ", found none");
    prompts.all.at(i) = *prompt;
  }
  return prompts;
}

}  // namespace smdm::judging
