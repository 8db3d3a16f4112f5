// Documents as JSON whose texts stand apart, packed. Indices of texts are given in the order in
// which documents name them, so that the same runs give the same bytes.
#include "results/report/chunks.hpp"

#include <algorithm>
#include <map>

#include "base/files/gzip.hpp"
#include "base/text/base64.hpp"
#include "base/text/json_text.hpp"
#include "base/text/utf8.hpp"
#include "results/run/lm_eval_parts.hpp"

namespace smdm::report {
namespace {

using layout::finite_or_null;
using layout::or_null;

/// Texts, each once.
class Strings {
 public:
  [[nodiscard]] Json index_of(const std::optional<std::string>& text) {
    return text ? index_of(*text) : Json(nullptr);
  }

  [[nodiscard]] Json index_of(const std::string& text) {
    const auto [place, is_new] = places_.emplace(text, places_.size());
    if (is_new) strings_.push_back(text);
    return place->second;
  }

  [[nodiscard]] Json json() const { return strings_; }

 private:
  std::map<std::string, std::size_t> places_;
  std::vector<std::string> strings_;
};

Json numbers_json(const std::vector<double>& numbers) {
  if (numbers.empty()) return nullptr;
  Json json = Json::array();
  for (const double number : numbers) json.push_back(finite_or_null(number));
  return json;
}

/// Null where none of them is known.
Json numbers_json(const std::vector<std::optional<double>>& numbers) {
  Json json = Json::array();
  bool any = false;
  for (const auto& number : numbers) {
    json.push_back(number ? finite_or_null(*number) : Json(nullptr));
    any = any || number;
  }
  return any ? json : Json(nullptr);
}

Json trace_json(const std::vector<Revealed>& trace, Strings& strings) {
  if (trace.empty()) return nullptr;
  Json json = Json::array();
  for (const auto& token : trace)
    json.push_back({token.step, token.position, strings.index_of(token.piece),
                    finite_or_null(token.probability), token.pass});
  return json;
}

Json run_json(const DocumentRun& run, Strings& strings) {
  return {{"correct", or_null(run.correct)},
          {"value", or_null(run.value)},
          {"scores", numbers_json(run.scores)},
          {"errors", numbers_json(run.errors)},
          {"any_order", numbers_json(run.any_order)},
          {"picked", or_null(run.picked)},
          {"undecided", run.undecided},
          {"missed", run.missed},
          {"generation", strings.index_of(run.generation)},
          {"extracted", strings.index_of(run.extracted)},
          {"trace", trace_json(run.trace, strings)}};
}

Json document_json(const Report& report, const Document& document, Strings& strings) {
  Json choices = Json::array();
  for (const auto& choice : document.choices) choices.push_back(strings.index_of(choice));
  Json runs = Json::object();
  for (const auto& run : document.runs) runs[report.runs.at(run.run).id] = run_json(run, strings);
  return {{"n", document.number},
          {"id", std::to_string(document.id)},
          {"prompt", strings.index_of(document.prompt)},
          {"target", strings.index_of(document.target)},
          {"choices", choices.empty() ? Json(nullptr) : std::move(choices)},
          {"gold", or_null(document.gold)},
          {"runs", std::move(runs)}};
}

Chunk chunk_of(const Report& report, const Task& task, std::span<const std::size_t> numbers) {
  std::vector<Document> documents;
  documents.reserve(numbers.size());
  for (const auto number : numbers) documents.push_back(document_of(report, task, number));
  const auto json = json_text(chunk_json(report, documents));
  return {.task = task.id,
          .first = numbers.front(),
          .last = numbers.back(),
          .count = numbers.size(),
          .bytes = json.size(),
          .packed = base64(gzip(json))};
}

}  // namespace

Json chunk_json(const Report& report, std::span<const Document> documents) {
  Strings strings;
  Json list = Json::array();
  for (const auto& document : documents) list.push_back(document_json(report, document, strings));
  return {{"strings", strings.json()}, {"documents", std::move(list)}};
}

std::vector<Chunk> chunks_of(const Report& report, const Task& task) {
  const auto numbers = shown_documents(report, task);
  std::vector<Chunk> chunks;
  for (std::size_t at = 0; at < numbers.size(); at += kChunk) {
    const auto count = std::min(kChunk, numbers.size() - at);
    chunks.push_back(chunk_of(report, task, std::span(numbers).subspan(at, count)));
  }
  return chunks;
}

}  // namespace smdm::report
