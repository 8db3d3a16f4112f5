// OpenBookQA: elementary science with one fact from an open book, which is not shown (Mihaylov et
// al. 2018, arXiv:1809.02789).
// Prompt, split and metrics: EleutherAI/lm-evaluation-harness v0.4.4 lm_eval/tasks/openbookqa.
#include <string>

#include "base/metrics/accuracy.hpp"
#include "base/text/unicode.hpp"
#include "tasks/ask/catalog_entries.hpp"
#include "tasks/ask/choice_list.hpp"
#include "tasks/data/fields.hpp"

namespace smdm {
namespace {

// SHA-256 of the published files, unpacked (docs/data.md).
constexpr const char* kFetched = "bbaca15e985ba386b2f73e9659fce608cf7722a35343864dbe7115cbbda341ab";
constexpr const char* kUpstream =
    "feb2bd9bfa6161dca4c44ce90e51e8cdada83eb5061407fcdc5005e44aaf2313";

/// @param row  {"id", "question_stem", "choices": {"text", "label"}, "answerKey"}, or the upstream
///             {"id", "question": {"stem", "choices": [{"text", "label"}]}, "answerKey"}
Json to_document(const Json& row) {
  const bool upstream = !row.contains("question_stem") && row.contains("question");
  const Json& question = upstream ? row.at("question") : row;
  Json document = select_fields(row, {"id"});
  document["question_stem"] = text_field(question, upstream ? "stem" : "question_stem");
  document["choices"] = choice_lists(field(question, "choices"));
  document["answerKey"] = text_field(row, "answerKey");
  return document;
}

Question parse(const Json& document) {
  const Json& choices = field(document, "choices");
  return {.context = text_field(document, "question_stem"),
          .choices = texts_field(choices, "text"),
          .gold = choice_index(choices, unicode::strip_left(text_field(document, "answerKey")))};
}

/// The fact of the open book, which only some published files have, and lm-evaluation-harness's
/// document never.
std::string fact(const ClusterSource& of) {
  return text_or_empty(of.row, "fact1");
}

}  // namespace

MultipleChoice openbookqa() {
  return {
      .info = {.name = "openbookqa",
               .version = 1.0,
               .dataset = {.sources = {{.documents = {.path = "openbookqa/test.jsonl",
                                                      .known_sha256 = {kFetched, kUpstream}}}},
                           .documents = 500,
                           .to_document = to_document,
                           .cluster = fact},
               .metrics = {metrics::accuracy(), metrics::normalized_accuracy()},
               .lm_eval = {{"dataset_path", "openbookqa"},
                           {"dataset_name", "main"},
                           {"training_split", "train"},
                           {"validation_split", "validation"},
                           {"test_split", "test"},
                           {"doc_to_text", "question_stem"},
                           {"doc_to_target", "{{choices.label.index(answerKey.lstrip())}}"},
                           {"doc_to_choice", "{{choices.text}}"},
                           {"should_decontaminate", true},
                           {"doc_to_decontamination_query", "question_stem"}}},
      .parse = parse,
  };
}

}  // namespace smdm
