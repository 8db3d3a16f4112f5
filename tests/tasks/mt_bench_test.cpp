// Questions of conversations in FastChat's format: what is read and what is refused, with file and
// line.
#include <string>
#include <vector>

#include "base/error.hpp"
#include "tasks/ask/catalog_entries.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

using test::contains;

/// A data root with questions.
class Questions {
 public:
  explicit Questions(const std::string& lines, const std::string& place = "mt_bench") {
    std::filesystem::create_directories(file(place).parent_path());
    test::write_file(file(place), lines);
  }
  [[nodiscard]] std::filesystem::path root() const { return folder_.path(); }
  [[nodiscard]] std::filesystem::path file(const std::string& place = "mt_bench") const {
    return folder_.path() / place / "question.jsonl";
  }

 private:
  test::TemporaryFolder folder_;
};

std::string refusal(const std::string& lines) {
  const Questions questions(lines);
  return test::error_text<ErrorKind::data>(
      [&] { return load(mt_bench(), questions.root()).documents.size(); });
}

const std::string kTwoTurns =
    R"({"question_id": 81, "category": "writing", "turns": ["One?", "Two?"]})";

}  // namespace

TEST_CASE("questions lie below the root, in it, or are the root") {
  const std::string lines =
      kTwoTurns + "\n\n" +
      R"({"question_id": "b-1", "category": "math", "turns": ["Three?"], "reference": ["3"]})" +
      "\n";
  for (const auto* place : {"mt_bench", "."}) {
    const Questions questions(lines, place);
    for (const auto& root : {questions.root(), questions.file(place)}) {
      const auto loaded = load(mt_bench(), root);
      REQUIRE(loaded.documents.size() == 2);
      CHECK(loaded.warnings.empty());
      CHECK(loaded.documents[0] == Json::parse(kTwoTurns));
      CHECK(loaded.documents[1].at("reference") == Json::array({"3"}));
      CHECK(std::get<Dialogue>(loaded.asked[0]).turns == std::vector<std::string>{"One?", "Two?"});
      CHECK(std::get<Dialogue>(loaded.asked[1]).turns == std::vector<std::string>{"Three?"});
      CHECK(target(loaded.asked[0]) == "");
      CHECK(requests(loaded.asked[0]).empty());
    }
  }
}

TEST_CASE("what is no question is refused with its line") {
  CHECK(
      contains(refusal(kTwoTurns + "\n\n" + kTwoTurns + "\n"),
               "question.jsonl:3: wanted one document of question_id 81, got a second one after "));
  CHECK(contains(refusal(R"({"category": "a", "turns": ["x"]})"),
                 "question.jsonl:1: wanted the field \"question_id\""));
  CHECK(contains(refusal(R"({"question_id": 1.5, "category": "a", "turns": ["x"]})"),
                 "wanted the field \"question_id\" to be a whole number or a text, got the number "
                 "1.5"));
  CHECK(contains(refusal(R"({"question_id": 1, "turns": ["x"]})"), "\"category\""));
  CHECK(contains(refusal(R"({"question_id": 1, "category": "a"})"), "\"turns\""));
  CHECK(contains(refusal(R"({"question_id": 1, "category": "a", "turns": "x"})"), "\"turns\""));
  CHECK(contains(refusal(R"({"question_id": 1, "category": "a", "turns": []})"),
                 "wanted the field \"turns\" to hold texts, at least one, got none"));
  CHECK(contains(
      refusal(kTwoTurns + "\n" + R"({"question_id": 1, "category": "a", "turns": ["x", " \n"]})"),
      "question.jsonl:2: wanted the field \"turns\" to hold texts, at least one, got an "
      "empty one"));
  CHECK(contains(refusal(""), "wanted documents of mt_bench, got none"));
  const test::TemporaryFolder empty;
  CHECK(contains(test::error_text<ErrorKind::data>(
                     [&] { return load(mt_bench(), empty.path()).documents.size(); }),
                 "mt_bench/question.jsonl"));
}

TEST_CASE("81 and \"81\" are two questions") {
  const Questions questions(kTwoTurns + "\n" +
                            R"({"question_id": "81", "category": "a", "turns": ["x"]})");
  CHECK(load(mt_bench(), questions.root()).documents.size() == 2);
}

TEST_CASE("what is known of answers before they are judged: whether they are there") {
  const auto task = mt_bench();
  CHECK(task.score(std::vector<std::string>{"a", "b"}) == std::vector<double>{1.0});
  CHECK(task.score(std::vector<std::string>{"a", ""}) == std::vector<double>{0.5});
  CHECK(task.score(std::vector<std::string>{""}) == std::vector<double>{0.0});
  REQUIRE(task.info.metrics.size() == 1);
  CHECK(task.info.metrics.front().name == "answered");
}

TEST_CASE("the published questions") {
  const auto shared = test::shared();
  if (!shared) return test::skip("MT-Bench's questions are not here (SMDM_SHARED)");
  const auto loaded = load(mt_bench(), *shared / "data");
  CHECK(loaded.documents.size() == 80);
  for (const auto& asked : loaded.asked) CHECK(std::get<Dialogue>(asked).turns.size() == 2);
}

}  // namespace smdm
