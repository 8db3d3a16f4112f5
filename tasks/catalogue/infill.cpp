// Infilling: the middle of a text whose beginning and end are there. Documents are the user's or
// the micro world's (docs/data.md): a text in three parts. The answer gets as many tokens as the
// hidden middle has, as in infilling benchmarks with the length given.
#include "base/metrics/accuracy.hpp"
#include "base/text/unicode.hpp"
#include "tasks/ask/catalog_entries.hpp"
#include "tasks/data/fields.hpp"

namespace smdm {
namespace {

constexpr const char* kName = "infill";

Json to_document(const Json& row) {
  Json document = {{"before", text_field(row, "before")},
                   {"middle", text_field(row, "middle")},
                   {"after", text_field(row, "after")}};
  if (row.contains("choices")) document["choices"] = texts_field(row, "choices");
  return document;
}

Prompt parse_prompt(const Json& document) {
  return {.text = text_field(document, "before"),
          .reference = text_field(document, "middle"),
          .after = text_field(document, "after")};
}

/// Choices are middles as they stand: they bring their own space.
Question parse_ranking(const Json& document) {
  const auto choices = texts_field(document, "choices");
  return {.context = text_field(document, "before"),
          .choices = choices,
          .gold = label_field(document, "middle", choices),
          .delimiter = "",
          .after = text_field(document, "after")};
}

std::string stripped(std::string_view text) {
  return unicode::strip(text);
}

std::vector<double> score(std::string_view generation, std::string_view reference) {
  return {stripped(generation) == stripped(reference) ? 1.0 : 0.0};
}

TaskInfo task_info() {
  return {.name = kName,
          .version = 1.0,
          .dataset = {.sources = {{.documents = {.path = "infill/test.jsonl", .known_sha256 = {}}}},
                      .documents = 0,
                      .to_document = to_document},
          .metrics = {},
          .lm_eval = {{"dataset_path", kName},
                      {"test_split", "test"},
                      {"doc_to_text", "{{before}}"},
                      {"target_delimiter", ""}}};
}

MultipleChoice ranking() {
  MultipleChoice task{.info = task_info(), .parse = parse_ranking};
  task.info.metrics = {metrics::accuracy(), metrics::normalized_accuracy()};
  task.info.lm_eval["doc_to_target"] = "{{choices.index(middle)}}";
  task.info.lm_eval["doc_to_choice"] = "{{choices}}";
  return task;
}

}  // namespace

OpenAnswer infill() {
  OpenAnswer task{.info = task_info(),
                  .protocol = AnswerProtocol::gap,
                  .parse = parse_prompt,
                  .score = score,
                  .extract = stripped,
                  .likelihood_probe = ranking};
  task.info.metrics = {metrics::exact_match()};
  task.info.lm_eval["doc_to_target"] = "{{middle}}";
  return task;
}

}  // namespace smdm
