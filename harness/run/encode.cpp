// From text to ids, and the one check of what came out. Questions, clozes and prompts are encoded
// document by document; the texts of a corpus become pieces of a document each, or rows of a stream
// that takes no notice of where documents end.
#include "harness/run/encode.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

#include "base/error.hpp"
#include "base/fastchat/answers.hpp"
#include "base/text/unicode.hpp"
#include "evaluators/rows/checks.hpp"
#include "evaluators/rows/text_rows.hpp"
#include "evaluators/subsets/draws.hpp"
#include "harness/run/canvas.hpp"
#include "harness/run/dialogue.hpp"
#include "harness/settings/refuse.hpp"

namespace smdm {
namespace {

using Ids = std::vector<std::int64_t>;

/// Rows of a stream are never longer: the context of the published models.
constexpr std::int64_t kLongestStreamRow = 2048;

const Racing* racing_of(const Decided& decided) {
  const auto* likelihood = std::get_if<LikelihoodSettings>(&decided.work);
  return likelihood != nullptr && likelihood->racing ? &*likelihood->racing : nullptr;
}

/// The estimator of likelihoods, or null for a generation.
const Estimator* estimator_of(const Decided& decided) {
  if (const auto* likelihood = std::get_if<LikelihoodSettings>(&decided.work))
    return &likelihood->config.estimator;
  const auto* corpus = std::get_if<CorpusSettings>(&decided.work);
  return corpus == nullptr ? nullptr : &corpus->config.estimator;
}

/// A race ranks nobody but the winner, and asks for nothing else.
void check_race(const Task& task, const Decided& decided) {
  const auto* choices = std::get_if<MultipleChoice>(&task);
  if (racing_of(decided) == nullptr || choices == nullptr) return;
  for (const auto& metric : choices->info.metrics) {
    if (metric.race_divisor != nullptr) continue;
    refuse("--racing", "tasks whose metrics are acc and acc_norm",
           choices->info.name + " with " + metric.name);
  }
  if (std::get<LikelihoodSettings>(decided.work).config.greedy)
    refuse("--racing", "no greedy verdicts (--greedy) beside it", "both");
}

void check_enumeration(const Item& item, const Estimator& estimator) {
  try {
    check_enumerable(item.ids.requests, estimator);
  } catch (const std::invalid_argument& error) {
    const bool by_rows = std::ranges::all_of(item.ids.requests, [](const auto& request) {
      return request.continuation.size() <= kMaxEnumerated;
    });
    throw Error(ErrorKind::request,
                item.name + ": " + error.what() + (by_rows ? " (--max-rows)" : ""));
  }
}

/// @throws Error(usage)
void check_score(const Estimator& estimator, const ModelInfo& info) {
  const auto* score = std::get_if<RankingScore>(&estimator);
  if (score == nullptr) return;
  const auto* reason = why_no_score(std::get<MaskedDiffusion>(info.objective), *score);
  if (reason == nullptr) return;
  const std::string name = name_of(kAllScoreKinds, score->kind);
  refuse("--estimator", "one that this model has", name + ": " + reason);
}

std::vector<std::string> request_names(const Item& item) {
  std::vector<std::string> names;
  names.reserve(item.ids.requests.size());
  for (std::size_t k = 0; k < item.ids.requests.size(); ++k)
    names.push_back(item.name + ", request " + std::to_string(k));
  return names;
}

TokenRequest tokens_of(const Request& request, const Session& session) {
  auto pair = session.text().pair(request.context, request.continuation);
  return {.context = std::move(pair.context), .continuation = std::move(pair.continuation)};
}

/// Such documents have lengths of their own.
bool fills_gaps(const Task& task) {
  const auto* open = std::get_if<OpenAnswer>(&task);
  return open != nullptr && open->protocol == AnswerProtocol::gap;
}

/// A prompt, or a text with a gap that is as long as the reference.
Encoded prompt_ids(const Prompt& prompt, const Session& session, const std::string& name) {
  if (!prompt.after) {
    Encoded encoded;
    encoded.prompt = session.text().prompt(prompt.text);
    return encoded;
  }
  const auto length = session.text().behind(prompt.reference).size();
  const std::array<PromptPart, 3> parts = {
      prompt.text, Gap{.tokens = std::max<std::int64_t>(static_cast<std::int64_t>(length), 1)},
      *prompt.after};
  return encode_parts(parts, session, name);
}

/// What stands behind every choice: the question's own text, then what the settings say.
Ids suffix_of(const Item& item, const Decided& decided, const Session& session) {
  Ids suffix;
  const auto* question = std::get_if<Question>(&item.asked);
  if (question != nullptr && !question->after.empty())
    suffix = session.text().behind(question->after);
  const auto* likelihood = std::get_if<LikelihoodSettings>(&decided.work);
  if (likelihood != nullptr) {
    const auto rest = suffix_ids(likelihood->suffix, session);
    suffix.insert(suffix.end(), rest.begin(), rest.end());
  }
  check_suffix(session.model->info(), suffix, item.name);
  return suffix;
}

/// The Item of a document that is no text of a corpus.
Item encode_document(const TaskInfo& task,
                     Item item,
                     const Decided& decided,
                     const Session& session) {
  if (const auto* prompt = std::get_if<Prompt>(&item.asked)) {
    item.ids = prompt_ids(*prompt, session, item.name);
    check_item(item, {item.name}, decided, session.model->info());
    return item;
  }
  if (const auto* dialogue = std::get_if<Dialogue>(&item.asked)) {
    const auto& settings = std::get<GenerationSettings>(decided.work);
    item.name += ", question " + id_text(item.document.at("question_id"));
    item.ids = encode_dialogue(*dialogue, settings.chat.value(), session);
    check_item(item, {item.name}, decided, session.model->info());
    return item;
  }
  const auto suffix = suffix_of(item, decided, session);
  for (const auto& request : requests(item.asked)) {
    auto& tokens = item.ids.requests.emplace_back(tokens_of(request, session));
    tokens.suffix = suffix;
  }
  const auto* question = std::get_if<Question>(&item.asked);
  if (question != nullptr && racing_of(decided) != nullptr)
    item.ids.verdicts = race_verdicts(task, *question, item.name);
  check_item(item, request_names(item), decided, session.model->info());
  return item;
}

TokenizedText tokenized(const std::string& text, const Session& session, const std::string& where) {
  auto encoded = session.text().document(text);
  if (encoded.ids.size() == encoded.front) {
    throw Error(ErrorKind::request, where + ": wanted a text of at least one token, got none");
  }
  return {.ids = std::move(encoded.ids), .front = encoded.front, .bytes = text.size()};
}

std::vector<TokenizedText> tokenized_texts(const ReadTask& read, const Session& session) {
  std::vector<TokenizedText> texts;
  for (const auto& asked : read.asked) {
    const auto where =
        "task " + info(read.task).name + ", document " + std::to_string(texts.size());
    texts.push_back(tokenized(std::get<Text>(asked).text, session, where));
  }
  return texts;
}

/// The Items of texts one by one: each the pieces of a document.
std::vector<Item> document_items(ReadTask& read, const Session& session) {
  const auto texts = tokenized_texts(read, session);
  std::vector<Item> items;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    Item item{.name = "task " + info(read.task).name + ", document " + std::to_string(i),
              .document = std::move(read.documents[i]),
              .asked = std::move(read.asked[i]),
              .ids = {}};
    item.ids.requests = document_rows(texts[i], session.model->info().max_tokens);
    item.ids.bytes = static_cast<double>(texts[i].bytes);
    items.push_back(std::move(item));
  }
  return items;
}

/// The Items of texts end to end: each a row.
std::vector<Item> stream_items(ReadTask& read, const Session& session) {
  const auto context = std::min(session.model->info().max_tokens, kLongestStreamRow);
  const bool shown = session.checkpoint.kind == ModelKind::arm;
  auto rows = stream_rows(tokenized_texts(read, session), context,
                          shown ? FirstToken::shown : FirstToken::scored);
  std::vector<Item> items;
  for (auto& row : rows) {
    auto ids = row.request.context;
    ids.insert(ids.end(), row.request.continuation.begin(), row.request.continuation.end());
    auto text = session.text().tokenizer().decode(ids);
    Item item{.name = "task " + info(read.task).name + ", row " + std::to_string(items.size()),
              .document = {{"row", items.size()}, {"text", text}},
              .asked = Text{.text = std::move(text)},
              .ids = {}};
    item.ids.requests.push_back(std::move(row.request));
    item.ids.bytes = row.bytes;
    items.push_back(std::move(item));
  }
  read.found = items.size();
  auto& task = std::get<DatedCorpus>(read.task);
  task.text_fields = {"text"};
  task.info.lm_eval["doc_to_target"] = "{{text}}";
  return items;
}

std::vector<Item> encode_texts(ReadTask& read, const Decided& decided, const Session& session) {
  const bool stream = std::get<CorpusSettings>(decided.work).packing == TextPacking::stream;
  auto items = stream ? stream_items(read, session) : document_items(read, session);
  for (const auto& item : items)
    check_item(item, request_names(item), decided, session.model->info());
  return items;
}

std::vector<Item> encode_documents(ReadTask& read, const Decided& decided, const Session& session) {
  const auto& task = info(read.task);
  check_race(read.task, decided);
  if (!fills_gaps(read.task)) check_total_length(decided, session.model->info(), task.name);
  std::vector<Item> items;
  items.reserve(read.documents.size());
  for (std::size_t i = 0; i < read.documents.size(); ++i) {
    Item item{.name = "task " + task.name + ", document " + std::to_string(i),
              .document = std::move(read.documents[i]),
              .asked = std::move(read.asked[i]),
              .ids = {},
              .cluster = std::move(read.clusters[i])};
    items.push_back(encode_document(task, std::move(item), decided, session));
  }
  return items;
}

}  // namespace

