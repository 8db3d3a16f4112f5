// ARC: grade-school science, an easy and a challenge part (Clark et al. 2018, arXiv:1803.05457).
// Prompt, split and metrics: EleutherAI/lm-evaluation-harness v0.4.4 lm_eval/tasks/arc.
#include "base/metrics/accuracy.hpp"
#include "tasks/ask/catalog_entries.hpp"
#include "tasks/ask/choice_list.hpp"
#include "tasks/data/fields.hpp"

namespace smdm {
namespace {

// SHA-256 of the published files, unpacked (docs/data.md).
constexpr const char* kEasyFetched =
    "874354cf372667530bd6cbd2d78dca2d657c5e2e746f53cf01d1e9d3a90cbc3d";
constexpr const char* kEasyUpstream =
    "ce32a0774b4beb1977d2c6b16dda5dd2b24fdc9c7f506882c452678676bd09be";
constexpr const char* kChallengeFetched =
    "03227c30fd557ad1416c2cb955eeb6dc79eeb21e0679456a1ccd42eaccc0ff87";
constexpr const char* kChallengeUpstream =
    "9fa8ffb3e3a1f88cb302d53dd95aae81e39209ad9bcf974376b319d8fd35717c";

/// @param row  {"id", "question": string, "choices": {"text", "label"}, "answerKey"}, or the
///             upstream {"id", "question": {"stem", "choices": [{"text", "label"}]}, "answerKey"}
Json to_document(const Json& row) {
  const Json& question = field(row, "question");
  const bool upstream = question.is_object();
  Json document = select_fields(row, {"id"});
  document["question"] = upstream ? text_field(question, "stem") : text_field(row, "question");
  document["choices"] = choice_lists(field(upstream ? question : row, "choices"));
  document["answerKey"] = text_field(row, "answerKey");
  return document;
}

Question parse(const Json& document) {
  const Json& choices = field(document, "choices");
  return {.context = "Question: " + text_field(document, "question") + "\nAnswer:",
          .choices = texts_field(choices, "text"),
          .gold = choice_index(choices, text_field(document, "answerKey"))};
}

MultipleChoice arc(std::string name,
                   const char* part,
                   std::vector<Source> sources,
                   std::int64_t documents) {
  return {
      .info = {.name = std::move(name),
               .version = 1.0,
               .dataset = {.sources = std::move(sources),
                           .documents = documents,
                           .to_document = to_document},
               .metrics = {metrics::accuracy(), metrics::normalized_accuracy()},
               .lm_eval = {{"tag", {"ai2_arc"}},
                           {"dataset_path", "allenai/ai2_arc"},
                           {"dataset_name", part},
                           {"training_split", "train"},
                           {"validation_split", "validation"},
                           {"test_split", "test"},
                           {"doc_to_text", "Question: {{question}}\nAnswer:"},
                           {"doc_to_target", "{{choices.label.index(answerKey)}}"},
                           {"doc_to_choice", "{{choices.text}}"},
                           {"should_decontaminate", true},
                           {"doc_to_decontamination_query", "Question: {{question}}\nAnswer:"}}},
      .parse = parse,
  };
}

}  // namespace

MultipleChoice arc_easy() {
  return arc("arc_easy", "ARC-Easy",
             {{.documents = {.path = "arc_easy/test.jsonl", .known_sha256 = {kEasyFetched}}},
              {.documents = {.path = "arc/ARC-Easy-Test.jsonl", .known_sha256 = {kEasyUpstream}}}},
             2376);
}

MultipleChoice arc_challenge() {
  return arc(
      "arc_challenge", "ARC-Challenge",
      {{.documents = {.path = "arc_challenge/test.jsonl", .known_sha256 = {kChallengeFetched}}},
       {.documents = {.path = "arc/ARC-Challenge-Test.jsonl",
                      .known_sha256 = {kChallengeUpstream}}}},
      1172);
}

}  // namespace smdm
