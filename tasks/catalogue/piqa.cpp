// PIQA: which of two solutions reaches an everyday goal (Bisk et al. 2020, arXiv:1911.11641).
// Prompt, split and metrics: EleutherAI/lm-evaluation-harness v0.4.4 lm_eval/tasks/piqa.
#include "base/metrics/accuracy.hpp"
#include "tasks/ask/catalog_entries.hpp"
#include "tasks/data/fields.hpp"

namespace smdm {
namespace {

// SHA-256 of the published files, unpacked (docs/data.md).
constexpr const char* kFetched = "61533005e22f175534909b1ec8eacb6da03c233933558d1bafb15787453b1f55";
constexpr const char* kUpstream =
    "93503cc97c679e459b065c3d13e848282e44b2a25213985bed3e5d458abef72d";
constexpr const char* kLabels = "b4192dc3a2a0363d9d60ccf79800cbbe2f32ebb17726efdde6970e0b8131bceb";

/// @param row  {"goal", "sol1", "sol2": string, "label": 0 | 1}
Json to_document(const Json& row) {
  Json document = select_fields(row, {"goal", "sol1", "sol2"});
  document["label"] = label_field(row, "label", {"0", "1"});
  return document;
}

Question parse(const Json& document) {
  return {.context = "Question: " + text_field(document, "goal") + "\nAnswer:",
          .choices = {text_field(document, "sol1"), text_field(document, "sol2")},
          .gold = label_field(document, "label", {"0", "1"})};
}

}  // namespace

/// The test split has no public labels.
MultipleChoice piqa() {
  return {
      .info = {.name = "piqa",
               .version = 1.0,
               .dataset = {.sources = {{.documents = {.path = "piqa/validation.jsonl",
                                                      .known_sha256 = {kFetched}}},
                                       {.documents = {.path = "piqa/valid.jsonl",
                                                      .known_sha256 = {kUpstream}},
                                        .labels =
                                            LabelFile{.file = {.path = "piqa/valid-labels.lst",
                                                               .known_sha256 = {kLabels}},
                                                      .allowed = {"0", "1"}}}},
                           .documents = 1838,
                           .to_document = to_document},
               .metrics = {metrics::accuracy(), metrics::normalized_accuracy()},
               .lm_eval = {{"dataset_path", "piqa"},
                           {"dataset_kwargs", {{"trust_remote_code", true}}},
                           {"training_split", "train"},
                           {"validation_split", "validation"},
                           {"doc_to_text", "Question: {{goal}}\nAnswer:"},
                           {"doc_to_target", "label"},
                           {"doc_to_choice", "{{[sol1, sol2]}}"},
                           {"should_decontaminate", true},
                           {"doc_to_decontamination_query", "goal"}}},
      .parse = parse,
  };
}

}  // namespace smdm
