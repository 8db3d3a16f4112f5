// RACE, high-school part: reading comprehension (Lai et al. 2017, arXiv:1704.04683). All questions
// of an article but the last are shown with their answers; the last one is asked.
// Prompt, split and metrics: EleutherAI/lm-evaluation-harness v0.4.4 lm_eval/tasks/race.
#include <string>

#include "base/error.hpp"
#include "base/metrics/accuracy.hpp"
#include "tasks/ask/catalog_entries.hpp"
#include "tasks/data/fields.hpp"
#include "tasks/data/python_literal.hpp"

namespace smdm {
namespace {

// SHA-256 of the published files, unpacked (docs/data.md).
constexpr const char* kUpstream =
    "2720e17464d52b36ce78865846735592d923d35d34288ef7443baa4f57216795";

/// The upstream lists "questions", "answers", "options" as a list of problems.
Json zip_problems(const Json& row) {
  const std::vector<std::string> questions = texts_field(row, "questions");
  const std::vector<std::string> answers = texts_field(row, "answers");
  const Json& options = field(row, "options");
  if (!options.is_array() || options.size() != questions.size() ||
      answers.size() != questions.size()) {
    throw Error(ErrorKind::data, "wanted as many \"answers\" and \"options\" as the " +
                                     std::to_string(questions.size()) + " \"questions\", got " +
                                     std::to_string(answers.size()) + " and " + describe(options));
  }
  Json problems = Json::array();
  for (std::size_t i = 0; i < questions.size(); ++i) {
    problems.push_back(
        {{"question", questions[i]}, {"answer", answers[i]}, {"options", options[i]}});
  }
  return problems;
}

/// @param row  {"article", "problems"}: the problems as the text of a Python list of
///             {"question", "answer": "A".."D", "options": [4 strings]}, or the list itself; or
///             upstream {"article", "questions", "answers", "options"}
Json to_document(const Json& row) {
  Json document = select_fields(row, {"article"});
  if (!row.contains("problems") && row.contains("questions")) {
    document["problems"] = to_python_literal(zip_problems(row));
  } else {
    const Json& problems = field(row, "problems");
    document["problems"] = problems.is_array() ? Json(to_python_literal(problems)) : problems;
  }
  return document;
}

struct Problem {
  std::string question;
  std::vector<std::string> options;
  std::size_t gold;
};

Problem parse_problem(const Json& problem) {
  Problem parsed{.question = text_field(problem, "question"),
                 .options = texts_field(problem, "options"),
                 .gold = label_field(problem, "answer", {"A", "B", "C", "D"})};
  if (parsed.options.size() < 4) {
    throw Error(ErrorKind::data, "wanted 4 options, got " + std::to_string(parsed.options.size()));
  }
  parsed.options.resize(4);
  return parsed;
}

Question parse(const Json& document) {
  constexpr std::string_view kBlank = "  _  .";
  const Json problems = parse_python_literal(text_field(document, "problems"));
  if (!problems.is_array() || problems.empty()) {
    throw Error(ErrorKind::data,
                "wanted \"problems\" to be a list with at least one, got " + describe(problems));
  }
  std::string context = "Article: " + text_field(document, "article") + "\n\n";
  for (std::size_t i = 0; i + 1 < problems.size(); ++i) {
    const Problem problem = parse_problem(problems[i]);
    const std::string& answer = problem.options[problem.gold];
    if (problem.question.ends_with(kBlank)) {
      // The source keeps only the blank of such a question, without its text.
      context += std::string(kBlank.substr(1)) + answer + "\n";
    } else {
      context += "Question: " + problem.question + "\nAnswer: " + answer + "\n";
    }
  }
  const Problem last = parse_problem(problems.back());
  return {.context = context + last.question, .choices = last.options, .gold = last.gold};
}

/// All questions of an article are one document as published; in data of one's own they may be
/// several.
std::string article(const ClusterSource& of) {
  return text_or_empty(of.document, "article");
}

}  // namespace

MultipleChoice race() {
  return {
      .info = {.name = "race",
               .version = 2.0,
               .dataset = {.sources = {{.documents = {.path = "race/test.jsonl",
                                                      .known_sha256 = {}}},
                                       {.documents = {.path = "race/race_test_high.jsonl",
                                                      .known_sha256 = {kUpstream}}}},
                           .documents = 1045,
                           .to_document = to_document,
                           .cluster = article},
               .metrics = {metrics::accuracy()},
               .lm_eval = {{"dataset_path", "EleutherAI/race"},
                           {"dataset_name", "high"},
                           {"dataset_kwargs", {{"trust_remote_code", true}}},
                           {"test_split", "test"},
                           {"doc_to_text", "<function doc_to_text>"},
                           {"doc_to_target", "<function doc_to_target>"},
                           {"doc_to_choice", "<function doc_to_choice>"}}},
      .parse = parse,
  };
}

}  // namespace smdm
