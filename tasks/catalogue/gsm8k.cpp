// GSM8K: grade-school mathematics in several steps (Cobbe et al. 2021, arXiv:2110.14168).
// Protocol of the SMDM paper (Nie et al. 2024, arXiv:2410.18514): no shots, the question alone, the
// answer after the last "#### "; it is not lm-evaluation-harness's task of the same name.
#include <utility>

#include "base/error.hpp"
#include "base/metrics/accuracy.hpp"
#include "base/text/unicode.hpp"
#include "tasks/answers/gsm8k_answer.hpp"
#include "tasks/ask/catalog_entries.hpp"
#include "tasks/data/fields.hpp"

namespace smdm {
namespace {

// SHA-256 of the published files, unpacked (docs/data.md).
constexpr const char* kFetched = "752adc99f23132275139f1f7be57126b08735a55daf0c56859ee6df70abafbac";
constexpr const char* kUpstream =
    "3730d312f6e3440559ace48831e51066acaca737f6eabec99bccb9e4b3c39d14";
constexpr const char* kCllm = "8530a3775b96385370842171f226d83de7c5b27d779be54ef0411d255a939818";
constexpr const char* kIcot = "e464efa2713fbcf423bdbfb482c543a6a086188c3d97c294b1d19a70c2a515e8";

Json to_document(const Json& row) {
  return {{"question", text_field(row, "question")}, {"answer", text_field(row, "answer")}};
}

Prompt parse(const Json& document) {
  constexpr std::string_view kMarker = "####";
  const std::string answer = text_field(document, "answer");
  const std::size_t marker = answer.rfind(kMarker);
  if (marker == std::string::npos) {
    throw Error(ErrorKind::data,
                "wanted the field \"answer\" to hold the gold answer after \"####\", got " +
                    describe(answer));
  }
  std::string reference = unicode::strip(answer.substr(marker + kMarker.size()));
  if (is_empty_answer(reference)) {
    throw Error(ErrorKind::data,
                "wanted the field \"answer\" to hold the gold answer after \"####\", got an empty "
                "answer: " +
                    describe(answer));
  }
  return {.text = "Question: " + text_field(document, "question"),
          .reference = std::move(reference)};
}

std::vector<double> score(std::string_view generation, std::string_view reference) {
  const AnswerVerdict verdict = judge_answer(generation, reference);
  return {verdict.equal_string ? 1.0 : 0.0, verdict.equal_math ? 1.0 : 0.0};
}

}  // namespace

OpenAnswer gsm8k() {
  return {
      .info = {.name = "gsm8k",
               .version = 1.0,
               .dataset = {.sources = {{.documents = {.path = "gsm8k/test.jsonl",
                                                      .known_sha256 = {kFetched, kUpstream}}},
                                       {.documents = {.path = "gsm8k/smdm/cllm_test.jsonl",
                                                      .known_sha256 = {kCllm}}},
                                       {.documents = {.path = "gsm8k/smdm/icot_test.txt",
                                                      .known_sha256 = {kIcot}},
                                        .format = RowFormat::two_bars}},
                           .documents = 1319,
                           .to_document = to_document},
               .metrics = {metrics::exact_match(), metrics::exact_match("math")},
               .lm_eval = {{"dataset_path", "gsm8k"},
                           {"dataset_name", "main"},
                           {"training_split", "train"},
                           {"test_split", "test"},
                           {"doc_to_text", "Question: {{question}}"},
                           {"doc_to_target", "{{answer.split('####')[-1].strip()}}"}}},
      .protocol = AnswerProtocol::two_stages,
      .parse = parse,
      .score = score,
      .extract =
          [](std::string_view generation) { return normalize_answer(extract_answer(generation)); },
  };
}

}  // namespace smdm
