#include "base/error.hpp"
#include "base/fastchat/answers.hpp"
#include "base/files/json_lines.hpp"
#include "base/text/json_text.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {
namespace fs = std::filesystem;

using test::contains;

const char* const kAnswer = R"({"question_id": 7, "answer_id": "x", "model_id": "m", )"
                            R"("choices": [{"index": 0, "turns": ["one", "two"]}], "tstamp": 1.5})";

/// The text of the error that reading a file of such lines ends with.
template <typename Read>
std::string error_of(const std::string& lines, const Read& read) {
  const test::TemporaryFolder folder;
  const fs::path path = folder.path() / "lines.jsonl";
  test::write_file(path, lines);
  try {
    static_cast<void>(read(path));
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::data);
    return error.what();
  }
  return "no error";
}

}  // namespace

TEST_CASE("FastChat: questions are read with their turns and references") {
  const test::TemporaryFolder folder;
  const fs::path path = folder.path() / "question.jsonl";
  test::write_file(path,
                   "{\"question_id\": 81, \"category\": \"writing\", \"turns\": [\"a\", \"b\"]}\n\n"
                   "{\"question_id\": \"x\", \"category\": \"math\", \"turns\": [\"c\"], "
                   "\"reference\": [\"r\"]}\n");
  const auto questions = read_questions(path);
  REQUIRE(questions.size() == 2);
  CHECK(id_text(questions[0].id) == "81");
  CHECK(id_text(questions[1].id) == "\"x\"");
  CHECK(questions[0].category == "writing");
  CHECK(questions[0].turns == std::vector<std::string>{"a", "b"});
  CHECK(questions[0].reference.empty());
  CHECK(questions[1].reference == std::vector<std::string>{"r"});
  CHECK(contains(questions[1].where, "question.jsonl:3"));
}

TEST_CASE("FastChat: an answer that is written is the one that is read") {
  const test::TemporaryFolder folder;
  const fs::path path = folder.path() / "answers.jsonl";
  FastChatAnswer answer{.question_id = 7,
                        .answer_id = "",
                        .model_id = "m",
                        .choices = {{"one", "two\n"}, {"three"}},
                        .tstamp = 1685000000.25};
  answer.answer_id = answer_id_of(answer);
  JsonLinesWriter writer(path.string());
  writer.write(answer_json(answer));
  writer.finish();
  CHECK(test::read_file(path) ==
        "{\"question_id\":7,\"answer_id\":\"" + answer.answer_id +
            "\",\"model_id\":\"m\",\"choices\":[{\"index\":0,\"turns\":[\"one\",\"two\\n\"]},"
            "{\"index\":1,\"turns\":[\"three\"]}],\"tstamp\":1685000000.25}\n");
  const auto read = read_answers(path);
  REQUIRE(read.size() == 1);
  CHECK(read[0].question_id == answer.question_id);
  CHECK(read[0].choices == answer.choices);
  CHECK(read[0].tstamp == answer.tstamp);
}

TEST_CASE("FastChat: an answer_id follows from the answer alone") {
  FastChatAnswer answer{
      .question_id = 7, .answer_id = "", .model_id = "m", .choices = {{"one"}}, .tstamp = 1.0};
  const auto id = answer_id_of(answer);
  CHECK(id.size() == 22);
  answer.tstamp = 2.0;
  answer.answer_id = id;
  CHECK(answer_id_of(answer) == id);
  answer.choices = {{"two"}};
  CHECK(answer_id_of(answer) != id);
}

TEST_CASE("FastChat: what a line lacks is told with its place") {
  const auto questions = [](const fs::path& path) { return read_questions(path); };
  const auto answers = [](const fs::path& path) { return read_answers(path); };
  CHECK(contains(error_of("", questions), "lines.jsonl: wanted JSON lines, found none"));
  CHECK(contains(error_of("[1]\n", questions), "lines.jsonl:1: wanted a JSON object, got [1]"));
  CHECK(contains(error_of("{\"question_id\": 1.5}\n", questions),
                 "lines.jsonl:1: field \"question_id\": wanted a whole number or a text, got 1.5"));
  CHECK(contains(error_of("{\"question_id\": 1, \"category\": \"a\"}\n", questions),
                 "field \"turns\": wanted a list of texts, got nothing"));
  CHECK(contains(error_of("{\"question_id\": 1, \"category\": \"a\", \"turns\": []}\n", questions),
                 "field \"turns\": wanted at least one turn, got []"));
  CHECK(contains(error_of("{\"question_id\": 1, \"model_id\": \"m\", \"choices\": []}\n", answers),
                 "field \"choices\": wanted a list of at least one choice"));
  CHECK(contains(
      error_of("{\"question_id\": 1, \"model_id\": \"m\", \"choices\": [{\"turns\": [1]}]}\n",
               answers),
      "field \"turns\": wanted a list of texts, got [1]"));
}

TEST_CASE("FastChat: one answer to a question, of one model") {
  const auto answers = [](const fs::path& path) { return read_answers(path); };
  const std::string line = kAnswer;
  const auto twice = error_of(line + "\n" + line + "\n", answers);
  CHECK(contains(twice, "lines.jsonl:2: wanted one answer to question 7, got a second one after"));
  CHECK(contains(twice, "lines.jsonl:1"));
  std::string other = line;
  other.replace(other.find("7"), 1, "8");
  other.replace(other.find("\"m\""), 3, "\"n\"");
  CHECK(contains(error_of(line + "\n" + other + "\n", answers),
                 "lines.jsonl:2: wanted answers of one model, got 'n' after 'm'"));
}

TEST_CASE("FastChat: the published files of MT-Bench are read") {
  const auto shared = test::shared();
  if (!shared || !fs::exists(*shared / "data/mt_bench/question.jsonl"))
    return test::skip("wanted shared/data/mt_bench");
  const auto folder = *shared / "data/mt_bench";
  CHECK(read_questions(folder / "question.jsonl").size() == 80);
  CHECK(read_answers(folder / "reference_answer/gpt-4.jsonl").size() == 30);
  const auto answers = read_answers(folder / "smdm_reference_answer_gpt-4o-2024-05-13.jsonl");
  REQUIRE(answers.size() == 80);
  CHECK(answers[0].choices.at(0).size() == 2);
}

}  // namespace smdm