std::vector<std::int64_t> suffix_ids(const std::string& suffix, const Session& session) {
  if (suffix == kNoSuffix) return {};
  if (suffix != kEosSuffix) return session.text().behind(suffix);
  const auto ends = session.end_ids();
  if (!ends.empty()) return {ends.front()};
  throw Error(ErrorKind::checkpoint, session.checkpoint.weights.name() +
                                         ": --suffix eos: wanted a configuration or tokenizer that "
                                         "says which token ends a text, found none");
}

ReadyTask encode(ReadTask read, Decided decided, const Session& session) {
  const bool corpus = std::holds_alternative<DatedCorpus>(read.task);
  auto items =
      corpus ? encode_texts(read, decided, session) : encode_documents(read, decided, session);
  return {.task = std::move(read.task),
          .decided = std::move(decided),
          .items = std::move(items),
          .documents = read.found,
          .files = std::move(read.files),
          .period = std::move(read.period)};
}

/// What each verdict divides log-likelihoods by.
std::vector<RaceVerdict> race_verdicts(const TaskInfo& task,
                                       const Question& question,
                                       const std::string& name) {
  std::vector<RaceVerdict> verdicts;
  for (const auto& metric : task.metrics) {
    auto& verdict = verdicts.emplace_back(RaceVerdict{.metric = metric.name, .divisors = {}});
    for (const auto& choice : question.choices) {
      // bench may ask for races under other metrics too: they compare undivided values.
      const auto divisor = metric.race_divisor;
      verdict.divisors.push_back(divisor == nullptr ? 1.0 : divisor(unicode::length(choice)));
      if (verdict.divisors.back() > 0.0) continue;
      throw Error(ErrorKind::request,
                  name + ": wanted choices of at least one character for --racing, got none");
    }
  }
  return verdicts;
}

