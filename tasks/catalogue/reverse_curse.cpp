// The reversal curse: facts about invented people, asked in the order in which they were told
// ("name ... description" or "description ... name") and the other way round (Berglund et al. 2023,
// arXiv:2309.12288).
// Files, prompts and the metrics contained and bleu_char: the SMDM paper (Nie et al. 2024,
// arXiv:2410.18514), ML-GSAI/SMDM evaluate_reverse.py.
#include "base/metrics/accuracy.hpp"
#include "base/metrics/bleu.hpp"
#include "base/metrics/rank.hpp"
#include "base/text/unicode.hpp"
#include "tasks/ask/catalog_entries.hpp"
#include "tasks/catalogue/known_fact.hpp"
#include "tasks/data/fields.hpp"

namespace smdm {
namespace {

/// One of the four ways to ask. "d" is a description and "n" a name (in file names "p": person).
struct Direction {
  const char* name;
  const char* file;
  const char* sha256;
};

// Told "description, name", asked for the name; told "name, description", asked for the
// description; and both with the question turned round.
constexpr Direction kNames{
    .name = "reverse_curse_d2n",
    .file = "d2p_prompts_test.jsonl",
    .sha256 = "67705c9ebd77fc030998677acae33af9f22cf4b80bb7443d4ef7e5c9c1d727c4"};
constexpr Direction kDescriptions{
    .name = "reverse_curse_n2d",
    .file = "p2d_prompts_test.jsonl",
    .sha256 = "269fe15363c3bd1cb59cfdf4e6464f35d548d4cb786e6f7b1db84f260788e8f8"};
constexpr Direction kNamesReverse{
    .name = "reverse_curse_d2n_reverse",
    .file = "p2d_reverse_prompts_test.jsonl",
    .sha256 = "963fa595ce19b330cdf07058313f3e8570b57545260256414bcb74a60c959553"};
constexpr Direction kDescriptionsReverse{
    .name = "reverse_curse_n2d_reverse",
    .file = "d2p_reverse_prompts_test.jsonl",
    .sha256 = "8c79da9791788ffbe77dc876ae2e34cc00f980e08c946bda188367ae1cd6ea61"};

Json to_document(const Json& row) {
  return {{"prompt", text_field(row, "prompt")}, {"completion", text_field(row, "completion")}};
}

Prompt parse_prompt(const Json& document) {
  return {.text = text_field(document, "prompt"), .reference = text_field(document, "completion")};
}

/// Choices are completions as they stand: they bring their own space.
Question parse_ranking(const Json& document) {
  const std::vector<std::string> candidates = texts_field(document, "candidates");
  return {.context = text_field(document, "prompt"),
          .choices = candidates,
          .gold = label_field(document, "completion", candidates),
          .delimiter = ""};
}

/// Of a prompt that describes a person, whom the completion names.
std::string named_person(const ClusterSource& of) {
  return unicode::strip(text_or_empty(of.document, "completion"));
}

/// Of a prompt that names a person: the longest name in it of those in the file of names.
std::string described_person(const ClusterSource& of) {
  const std::string prompt = text_or_empty(of.document, "prompt");
  std::string person;
  for (const Json& subject : of.subjects) {
    std::string name = unicode::strip(text_or_empty(subject, "completion"));
    if (name.size() > person.size() && prompt.find(name) != std::string::npos)
      person = std::move(name);
  }
  return person;
}

std::string folded(std::string_view text) {
  return unicode::lower(unicode::strip(text));
}

std::vector<double> score(std::string_view generation, std::string_view reference) {
  const std::string written = folded(generation);
  const std::string wanted = folded(reference);
  std::vector<double> values{written.find(wanted) != std::string::npos ? 1.0 : 0.0,
                             character_bleu(written, wanted)};
  const auto counts = bleu_counts(generation, reference);
  values.insert(values.end(), counts.begin(), counts.end());
  return values;
}

/// Below the data root as the authors publish the folder, under either of its names, or in the
/// folder that --data names.
/// @param names  the same people asked for their names; none where the task itself does that
std::vector<Source> sources(const Direction& direction, const Direction* names) {
  std::optional<DataFile> subjects;
  if (names != nullptr) subjects = DataFile{.path = names->file, .known_sha256 = {names->sha256}};
  std::vector<Source> all;
  for (const char* folder : {"reversal_curse/*/", "reverse_experiments/*/", "*/", ""}) {
    all.push_back({.documents = {.path = std::string(folder) + direction.file,
                                 .known_sha256 = {direction.sha256}},
                   .subjects = subjects});
  }
  return all;
}

TaskInfo task_info(const Direction& direction, const Direction* names) {
  constexpr std::int64_t kPrompts = 300;
  return {.name = direction.name,
          .version = 1.0,
          .dataset = {.sources = sources(direction, names),
                      .documents = kPrompts,
                      .to_document = to_document,
                      .cluster = names == nullptr ? named_person : described_person},
          .metrics = {},
          .lm_eval = {{"dataset_path", "reversal_curse"},
                      {"test_split", "test"},
                      {"doc_to_text", "{{prompt}}"},
                      {"target_delimiter", ""}}};
}

OpenAnswer generation(const Direction& direction,
                      const Direction* names,
                      MultipleChoice (*probe)()) {
  OpenAnswer task{.info = task_info(direction, names),
                  .parse = parse_prompt,
                  .score = score,
                  .extract = folded,
                  .likelihood_probe = probe};
  task.info.metrics = {metrics::contained(), metrics::character_bleu(), metrics::bleu()};
  task.info.lm_eval["doc_to_target"] = "{{completion}}";
  return task;
}

MultipleChoice ranking(const Direction& direction,
                       const Direction* names,
                       const WholeSet& candidates) {
  MultipleChoice task{.info = task_info(direction, names), .parse = parse_ranking};
  task.info.dataset.whole_set = candidates;
  task.info.metrics = {metrics::reciprocal_rank(), metrics::top_rank()};
  task.info.lm_eval["doc_to_target"] = "{{candidates.index(completion)}}";
  task.info.lm_eval["doc_to_choice"] = "{{candidates}}";
  return task;
}

/// @param names  the same entities asked for their names
MultipleChoice ranking_of_descriptions(const Direction& direction, const Direction& names) {
  MultipleChoice task = ranking(direction, &names, ranked_descriptions());
  for (Source& source : task.info.dataset.sources) source.companion = source.subjects;
  return task;
}

}  // namespace

OpenAnswer reverse_curse_d2n() {
  return generation(kNames, nullptr, [] { return ranking(kNames, nullptr, ranked_names()); });
}

OpenAnswer reverse_curse_n2d() {
  return generation(kDescriptions, &kNamesReverse,
                    [] { return ranking_of_descriptions(kDescriptions, kNamesReverse); });
}

OpenAnswer reverse_curse_d2n_reverse() {
  return generation(kNamesReverse, nullptr,
                    [] { return ranking(kNamesReverse, nullptr, ranked_names()); });
}

OpenAnswer reverse_curse_n2d_reverse() {
  return generation(kDescriptionsReverse, &kNames,
                    [] { return ranking_of_descriptions(kDescriptionsReverse, kNames); });
}

}  // namespace smdm
