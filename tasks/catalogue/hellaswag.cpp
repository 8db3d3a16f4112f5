// HellaSwag: which of four endings follows (Zellers et al. 2019, arXiv:1905.07830).
// Prompt, split and metrics: EleutherAI/lm-evaluation-harness v0.4.4 lm_eval/tasks/hellaswag.
#include <string>

#include "base/error.hpp"
#include "base/metrics/accuracy.hpp"
#include "base/text/unicode.hpp"
#include "tasks/ask/catalog_entries.hpp"
#include "tasks/data/fields.hpp"

namespace smdm {
namespace {

// SHA-256 of the published files, unpacked (docs/data.md).
constexpr const char* kRows = "d5c08c3e5771307e73886dc9d2744df8ca5f372a7857f32fe77df8c58942f950";

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
}

/// Removes "[...]" as far as it lies within one line: traces of WikiHow's markup.
void remove_brackets(std::string& text) {
  std::size_t open = 0;
  while ((open = text.find('[', open)) != std::string::npos) {
    const std::size_t end = text.find_first_of("]\n", open);
    if (end != std::string::npos && text[end] == ']') {
      text.erase(open, end - open + 1);
    } else {
      ++open;
    }
  }
}

std::string clean(const std::string& raw) {
  std::string text = unicode::strip(raw);
  replace_all(text, " [title]", ". ");
  remove_brackets(text);
  replace_all(text, "  ", " ");
  return text;
}

/// @param row  {"activity_label", "ctx_a", "ctx_b": string, "endings": [4 strings], "label":
/// "0".."3"}
/// @return the row with what lm-evaluation-harness adds to it: "query", "choices", "gold"
Json to_document(const Json& row) {
  Json document = select_fields(row, {"ind", "activity_label", "ctx_a", "ctx_b", "ctx", "endings",
                                      "source_id", "split", "split_type", "label"});
  const std::size_t gold = label_field(row, "label", {"0", "1", "2", "3"});
  document["label"] = std::to_string(gold);
  document["query"] = clean(text_field(row, "activity_label") + ": " + text_field(row, "ctx_a") +
                            " " + unicode::capitalize(text_field(row, "ctx_b")));
  Json choices = Json::array();
  for (const std::string& ending : texts_field(row, "endings")) choices.push_back(clean(ending));
  document["choices"] = choices;
  document["gold"] = gold;
  return document;
}

Question parse(const Json& document) {
  Question question{.context = text_field(document, "query"),
                    .choices = texts_field(document, "choices"),
                    .gold = static_cast<std::size_t>(integer_field(document, "gold"))};
  if (question.choices.size() != 4) {
    throw Error(ErrorKind::data,
                "wanted 4 endings, got " + std::to_string(question.choices.size()));
  }
  return question;
}

/// A video or an article gives several questions.
std::string source(const ClusterSource& of) {
  return text_or_empty(of.document, "source_id");
}

}  // namespace

MultipleChoice hellaswag() {
  return {
      .info = {.name = "hellaswag",
               .version = 1.0,
               .dataset = {.sources = {{.documents = {.path = "hellaswag/validation.jsonl",
                                                      .known_sha256 = {kRows}}},
                                       {.documents = {.path = "hellaswag/hellaswag_val.jsonl",
                                                      .known_sha256 = {kRows}}}},
                           .documents = 10042,
                           .to_document = to_document,
                           .cluster = source},
               .metrics = {metrics::accuracy(), metrics::normalized_accuracy()},
               .lm_eval = {{"tag", {"multiple_choice"}},
                           {"dataset_path", "hellaswag"},
                           {"dataset_kwargs", {{"trust_remote_code", true}}},
                           {"training_split", "train"},
                           {"validation_split", "validation"},
                           {"process_docs", "<function process_docs>"},
                           {"doc_to_text", "{{query}}"},
                           {"doc_to_target", "{{label}}"},
                           {"doc_to_choice", "choices"}}},
      .parse = parse,
  };
}

}  // namespace smdm
