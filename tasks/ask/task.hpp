/// What a task is: where its documents lie, how one becomes a question, and how answers are scored.
/// A task is a value; nothing registers itself (see catalog.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/json.hpp"
#include "base/metrics/metric.hpp"
#include "base/request.hpp"
#include "tasks/data/dataset.hpp"
#include "tasks/data/dated_corpus.hpp"

namespace smdm {

/// What every kind of task has.
struct TaskInfo {
  std::string name;
  double version = 0.0;  ///< raised when one byte of a prompt or the meaning of a metric changes
  DatasetInfo dataset;
  std::vector<Metric> metrics;
  /// The task in the words of lm-evaluation-harness's task configuration: dataset_path, splits,
  /// templates, whatever is not at its default there. See lm_eval_config().
  Json lm_eval;
};

/// What stands between a context and a choice, in every task that says nothing else.
inline constexpr std::string_view kTargetDelimiter = " ";

/// A context and the choices that may follow it. The delimiter is not part of a choice.
struct Question {
  std::string context;
  std::vector<std::string> choices;
  std::size_t gold = 0;
  std::string_view delimiter = kTargetDelimiter;
  /// What stands behind each choice, shown and never scored; it needs a model that can see it.
  std::string after = {};
};

/// The choice with the highest likelihood is the answer.
struct MultipleChoice {
  TaskInfo info;
  /// @throws Error(data)  if a field is missing or the gold answer is none of the choices
  Question (*parse)(const Json& document) = nullptr;
};

/// A passage whose last part has to be foreseen.
struct Cloze {
  TaskInfo info;
  /// @throws Error(data)  if a field is missing
  Request (*parse)(const Json& document) = nullptr;
};

/// A prompt that is answered in free text.
struct Prompt {
  std::string text;
  std::string reference;  ///< the gold answer alone
  /// Of an answer in the middle of a text: what stands behind it. The answer has then as many
  /// tokens as the reference.
  std::optional<std::string> after = {};
};

/// How a masked diffusion model comes to its answer. An autoregressive model decodes once, and its
/// answer is the same part of the text.
enum class AnswerProtocol : std::uint8_t {
  one_pass,    ///< the text behind the prompt
  two_stages,  ///< the whole text, whose first version is the prompt of a second pass
  gap,         ///< the text between Prompt::text and Prompt::after, which every document has
};

struct OpenAnswer {
  TaskInfo info;
  AnswerProtocol protocol = AnswerProtocol::one_pass;
  /// @throws Error(data)  if a field is missing or holds no gold answer
  Prompt (*parse)(const Json& document) = nullptr;
  /// Values in the order of info.metrics, Metric::width of each.
  std::vector<double> (*score)(std::string_view generation, std::string_view reference) = nullptr;
  /// What the metrics compare, for samples files ("filtered_resps").
  std::string (*extract)(std::string_view generation) = nullptr;
  /// The same documents asked by likelihood instead, under the same name; null where there is none.
  MultipleChoice (*likelihood_probe)() = nullptr;
  /// The chance of a right answer if the distribution of right answers is known exactly and the
  /// tokens of a step are drawn independently: what parallel decoding costs even the best model.
  /// Nothing where it is not known; null for tasks that do not know it.
  /// @param revealed  tokens of the answer that each step reveals, in order
  std::optional<double> (*limit)(std::string_view reference,
                                 std::span<const std::size_t> revealed) = nullptr;
};

/// What a user says, one turn after the other: each is answered before the next is said.
struct Dialogue {
  std::vector<std::string> turns;  ///< at least one
};

/// Every turn of a user is answered in free text. How good the answers are is said elsewhere, by
/// people or by another model.
struct Conversation {
  TaskInfo info;
  /// @throws Error(data)  if a field is missing, or a turn has no text
  Dialogue (*parse)(const Json& document) = nullptr;
  /// Values in the order of info.metrics.
  /// @param answers  one for each turn, empty where none was given
  std::vector<double> (*score)(std::span<const std::string> answers) = nullptr;
};

/// A text whose likelihood as a whole is asked for.
struct Text {
  std::string text;
};

/// What a document asks: a question with its choices, a passage with its continuation, a prompt, a
/// text, or what a user says in a conversation.
using Asked = std::variant<Question, Request, Prompt, Text, Dialogue>;

/// Texts of several periods of time, whose perplexities are compared.
struct DatedCorpus {
  TaskInfo info;       ///< its dataset has no sources: files are found by load_corpus()
  std::string folder;  ///< its place under the data root
  std::vector<std::string> text_fields;  ///< see corpus_text()
};

using Task = std::variant<MultipleChoice, Cloze, OpenAnswer, DatedCorpus, Conversation>;

[[nodiscard]] const TaskInfo& info(const Task& task);

/// Documents with what they ask.
struct AskedDataset : LoadedDataset {
  std::vector<Asked> asked;  ///< one for each document
};

/// Reads a task's documents under the data root, those of a dated corpus in time order, and parses
/// each once.
/// @throws Error(data)  with file and line of a document that cannot be parsed
[[nodiscard]] AskedDataset load(const Task& task, const std::filesystem::path& root);

/// What a document asks: the one place where documents are parsed.
/// @throws Error(data)  if a field is missing or holds no answer, or the gold answer (which a
/// conversation has not) is empty or white space
[[nodiscard]] Asked ask(const Task& task, const Json& document);

/// The task that asks by likelihood what this one asks by generation, where there is one.
[[nodiscard]] std::optional<Task> likelihood_probe(const Task& task);

/// One request for each choice, in order.
[[nodiscard]] std::vector<Request> requests(const Question& question);

/// One for each choice, one for a cloze, none for a prompt or a conversation, and one without
/// context for a text.
[[nodiscard]] std::vector<Request> requests(const Asked& asked);

/// What lm-evaluation-harness writes as a sample's "target": the index of the gold choice, the
/// continuation of a cloze, the gold answer of an open question, the text of a corpus; nothing ("")
/// of a conversation.
[[nodiscard]] Json target(const Asked& asked);

/// Values in the order of info.metrics, from one estimate for each request of the document. What a
/// race ruled out under a metric is not its answer.
/// @throws std::invalid_argument  if the number of estimates is another, a metric is not one of
/// this kind of task (Metric::of_choices, of_continuation, of_text), or it needs is_greedy and
/// there is none
[[nodiscard]] std::vector<double> score(const MultipleChoice& task,
                                        const Question& question,
                                        std::span<const Estimate> estimates);
[[nodiscard]] std::vector<double> score(const Cloze& task, const Estimate& estimate);
/// Metric::width values of each metric.
[[nodiscard]] std::vector<double> score(const DatedCorpus& task, const TextOutcome& outcome);

/// The "configs" entry that lm-evaluation-harness writes for the task, zero-shot.
[[nodiscard]] Json lm_eval_config(const Task& task);

}  // namespace smdm
