// What differs between the kinds of task, gathered by question: how documents are read and parsed,
// what is asked of the model, how its estimates become values of metrics, and how
// lm-evaluation-harness would describe it.
#include "tasks/ask/task.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <stdexcept>

#include "base/error.hpp"
#include "base/text/unicode.hpp"

namespace smdm {
namespace {

/// Calls the member for the kind of task that it is.
template <typename OfChoice,
          typename OfCloze,
          typename OfOpen,
          typename OfCorpus,
          typename OfConversation>
auto by_kind(const Task& task,
             OfChoice of_choice,
             OfCloze of_cloze,
             OfOpen of_open,
             OfCorpus of_corpus,
             OfConversation of_conversation) {
  if (const auto* choice = std::get_if<MultipleChoice>(&task)) return of_choice(*choice);
  if (const auto* cloze = std::get_if<Cloze>(&task)) return of_cloze(*cloze);
  if (const auto* open = std::get_if<OpenAnswer>(&task)) return of_open(*open);
  if (const auto* corpus = std::get_if<DatedCorpus>(&task)) return of_corpus(*corpus);
  return of_conversation(std::get<Conversation>(task));
}

AskedDataset load_periods(const DatedCorpus& task, const std::filesystem::path& root) {
  auto corpus = load_corpus(task.info.name, root, task.folder, {.text_fields = task.text_fields});
  AskedDataset all;
  for (auto& period : corpus.periods) {
    for (auto& document : period.documents) all.documents.push_back(std::move(document));
    for (auto& text : period.texts) all.asked.emplace_back(Text{.text = std::move(text)});
    all.files.insert(all.files.end(), period.files.begin(), period.files.end());
  }
  all.warnings = std::move(corpus.warnings);
  return all;
}

[[noreturn]] void refuse_metric(const TaskInfo& task, const Metric& metric) {
  throw std::invalid_argument(task.name + ": no metric " + metric.name + " for this kind of task");
}

/// A choice that a race ruled out under a metric is not its answer, whatever the value was when the
/// rows ended.
bool is_ruled_out(const Estimate& estimate, const Metric& metric) {
  const auto& from = estimate.eliminated_from;
  return estimate.eliminated || std::ranges::find(from, metric.name) != from.end();
}

/// Log-likelihoods as a metric sees them.
std::vector<double> nats_under(const Metric& metric, std::span<const Estimate> estimates) {
  constexpr auto kNever = -std::numeric_limits<double>::infinity();
  std::vector<double> nats;
  nats.reserve(estimates.size());
  for (const Estimate& estimate : estimates)
    nats.push_back(is_ruled_out(estimate, metric) ? kNever : estimate.nats);
  return nats;
}

/// What a right answer says, or the text that is asked for. Were it empty, saying nothing would be
/// right.
std::string gold_text(const Asked& asked) {
  if (const auto* question = std::get_if<Question>(&asked))
    return question->choices.at(question->gold);
  const Json gold = target(asked);
  return gold.get<std::string>();
}

Json metric_list(const std::vector<Metric>& metrics) {
  Json list = Json::array();
  for (const Metric& metric : metrics) {
    if (!list.empty() && list.back()["metric"] == metric.name) continue;  // another filter of it
    list.push_back({{"metric", metric.name},
                    {"aggregation", metric.aggregation},
                    {"higher_is_better", metric.higher_is_better}});
  }
  return list;
}

}  // namespace

const TaskInfo& info(const Task& task) {
  return std::visit([](const auto& kind) -> const TaskInfo& { return kind.info; }, task);
}

AskedDataset load(const Task& task, const std::filesystem::path& root) {
  if (const auto* corpus = std::get_if<DatedCorpus>(&task)) return load_periods(*corpus, root);
  AskedDataset all;
  static_cast<LoadedDataset&>(all) =
      load_dataset(info(task).name, info(task).dataset, root,
                   [&](const Json& document) { all.asked.push_back(ask(task, document)); });
  return all;
}

Asked ask(const Task& task, const Json& document) {
  Asked asked = by_kind(
      task, [&](const MultipleChoice& choice) { return Asked(choice.parse(document)); },
      [&](const Cloze& cloze) { return Asked(cloze.parse(document)); },
      [&](const OpenAnswer& open) { return Asked(open.parse(document)); },
      [&](const DatedCorpus& corpus) {
        return Asked(Text{.text = corpus_text(document, corpus.text_fields)});
      },
      [&](const Conversation& conversation) { return Asked(conversation.parse(document)); });
  if (std::holds_alternative<Dialogue>(asked)) return asked;
  if (unicode::strip(gold_text(asked)).empty())
    throw Error(ErrorKind::data, "wanted a document with a gold answer, got an empty answer");
  return asked;
}

std::optional<Task> likelihood_probe(const Task& task) {
  const auto* open = std::get_if<OpenAnswer>(&task);
  if (open == nullptr || open->likelihood_probe == nullptr) return std::nullopt;
  return open->likelihood_probe();
}

std::vector<Request> requests(const Question& question) {
  std::vector<Request> all;
  all.reserve(question.choices.size());
  for (const std::string& choice : question.choices) {
    all.push_back(
        {.context = question.context, .continuation = std::string(question.delimiter) + choice});
  }
  return all;
}

std::vector<Request> requests(const Asked& asked) {
  if (const auto* question = std::get_if<Question>(&asked)) return requests(*question);
  if (const auto* request = std::get_if<Request>(&asked)) return {*request};
  if (const auto* text = std::get_if<Text>(&asked))
    return {{.context = "", .continuation = text->text}};
  return {};
}

Json target(const Asked& asked) {
  if (const auto* question = std::get_if<Question>(&asked)) return question->gold;
  if (const auto* request = std::get_if<Request>(&asked)) return request->continuation;
  if (const auto* prompt = std::get_if<Prompt>(&asked)) return prompt->reference;
  if (const auto* text = std::get_if<Text>(&asked)) return text->text;
  return "";
}

std::vector<double> score(const MultipleChoice& task,
                          const Question& question,
                          std::span<const Estimate> estimates) {
  if (estimates.empty() || estimates.size() != question.choices.size()) {
    throw std::invalid_argument(task.info.name + ": wanted " +
                                std::to_string(question.choices.size()) + " estimates, got " +
                                std::to_string(estimates.size()));
  }
  std::vector<std::size_t> characters;
  characters.reserve(question.choices.size());
  for (const std::string& choice : question.choices) characters.push_back(unicode::length(choice));
  std::vector<double> values;
  values.reserve(task.info.metrics.size());
  for (const Metric& metric : task.info.metrics) {
    if (metric.of_choices == nullptr) refuse_metric(task.info, metric);
    const auto nats = nats_under(metric, estimates);
    values.push_back(
        metric.of_choices({.nats = nats, .characters = characters, .gold = question.gold}));
  }
  return values;
}

std::vector<double> score(const Cloze& task, const Estimate& estimate) {
  std::vector<double> values;
  for (const Metric& metric : task.info.metrics) {
    if (metric.of_continuation == nullptr) refuse_metric(task.info, metric);
    values.push_back(
        metric.of_continuation({.nats = estimate.nats, .is_greedy = estimate.is_greedy}));
  }
  return values;
}

std::vector<double> score(const DatedCorpus& task, const TextOutcome& outcome) {
  std::vector<double> values;
  for (const Metric& metric : task.info.metrics) {
    if (metric.of_text == nullptr) refuse_metric(task.info, metric);
    const auto own = metric.of_text(outcome);
    values.insert(values.end(), own.begin(), own.end());
  }
  return values;
}

Json lm_eval_config(const Task& task) {
  const TaskInfo& of = info(task);
  const std::string output_type = by_kind(
      task, [](const MultipleChoice&) { return std::string("multiple_choice"); },
      [](const Cloze&) { return std::string("loglikelihood"); },
      [](const OpenAnswer&) { return std::string("generate_until"); },
      [](const DatedCorpus&) { return std::string("loglikelihood_rolling"); },
      [](const Conversation&) { return std::string("generate_until"); });
  const Json common{{"task", of.name},
                    {"description", ""},
                    {"target_delimiter", kTargetDelimiter},
                    {"fewshot_delimiter", "\n\n"},
                    {"num_fewshot", 0},
                    {"metric_list", metric_list(of.metrics)},
                    {"output_type", output_type},
                    {"repeats", 1},
                    {"should_decontaminate", false},
                    {"metadata", {{"version", of.version}}}};
  // The order of lm-evaluation-harness's own task configuration.
  constexpr std::array order{"task",
                             "tag",
                             "dataset_path",
                             "dataset_name",
                             "dataset_kwargs",
                             "training_split",
                             "validation_split",
                             "test_split",
                             "fewshot_split",
                             "process_docs",
                             "doc_to_text",
                             "doc_to_target",
                             "doc_to_choice",
                             "description",
                             "target_delimiter",
                             "fewshot_delimiter",
                             "num_fewshot",
                             "metric_list",
                             "output_type",
                             "generation_kwargs",
                             "repeats",
                             "filter_list",
                             "should_decontaminate",
                             "doc_to_decontamination_query",
                             "metadata"};
  Json config = Json::object();
  for (const char* key : order) {
    if (of.lm_eval.contains(key)) {
      config[key] = of.lm_eval[key];
    } else if (common.contains(key)) {
      config[key] = common[key];
    }
  }
  return config;
}

}  // namespace smdm
