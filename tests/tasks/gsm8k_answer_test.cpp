// Answers of GSM8K against the reference's own verdicts (tests/golden), and what goes beyond them.
#include "tasks/answers/gsm8k_answer.hpp"

#include <set>

#include "base/json.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/golden_cases.hpp"
#include "tests/support/support.hpp"

namespace {

using namespace smdm;
using test::golden_cases;

struct Disagreement {
  std::string prediction;
  std::string reference;
};

/// Where sympy's parser is plainly wrong about equal numbers: it refuses or misreads the first one.
const std::vector<Disagreement> kSympyIsWrong{{"72.", "72"}, {"007", "7"}, {"1e3", "1000"}};

bool is_listed(const std::string& prediction, const std::string& reference) {
  for (const Disagreement& one : kSympyIsWrong) {
    if (one.prediction == prediction && one.reference == reference) return true;
  }
  return false;
}

}  // namespace

TEST_CASE("golden answers") {
  std::size_t disagreements = 0;
  for (const auto& one : golden_cases("gsm8k_answers.json")) {
    const auto prediction = one.at("prediction").get<std::string>();
    const auto reference = one.at("right_answer").get<std::string>();
    INFO(prediction << " against " << reference);
    const AnswerVerdict verdict = judge_answer(prediction, reference);
    CHECK(verdict.extracted == one.at("extracted").get<std::string>());
    CHECK(verdict.normalized == one.at("normalized_prediction").get<std::string>());
    CHECK(normalize_answer(reference) == one.at("normalized_right_answer").get<std::string>());
    CHECK(verdict.equal_string == one.at("equal_string").get<bool>());
    if (is_listed(verdict.normalized, normalize_answer(reference))) {
      CHECK(verdict.equal_math);
      CHECK_FALSE(one.at("equal_sympy_antlr").get<bool>());
      ++disagreements;
    } else {
      CHECK(verdict.equal_math == one.at("equal_sympy_antlr").get<bool>());
    }
  }
  CHECK(disagreements == 2);  // "1e3" is not among the golden cases
}

TEST_CASE("where sympy is wrong") {
  for (const Disagreement& one : kSympyIsWrong) {
    CHECK(equal_as_numbers(one.prediction, one.reference));
  }
  CHECK_FALSE(equal_as_numbers("72.", "7"));  // what sympy's parser makes of it
}

TEST_CASE("golden normalisation") {
  for (const auto& one : golden_cases("gsm8k_normalize.json")) {
    INFO(one.dump());
    CHECK(normalize_answer(one.at("input").get<std::string>()) ==
          one.at("normalized").get<std::string>());
  }
}

// Python's answers: the reference's normalize_final_answer under Python 3.11.
TEST_CASE("normalisation of several lines and odd places") {
  CHECK(normalize_answer("$1$x\n$2$y") == "1\n2");
  CHECK(normalize_answer("$1\n2$") == "1\n2");
  CHECK(normalize_answer("\\text{a}\\text{b") == "a\\text{b");
  CHECK(normalize_answer("\\boxed{1}+\\boxed{2}") == "1}+\\boxed{2");
  CHECK(normalize_answer("\\boxed{1\n}") == "\\boxed{1\n}");
  CHECK(normalize_answer("frac\u00e9\u00f1") == "frac{\u00e9}{\u00f1}");
  CHECK(normalize_answer("frac1") == "frac1");
  CHECK(normalize_answer("frac1\n") == "frac1\n");
  CHECK(normalize_answer("sqrt\n") == "sqrt{\n}");
  CHECK(normalize_answer("\u00b2,\u00b3") == "\u00b2\u00b3");
  CHECK(normalize_answer("\u00bd,1") == "\u00bd,1");  // a numeric, but no digit
  CHECK(normalize_answer("") == "");
}

TEST_CASE("extraction looks at the last line only") {
  CHECK(extract_answer("#### 1\r") == "1\r");
  CHECK(extract_answer("#### 1\r\n") == "1\r");
  CHECK(extract_answer("x #### #### 1") == "#### 1");
  CHECK(extract_answer("####  ") == " ");
  CHECK(extract_answer("\n") == "");
  CHECK(extract_answer("#### 1\n\n#### 2") == "2");
  CHECK(extract_answer("##### 3") == "3");
}

TEST_CASE("equality is symmetric and reflexive") {
  const std::vector<std::string> answers{
      "", "x", "72", "72.0", "1/2", "\\frac{1}{2}", "50%", "\\sqrt{2}", "2^{1/2}", "five", "-1"};
  for (const auto& a : answers) {
    CHECK(equal_as_numbers(a, a));
    for (const auto& b : answers) CHECK(equal_as_numbers(a, b) == equal_as_numbers(b, a));
  }
}

TEST_CASE("white space around an answer hides its value from the published rule alone") {
  for (const char* space : {"\r", "\t", "\v", "\u00a0", "\u2009"}) {
    const auto verdict = judge_answer(std::string("so #### 5") + space, "5");
    CHECK_FALSE(verdict.equal_string);
    CHECK(verdict.equal_math);
    CHECK(judge_answer("so #### 5", std::string(space) + "5").equal_math);
  }
  CHECK(judge_answer("so #### 1,234\r\n", "1234").equal_math);
}

TEST_CASE("answers that nothing is left of") {
  for (const char* empty : {"", " ", "\t", "\u00a0", "meters", "$", "x=", "\\text{}"}) {
    INFO(empty);
    CHECK(is_empty_answer(empty));
  }
  for (const char* answer : {"0", "x", ",", "."}) CHECK_FALSE(is_empty_answer(answer));
}
