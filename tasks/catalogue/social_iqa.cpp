// Social IQa: motives and feelings in everyday situations (Sap et al. 2019, arXiv:1904.09728).
// Prompt, split and metrics: EleutherAI/lm-evaluation-harness v0.4.4 lm_eval/tasks/siqa.
#include <string>

#include "base/metrics/accuracy.hpp"
#include "tasks/ask/catalog_entries.hpp"
#include "tasks/data/fields.hpp"

namespace smdm {
namespace {

// SHA-256 of the published files, unpacked (docs/data.md).
constexpr const char* kFetched = "17c8ece78c7b3f61cb21f53ad635940620c941542799580db06df5e47bf5e77e";
constexpr const char* kUpstream =
    "d8128dfe60783a9971b954ca82dd57b87b05d5d40468876d51a8e1ad2c557465";

/// @param row  {"context", "question", "answerA", "answerB", "answerC": string, "label": "1".."3"}
Json to_document(const Json& row) {
  Json document = select_fields(row, {"context", "question", "answerA", "answerB", "answerC"});
  document["label"] = std::to_string(label_field(row, "label", {"1", "2", "3"}) + 1);
  return document;
}

Question parse(const Json& document) {
  return {.context = "Q: " + text_field(document, "context") + " " +
                     text_field(document, "question") + "\nA:",
          .choices = {text_field(document, "answerA"), text_field(document, "answerB"),
                      text_field(document, "answerC")},
          .gold = label_field(document, "label", {"1", "2", "3"})};
}

/// Most situations have several questions.
std::string context(const ClusterSource& of) {
  return text_or_empty(of.document, "context");
}

}  // namespace

MultipleChoice social_iqa() {
  return {
      .info = {.name = "social_iqa",
               .version = 0.0,
               .dataset =
                   {.sources =
                        {{.documents = {.path = "social_iqa/validation.jsonl",
                                        .known_sha256 = {kFetched}}},
                         {.documents = {.path = "siqa/dev.jsonl", .known_sha256 = {kUpstream}},
                          .labels =
                              LabelFile{
                                  .file = {.path = "siqa/dev-labels.lst",
                                           .known_sha256 = {"2d882ff71969d3980d37dd07aecdf9093c6e63"
                                                            "e27c670f3a203bcf3b9b74bc05"}},
                                  .allowed = {"1", "2", "3"}}}},
                    .documents = 1954,
                    .to_document = to_document,
                    .cluster = context},
               .metrics = {metrics::accuracy()},
               .lm_eval = {{"dataset_path", "social_i_qa"},
                           {"training_split", "train"},
                           {"validation_split", "validation"},
                           {"doc_to_text", "Q: {{context}} {{question}}\nA:"},
                           {"doc_to_target", "{{ (label|int) - 1 }}"},
                           {"doc_to_choice", "{{[answerA, answerB, answerC]}}"}}},
      .parse = parse,
  };
}

}  // namespace smdm
