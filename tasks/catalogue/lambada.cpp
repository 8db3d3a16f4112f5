// LAMBADA: the last word of a passage (Paperno et al. 2016, arXiv:1606.06031), in the original
// tokenised text (standard) and in OpenAI's (openai).
// Prompt, split and metrics: EleutherAI/lm-evaluation-harness v0.4.4 lm_eval/tasks/lambada.
#include "base/error.hpp"
#include "base/metrics/accuracy.hpp"
#include "base/metrics/perplexity.hpp"
#include "tasks/ask/catalog_entries.hpp"
#include "tasks/data/fields.hpp"

namespace smdm {
namespace {

// SHA-256 of the published files, unpacked (docs/data.md).
constexpr const char* kStandardFetched =
    "d8dd08f5b937246b022fd0eb2b36ed67e17c48f377cd983e16bf3f4948bb5da3";
constexpr const char* kStandardUpstream =
    "4ab6062b68422bf2e83653d367c9765d42404f7ec21b8b59b6518b45606aaef2";
constexpr const char* kOpenaiFetched =
    "9acdcb12e8c2ef4eb3d0958b547a8c7076488df2d6ff460377881ab3841f3d97";
constexpr const char* kOpenaiUpstream =
    "4aa8d02cd17c719165fc8a7887fddd641f43fcafa4b1c806ca8abc31fabdb226";

/// @param row  {"text": string}; "domain" is null in all but the training split
Json standard_document(const Json& row) {
  return {{"text", text_field(row, "text")},
          {"domain", row.contains("domain") ? row.at("domain") : Json()}};
}

Json openai_document(const Json& row) {
  return {{"text", text_field(row, "text")}};
}

/// The text up to its last space, and the rest with that space.
Request parse(const Json& document) {
  const std::string text = text_field(document, "text");
  const std::size_t space = text.rfind(' ');
  if (space == std::string::npos || space + 1 == text.size()) {
    throw Error(
        ErrorKind::data,
        "wanted the field \"text\" to be a passage that ends with a word, got " + describe(text));
  }
  return {.context = text.substr(0, space), .continuation = text.substr(space)};
}

Json lm_eval() {
  return {{"tag", {"lambada"}},
          {"test_split", "test"},
          {"doc_to_text", "{{text.split(' ')[:-1]|join(' ')}}"},
          {"doc_to_target", "{{' '+text.split(' ')[-1]}}"},
          {"should_decontaminate", true},
          {"doc_to_decontamination_query", "{{text}}"}};
}

}  // namespace

Cloze lambada_standard() {
  Json config = lm_eval();
  config["dataset_path"] = "lambada";
  config["validation_split"] = "validation";
  return {
      .info = {.name = "lambada_standard",
               .version = 1.0,
               .dataset = {.sources = {{.documents = {.path = "lambada_standard/test.jsonl",
                                                      .known_sha256 = {kStandardFetched}}},
                                       {.documents = {.path = "lambada/lambada_test_plain_text.txt",
                                                      .known_sha256 = {kStandardUpstream}},
                                        .format = RowFormat::plain}},
                           .documents = 5153,
                           .to_document = standard_document},
               .metrics = {metrics::perplexity(), metrics::accuracy()},
               .lm_eval = std::move(config)},
      .parse = parse,
  };
}

Cloze lambada_openai() {
  Json config = lm_eval();
  config["dataset_path"] = "EleutherAI/lambada_openai";
  config["dataset_name"] = "default";
  config["dataset_kwargs"] = {{"trust_remote_code", true}};
  return {
      .info = {.name = "lambada_openai",
               .version = 1.0,
               .dataset = {.sources = {{.documents = {.path = "lambada_openai/test.jsonl",
                                                      .known_sha256 = {kOpenaiFetched}}},
                                       {.documents = {.path = "lambada/lambada_test.openai.jsonl",
                                                      .known_sha256 = {kOpenaiUpstream}}}},
                           .documents = 5153,
                           .to_document = openai_document},
               .metrics = {metrics::perplexity(), metrics::accuracy()},
               .lm_eval = std::move(config)},
      .parse = parse,
  };
}

}  // namespace smdm
