// Every field is checked as it is read: what a question or an answer lacks is told with its line,
// before anything is generated or judged.
#include "base/fastchat/answers.hpp"

#include <map>
#include <utility>

#include "base/error.hpp"
#include "base/fastchat/row.hpp"
#include "base/files/digest.hpp"
#include "base/text/json_text.hpp"

namespace smdm {
namespace {

FastChatQuestion question_of(const FastChatRow& row) {
  FastChatQuestion question{.id = row.id("question_id"),
                            .category = row.text("category"),
                            .turns = row.texts("turns"),
                            .reference = {},
                            .where = row.where()};
  if (question.turns.empty()) row.reject("turns", "at least one turn");
  if (row.has("reference")) question.reference = row.texts("reference");
  return question;
}

std::vector<std::vector<std::string>> choices_of(const FastChatRow& row) {
  const Json& list = row.value("choices");
  if (!list.is_array() || list.empty()) row.reject("choices", "a list of at least one choice");
  std::vector<std::vector<std::string>> choices;
  choices.reserve(list.size());
  for (const Json& choice : list) {
    const FastChatRow fields(json_text(choice), row.where() + ": field \"choices\"",
                             ErrorKind::data);
    choices.push_back(fields.texts("turns"));
    if (choices.back().empty()) fields.reject("turns", "at least one turn");
  }
  return choices;
}

FastChatAnswer answer_of(const FastChatRow& row) {
  return {.question_id = row.id("question_id"),
          .answer_id = row.has("answer_id") ? row.text("answer_id") : std::string(),
          .model_id = row.text("model_id"),
          .choices = choices_of(row),
          .tstamp = row.has("tstamp") ? row.number("tstamp") : 0.0,
          .where = row.where()};
}

/// Two lines about one question: which of them counts, nobody can say.
class Seen {
 public:
  explicit Seen(std::string what) : what_(std::move(what)) {}

  void add(const Json& id, const std::string& where) {
    const auto [place, is_new] = first_.emplace(id_text(id), where);
    if (is_new) return;
    throw Error(ErrorKind::data, where + ": wanted one " + what_ + " question " + id_text(id) +
                                     ", got a second one after " + place->second);
  }

 private:
  std::string what_;
  std::map<std::string, std::string> first_;
};

}  // namespace

std::string id_text(const Json& id) {
  return json_text(id);
}

std::vector<FastChatQuestion> read_questions(const std::filesystem::path& path) {
  std::vector<FastChatQuestion> questions;
  Seen seen("line of");
  for (const auto& row : read_rows(path)) {
    questions.push_back(question_of(row));
    seen.add(questions.back().id, row.where());
  }
  return questions;
}

std::vector<FastChatAnswer> read_answers(const std::filesystem::path& path) {
  std::vector<FastChatAnswer> answers;
  Seen seen("answer to");
  for (const auto& row : read_rows(path)) {
    answers.push_back(answer_of(row));
    seen.add(answers.back().question_id, row.where());
    const auto& first = answers.front();
    if (answers.back().model_id == first.model_id) continue;
    throw Error(ErrorKind::data, row.where() + ": wanted answers of one model, got '" +
                                     answers.back().model_id + "' after '" + first.model_id +
                                     "' in " + first.where);
  }
  return answers;
}

Json answer_json(const FastChatAnswer& answer) {
  Json choices = Json::array();
  for (const auto& turns : answer.choices)
    choices.push_back({{"index", choices.size()}, {"turns", turns}});
  return {{"question_id", answer.question_id},
          {"answer_id", answer.answer_id},
          {"model_id", answer.model_id},
          {"choices", choices},
          {"tstamp", answer.tstamp}};
}

std::string answer_id_of(const FastChatAnswer& answer) {
  constexpr std::size_t kLength = 22;
  Json content = answer_json(answer);
  content.erase("answer_id");
  content.erase("tstamp");
  return sha256(json_text(content)).substr(0, kLength);
}

}  // namespace smdm
