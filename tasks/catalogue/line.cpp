// A line of names that is to be copied, reversed or shuffled, after the waiting-line tasks of
// ParallelBench (arXiv:2510.04767): what a decoder may draw at once. A name of a copy follows from
// the prompt alone, so that all can be revealed in one step; a name of a shuffled line depends on
// all the others. Documents are the micro world's or the user's (docs/data.md).
#include <numeric>
#include <set>

#include "base/error.hpp"
#include "base/metrics/accuracy.hpp"
#include "base/text/unicode.hpp"
#include "tasks/answers/permutation.hpp"
#include "tasks/ask/catalog_entries.hpp"
#include "tasks/data/fields.hpp"

namespace smdm {
namespace {

using Names = std::vector<std::string>;
using Revealed = std::span<const std::size_t>;

/// Names that make an answer whose words can be told apart.
Names names_of(const Json& document) {
  auto names = texts_field(document, "names");
  for (const auto& name : names) {
    const bool has_blank = name.find_first_of(" \t\r\n") != std::string::npos;
    if (name.empty() || has_blank || unicode::strip(name) != name) {
      throw Error(ErrorKind::data, "wanted the field \"names\" to hold words without blanks, got " +
                                       describe(Json(name)));
    }
  }
  const std::set<std::string> different(names.begin(), names.end());
  if (names.empty() || different.size() != names.size()) {
    throw Error(ErrorKind::data, "wanted the field \"names\" to hold different names, got " +
                                     std::to_string(names.size()) + " of which " +
                                     std::to_string(different.size()) + " differ");
  }
  return names;
}

Json to_document(const Json& row) {
  return {{"names", names_of(row)}};
}

std::string joined(const Names& names) {
  std::string text;
  for (const auto& name : names) text.append(text.empty() ? "" : " ").append(name);
  return text;
}

Prompt prompt(const Names& names, const char* order, const Names& answer) {
  return {.text = "Line: " + joined(names) + ". " + order + ":", .reference = joined(answer)};
}

Prompt parse_copy(const Json& document) {
  const auto names = names_of(document);
  return prompt(names, "Copy", names);
}

Prompt parse_reverse(const Json& document) {
  const auto names = names_of(document);
  return prompt(names, "Reverse", {names.rbegin(), names.rend()});
}

/// The reference is one right answer of many: the line as it was given.
Prompt parse_shuffle(const Json& document) {
  const auto names = names_of(document);
  return prompt(names, "Shuffle", names);
}

std::string stripped(std::string_view text) {
  return unicode::strip(text);
}

std::vector<double> score_order(std::string_view generation, std::string_view reference) {
  return {stripped(generation) == reference ? 1.0 : 0.0};
}

std::vector<double> score_any_order(std::string_view generation, std::string_view reference) {
  return {is_permutation_of(stripped(generation), reference) ? 1.0 : 0.0};
}

/// Every token follows from the prompt.
std::optional<double> limit_of_order(std::string_view /*reference*/, Revealed /*revealed*/) {
  return 1.0;
}

/// Known where every name is one token of the answer, and nothing else is.
std::optional<double> limit_of_any_order(std::string_view reference, Revealed revealed) {
  const auto names = between_spaces(reference).size();
  if (std::accumulate(revealed.begin(), revealed.end(), std::size_t{0}) != names)
    return std::nullopt;
  return permutation_chance(names, revealed);
}

OpenAnswer line_task(const char* name, const char* order, const char* target) {
  OpenAnswer task{
      .info = {.name = name,
               .version = 1.0,
               .dataset = {.sources = {{.documents = {.path = "line/test.jsonl",
                                                      .known_sha256 = {}}}},
                           .documents = 0,
                           .to_document = to_document},
               .metrics = {metrics::exact_match()},
               .lm_eval = {{"dataset_path", "line"},
                           {"test_split", "test"},
                           {"doc_to_text",
                            std::string("Line: {{names|join(' ')}}. ").append(order).append(":")},
                           {"doc_to_target", target}}},
      .score = score_order,
      .extract = stripped,
      .limit = limit_of_order};
  return task;
}

}  // namespace

OpenAnswer line_copy() {
  auto task = line_task("line_copy", "Copy", "{{names|join(' ')}}");
  task.parse = parse_copy;
  return task;
}

OpenAnswer line_reverse() {
  auto task = line_task("line_reverse", "Reverse", "{{names|reverse|join(' ')}}");
  task.parse = parse_reverse;
  return task;
}

OpenAnswer line_shuffle() {
  auto task = line_task("line_shuffle", "Shuffle", "{{names|join(' ')}}");
  task.parse = parse_shuffle;
  task.score = score_any_order;
  task.limit = limit_of_any_order;
  return task;
}

}  // namespace smdm