void check_item(const Item& item,
                const std::vector<std::string>& names,
                const Decided& decided,
                const ModelInfo& info) {
  if (const auto* generation = std::get_if<GenerationSettings>(&decided.work)) {
    if (item.ids.canvas) {
      check_canvas(info, item.ids.prompt, names.front());
    } else {
      const auto longest = generation->longest_prompt(info.max_tokens);
      check_prompt(info, item.ids.prompt, longest, names.front());
    }
    return;
  }
  check_score(*estimator_of(decided), info);
  for (std::size_t k = 0; k < item.ids.requests.size(); ++k)
    check_request(info, item.ids.requests[k], names[k]);
  check_enumeration(item, *estimator_of(decided));
}

void check_total_length(const Decided& decided, const ModelInfo& info, const std::string& what) {
  const auto* generation = std::get_if<GenerationSettings>(&decided.work);
  if (generation == nullptr || generation->total_length() <= info.max_tokens) return;
  const bool of_answer = std::visit(
      [](const auto& config) { return config.gen_length.has_value(); }, generation->generator);
  const std::string option = of_answer ? "--gen-length: " : "--total-length: ";
  throw Error(ErrorKind::usage, option + what + " would be decoded to " +
                                    std::to_string(generation->total_length()) +
                                    " tokens (by option, preset or default), the model reads at "
                                    "most " +
                                    std::to_string(info.max_tokens));
}

}  // namespace smdm
