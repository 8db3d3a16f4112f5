#include "harness/run/prepared_task.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "base/error.hpp"
#include "harness/run/generate.hpp"
#include "harness/run/likelihoods.hpp"
#include "harness/run/races.hpp"

namespace smdm {
namespace {

std::string document_name(const PreparedTask& prepared, std::size_t document) {
  return "task " + info(prepared.task).name + ", document " + std::to_string(document);
}

/// The document that request `index` belongs to.
std::size_t document_of(const PreparedTask& prepared, std::size_t index) {
  const auto after = std::upper_bound(prepared.first.begin(), prepared.first.end(), index);
  return static_cast<std::size_t>(after - prepared.first.begin()) - 1;
}

void prepare_requests(PreparedTask& prepared, const Session& session) {
  const auto& tokenizer = session.text();
  for (const auto& document : prepared.dataset.documents) {
    prepared.first.push_back(prepared.requests.size());
    for (auto& request : requests(prepared.task, document)) {
      auto pair = tokenizer.encode_pair(request.context, request.continuation);
      prepared.tokens.push_back(
          {.context = std::move(pair.context), .continuation = std::move(pair.continuation)});
      prepared.requests.push_back(std::move(request));
    }
  }
  prepared.first.push_back(prepared.requests.size());
  check_requests(session, prepared.tokens, [&](std::size_t index) {
    const auto document = document_of(prepared, index);
    return document_name(prepared, document) + ", request " +
           std::to_string(index - prepared.first[document]);
  });
}

void prepare_prompts(PreparedTask& prepared, const OpenAnswer& task, const Session& session) {
  check_total_length(*session.model, prepared.evaluation.total_length, task.info.name);
  for (const auto& document : prepared.dataset.documents) {
    prepared.prompts.push_back(task.parse(document));
    prepared.prompt_ids.push_back(session.text().encode(prepared.prompts.back().text));
    check_ids(*session.model, prepared.prompt_ids.back(), prepared.evaluation.total_length,
              document_name(prepared, prepared.prompts.size() - 1));
  }
}

OutputType output_type(const Task& task) {
  if (std::holds_alternative<MultipleChoice>(task)) return OutputType::multiple_choice;
  if (std::holds_alternative<DatedCorpus>(task)) return OutputType::loglikelihood_rolling;
  return std::holds_alternative<Cloze>(task) ? OutputType::loglikelihood
                                             : OutputType::generate_until;
}

Work work_of(const Task& task) {
  if (std::holds_alternative<DatedCorpus>(task)) return Work::corpus;
  return std::holds_alternative<OpenAnswer>(task) ? Work::generation : Work::likelihood;
}

Json describe_files(const LoadedDataset& dataset) {
  Json files = Json::array();
  for (const auto& file : dataset.files) {
    files.push_back({{"path", file.path.string()},
                     {"sha256", file.sha256},
                     {"checksum", to_string(file.checksum)}});
  }
  return files;
}

/// What an estimator cannot compute is refused before anything is.
void check_estimates(const PreparedTask& prepared, const Session& session) {
  if (session.checkpoint.kind != ModelKind::mdm) return;
  if (prepared.evaluation.racing) check_race_choices(prepared);
  check_enumeration(
      prepared.tokens, likelihood_config(prepared.evaluation, ModelKind::mdm, {}).estimator,
      [&](std::size_t index) { return document_name(prepared, document_of(prepared, index)); });
}

}  // namespace

std::size_t limited(std::size_t documents, const std::optional<double>& limit) {
  if (!limit) return documents;
  if (!(*limit > 0.0) || !std::isfinite(*limit)) {
    throw Error(ErrorKind::usage,
                "--limit: wanted a count, or a fraction below 1, got " + std::to_string(*limit));
  }
  const auto count =
      *limit < 1.0 ? std::ceil(static_cast<double>(documents) * *limit) : std::floor(*limit);
  return count < static_cast<double>(documents) ? static_cast<std::size_t>(count) : documents;
}

PreparedTask prepare(const Task& task,
                     const Session& session,
                     const Settings& settings,
                     std::vector<std::string>& notes) {
  PreparedTask prepared;
  prepared.task = task;
  prepared.dataset = load(task, settings.data.value());
  const auto& name = info(task).name;
  for (const auto& warning : prepared.dataset.warnings) notes.push_back("warning: " + warning);
  prepared.documents = prepared.dataset.documents.size();
  prepared.dataset.documents.resize(limited(prepared.documents, settings.limit));
  auto asked = settings;
  asked.greedy =
      settings.greedy || std::holds_alternative<Cloze>(task);  // their accuracy is that verdict
  if (settings.racing && std::holds_alternative<Cloze>(task)) {
    asked.racing = false;
    notes.push_back(name + ": no choices to race; estimated without");
  }
  prepared.evaluation = decide(asked, name, work_of(task), session.checkpoint.kind, notes,
                               defaults_of(session.defaults, name));
  check_race(task, prepared.evaluation);
  if (const auto* open = std::get_if<OpenAnswer>(&task)) {
    prepare_prompts(prepared, *open, session);
  } else {
    prepare_requests(prepared, session);
    check_estimates(prepared, session);
  }
  return prepared;
}

Json described(const PreparedTask& prepared, const Session& session) {
  auto json = describe(prepared.evaluation, work_of(prepared.task), session.checkpoint.kind);
  const auto* open = std::get_if<OpenAnswer>(&prepared.task);
  if (open != nullptr && open->protocol == AnswerProtocol::one_pass) json.erase("cfg_second");
  return json;
}

void append_values(std::span<const double> values, std::vector<MetricRecord>& metrics) {
  std::size_t wanted = 0;
  for (const auto& metric : metrics) wanted += metric.info.width;
  if (values.size() != wanted) {
    throw std::invalid_argument("a document's metrics: wanted " + std::to_string(wanted) +
                                " values, got " + std::to_string(values.size()));
  }
  for (auto& metric : metrics) {
    const auto own = values.first(metric.info.width);
    metric.values.insert(metric.values.end(), own.begin(), own.end());
    values = values.subspan(own.size());
  }
}

TaskRecord evaluate(const PreparedTask& prepared,
                    const Session& session,
                    const Settings& settings) {
  const auto& about = info(prepared.task);
  TaskRecord record;
  record.name = about.name;
  record.version = about.version;
  record.output_type = output_type(prepared.task);
  record.config = lm_eval_config(prepared.task);
  record.documents = static_cast<std::int64_t>(prepared.documents);
  record.extra = described(prepared, session);
  record.extra["data"] = describe_files(prepared.dataset);
  for (const auto& metric : about.metrics) record.metrics.push_back({.info = metric, .values = {}});
  for (std::size_t i = 0; i < prepared.dataset.documents.size(); ++i) {
    const auto& document = prepared.dataset.documents[i];
    const auto gold = target(prepared.task, document);
    SampleRecord sample;
    sample.doc_id = static_cast<std::int64_t>(i);
    sample.doc = document;
    sample.target = gold.is_string() ? gold.get<std::string>() : gold.dump();
    record.samples.push_back(std::move(sample));
  }
  const auto begin = std::chrono::steady_clock::now();
  if (work_of(prepared.task) == Work::generation) {
    evaluate_open_answers(prepared, session, settings, record);
  } else if (prepared.period) {
    evaluate_period(prepared, session, settings, record);
  } else {
    evaluate_likelihoods(prepared, session, settings, record);
  }
  record.extra["seconds"] =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return record;
}

}  // namespace smdm
