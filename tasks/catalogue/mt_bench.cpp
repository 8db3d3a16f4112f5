// MT-Bench: conversations of two turns that another model judges (Zheng et al. 2023,
// arXiv:2306.05685). Questions are the user's or the micro world's, in the form of FastChat's
// question.jsonl; what a model answers is written in the form of its answer files
// (docs/mt-bench.md). No score is known before the answers are judged.
#include <algorithm>

#include "base/error.hpp"
#include "base/metrics/accuracy.hpp"
#include "base/text/json_text.hpp"
#include "base/text/unicode.hpp"
#include "tasks/ask/catalog_entries.hpp"
#include "tasks/data/fields.hpp"

namespace smdm {
namespace {

constexpr const char* kName = "mt_bench";

bool is_blank(const std::string& text) {
  return unicode::strip(text).empty();
}

Json checked_id(const Json& row) {
  const Json& id = field(row, "question_id");
  if (id.is_number_integer() || id.is_string()) return id;
  throw Error(
      ErrorKind::data,
      "wanted the field \"question_id\" to be a whole number or a text, got " + describe(id));
}

/// @param row  {"question_id": number | string, "category": string, "turns": [string, ...]} and, of
///             some questions, "reference"
Json to_document(const Json& row) {
  Json document = {{"question_id", checked_id(row)},
                   {"category", text_field(row, "category")},
                   {"turns", texts_field(row, "turns")}};
  if (row.contains("reference")) document["reference"] = row.at("reference");
  return document;
}

std::string name_of(const Json& document) {
  return "question_id " + json_text(document.at("question_id"));
}

Dialogue parse(const Json& document) {
  auto turns = texts_field(document, "turns");
  if (turns.empty() || std::ranges::any_of(turns, is_blank)) {
    throw Error(ErrorKind::data, "wanted the field \"turns\" to hold texts, at least one, got " +
                                     std::string(turns.empty() ? "none" : "an empty one"));
  }
  return {.turns = std::move(turns)};
}

std::vector<double> score(std::span<const std::string> answers) {
  const auto given = std::ranges::count_if(answers, [](const auto& text) { return !text.empty(); });
  return {static_cast<double>(given) / static_cast<double>(answers.size())};
}

}  // namespace

Conversation mt_bench() {
  return {
      .info = {.name = kName,
               .version = 1.0,
               .dataset = {.sources = {{.documents = {.path = "mt_bench/question.jsonl",
                                                      .known_sha256 = {}}},
                                       {.documents = {.path = "question.jsonl",
                                                      .known_sha256 = {}}}},
                           .documents = 0,
                           .to_document = to_document,
                           .unique = name_of,
                           .may_be_file = true},
               .metrics = {metrics::answered()},
               .lm_eval = {{"dataset_path", kName},
                           {"test_split", "test"},
                           {"doc_to_text", "{{turns[0]}}"},
                           {"doc_to_target", ""}}},
      .parse = parse,
      .score = score,
  };
}

}  // namespace smdm
