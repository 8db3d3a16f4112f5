// BoolQ: yes/no questions about a passage (Clark et al. 2019, arXiv:1905.10044), in SuperGLUE's
// form, where the passage begins with its title.
// Prompt, split and metrics: EleutherAI/lm-evaluation-harness v0.4.4
// lm_eval/tasks/super_glue/boolq.
#include <string>

#include "base/metrics/accuracy.hpp"
#include "tasks/ask/catalog_entries.hpp"
#include "tasks/data/fields.hpp"

namespace smdm {
namespace {

// SHA-256 of the published files, unpacked (docs/data.md).
constexpr const char* kFetched = "2f7ec4dd1d9a6b85cb131d69cbd4acd5400d4d55faf333d4e75a5a4650b9383b";
constexpr const char* kUpstream =
    "0c86a5045886e5795fe9052003873f7d94b88ed3028a33007c51d99e44fd66d9";

/// @param row  {"question", "passage", "idx", "label": 0 | 1, or false | true as upstream}
Json to_document(const Json& row) {
  Json document = select_fields(row, {"question", "passage", "idx"});
  const Json& label = field(row, "label");
  document["label"] =
      label.is_boolean() ? std::size_t{label.get<bool>()} : label_field(row, "label", {"0", "1"});
  return document;
}

Question parse(const Json& document) {
  return {.context = text_field(document, "passage") +
                     "\nQuestion: " + text_field(document, "question") + "?\nAnswer:",
          .choices = {"no", "yes"},
          .gold = label_field(document, "label", {"0", "1"})};
}

/// Some passages are asked about several times.
std::string passage(const ClusterSource& of) {
  return text_or_empty(of.document, "passage");
}

}  // namespace

MultipleChoice boolq() {
  return {
      .info = {.name = "boolq",
               .version = 2.0,
               .dataset = {.sources = {{.documents = {.path = "boolq/validation.jsonl",
                                                      .known_sha256 = {kFetched}}},
                                       {.documents = {.path = "boolq/val.jsonl",
                                                      .known_sha256 = {kUpstream}}}},
                           .documents = 3270,
                           .to_document = to_document,
                           .cluster = passage},
               .metrics = {metrics::accuracy()},
               .lm_eval = {{"tag", {"super-glue-lm-eval-v1"}},
                           {"dataset_path", "super_glue"},
                           {"dataset_name", "boolq"},
                           {"training_split", "train"},
                           {"validation_split", "validation"},
                           {"doc_to_text", "{{passage}}\nQuestion: {{question}}?\nAnswer:"},
                           {"doc_to_target", "label"},
                           {"doc_to_choice", {"no", "yes"}},
                           {"should_decontaminate", true},
                           {"doc_to_decontamination_query", "passage"}}},
      .parse = parse,
  };
}

}  // namespace smdm
