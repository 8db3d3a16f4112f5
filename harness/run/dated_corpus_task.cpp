#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "base/error.hpp"
#include "evaluators/rows/text_rows.hpp"
#include "harness/run/likelihoods.hpp"
#include "harness/run/prepared_task.hpp"

namespace smdm {
namespace {

/// Rows of a stream are never longer: the context of the published models.
constexpr std::int64_t kLongestStreamRow = 2048;

TokenizedText tokenized(const std::string& text, const Session& session, const std::string& where) {
  auto ids = session.text().encode(text);
  if (ids.size() < 2)
    throw Error(ErrorKind::request, where + ": wanted a text of at least one token, got none");
  return {.ids = std::move(ids), .bytes = text.size()};
}

/// The reference that was asked for, or the earliest.
std::string reference_of(const LoadedCorpus& corpus, const Settings& settings) {
  if (!settings.reference_period) return corpus.periods.front().name;
  std::string names;
  for (const auto& period : corpus.periods) {
    if (period.name == *settings.reference_period) return period.name;
    names += (names.empty() ? "" : ", ") + period.name;
  }
  throw Error(ErrorKind::usage,
              "--reference-period: wanted one of " + names + ", got " + *settings.reference_period);
}

/// The task of one period.
DatedCorpus task_of(const DatedCorpus& corpus,
                    const LoadedCorpus& loaded,
                    const CorpusPeriod& period) {
  DatedCorpus task = corpus;
  task.info.name += "_" + period.name;
  task.text_fields = loaded.text_fields;
  std::string text;
  for (const auto& name : loaded.text_fields) {
    if (!text.empty()) text += '\n';
    text.append("{{").append(name).append("}}");
  }
  task.info.lm_eval["doc_to_target"] = text;
  return task;
}

void use_documents(const std::vector<TokenizedText>& texts,
                   std::int64_t context,
                   PreparedTask& prepared) {
  for (const auto& text : texts) {
    prepared.first.push_back(prepared.tokens.size());
    for (auto& row : document_rows(text, context)) prepared.tokens.push_back(std::move(row));
    prepared.period.value().bytes.push_back(static_cast<double>(text.bytes));
  }
  prepared.first.push_back(prepared.tokens.size());
}

/// Rows take the place of documents: {"row", "text"}, the text as far as it can be decoded.
void use_stream(const std::vector<TokenizedText>& texts,
                const Session& session,
                PreparedTask& prepared) {
  const auto context = std::min(session.model->info().max_tokens, kLongestStreamRow);
  const bool shown = session.checkpoint.kind == ModelKind::arm;
  auto rows = stream_rows(texts, context, shown ? FirstToken::shown : FirstToken::scored);
  prepared.dataset.documents.clear();
  for (auto& row : rows) {
    prepared.first.push_back(prepared.tokens.size());
    auto ids = row.request.context;
    ids.insert(ids.end(), row.request.continuation.begin(), row.request.continuation.end());
    prepared.dataset.documents.push_back(
        {{"row", prepared.tokens.size()}, {"text", session.text().decode(ids)}});
    prepared.period.value().bytes.push_back(row.bytes);
    prepared.tokens.push_back(std::move(row.request));
  }
  prepared.first.push_back(prepared.tokens.size());
  prepared.documents = rows.size();
  auto& task = std::get<DatedCorpus>(prepared.task);
  task.text_fields = {"text"};
  task.info.lm_eval["doc_to_target"] = "{{text}}";
}

/// One estimate for the rows of a document.
Estimate added(std::span<const Estimate> rows) {
  Estimate sum;
  sum.bound = rows.front().bound;
  double squares = 0.0;
  bool with_error = true;
  for (const auto& row : rows) {
    sum.nats += row.nats;
    sum.rows += row.rows;
    sum.tokens += row.tokens;
    with_error = with_error && row.standard_error.has_value();
    squares += row.standard_error.value_or(0.0) * row.standard_error.value_or(0.0);
  }
  if (with_error) sum.standard_error = std::sqrt(squares);
  return sum;
}

/// Tokens that the rows first .. last - 1 score.
std::size_t scored_tokens(const PreparedTask& prepared, std::size_t first, std::size_t last) {
  std::size_t tokens = 0;
  for (auto k = first; k < last; ++k) tokens += prepared.tokens[k].continuation.size();
  return tokens;
}

}  // namespace

CorpusQuery corpus_query(const Settings& settings) {
  CorpusQuery query;
  query.text_fields = settings.text_fields;
  query.date_field = settings.date_field;
  if (!settings.period.empty()) {
    if (!settings.date_field) {
      throw Error(
          ErrorKind::usage,
          "--period: wanted --date-field beside it, the field with a document's date; without it "
          "every file is a period");
    }
    try {
      query.periods = parse_period_rule(settings.period);
    } catch (const std::invalid_argument& error) {
      throw Error(ErrorKind::usage, std::string("--period: ") + error.what());
    }
  }
  if (settings.limit && *settings.limit >= 1.0) {
    query.most = limited(std::numeric_limits<std::size_t>::max(), settings.limit);
  }
  return query;
}

std::vector<PreparedTask> prepare_periods(const DatedCorpus& corpus,
                                          const Session& session,
                                          const Settings& settings,
                                          std::vector<std::string>& notes) {
  const auto& name = corpus.info.name;
  auto loaded = load_corpus(name, settings.data.value(), corpus.folder, corpus_query(settings));
  for (const auto& warning : loaded.warnings) notes.push_back("warning: " + warning);
  const auto evaluation = decide(settings, name, Work::corpus, session.checkpoint.kind, notes,
                                 defaults_of(session.defaults, name));
  const auto reference = reference_of(loaded, settings);
  std::vector<PreparedTask> all;
  for (auto& period : loaded.periods) {
    PreparedTask prepared;
    prepared.task = task_of(corpus, loaded, period);
    prepared.evaluation = evaluation;
    prepared.documents = period.found;
    prepared.dataset.files = period.files;
    prepared.dataset.documents = std::move(period.documents);
    prepared.dataset.documents.resize(
        std::min(limited(period.found, settings.limit), prepared.dataset.documents.size()));
    prepared.period = {.name = period.name,
                       .reference = reference,
                       .bytes = {},
                       .documents_used = prepared.dataset.documents.size()};
    std::vector<TokenizedText> texts;
    for (const auto& document : prepared.dataset.documents) {
      const auto where =
          name + ", period " + period.name + ", document " + std::to_string(texts.size());
      texts.push_back(tokenized(corpus_text(document, loaded.text_fields), session, where));
    }
    if (evaluation.packing == TextPacking::stream) {
      use_stream(texts, session, prepared);
    } else {
      use_documents(texts, session.model->info().max_tokens, prepared);
    }
    check_requests(session, prepared.tokens, [&](std::size_t row) {
      return info(prepared.task).name + ", row " + std::to_string(row);
    });
    all.push_back(std::move(prepared));
  }
  return all;
}

void evaluate_period(const PreparedTask& prepared,
                     const Session& session,
                     const Settings& settings,
                     TaskRecord& record) {
  const auto config = likelihood_config(prepared.evaluation, session.checkpoint.kind, settings);
  const auto where = [&](std::size_t row) { return record.name + ", row " + std::to_string(row); };
  const auto estimates = likelihoods(session, prepared.tokens, config, record.name, where);
  const auto& task = std::get<DatedCorpus>(prepared.task);
  std::int64_t rows = 0;
  std::int64_t tokens = 0;
  bool all_known = true;
  for (std::size_t i = 0; i < record.samples.size(); ++i) {
    const auto first = prepared.first[i];
    const auto last = prepared.first[i + 1];
    const auto estimate = added(std::span(estimates).subspan(first, last - first));
    const auto scored = scored_tokens(prepared, first, last);
    const auto bytes = prepared.period.value().bytes[i];
    auto& sample = record.samples[i];
    sample.outcome =
        TextRecord{.text = corpus_text(sample.doc, task.text_fields), .estimate = estimate};
    sample.extra["pieces"] = last - first;
    sample.extra["scored_tokens"] = scored;
    sample.extra["bytes"] = bytes;
    append_values(
        score(task, {.nats = estimate.nats, .tokens = static_cast<double>(scored), .bytes = bytes}),
        record.metrics);
    all_known = all_known && (estimate.bound != Bound::lower || estimate.standard_error);
    for (auto& metric : record.metrics)
      metric.mc_errors.push_back(estimate.standard_error.value_or(0.0));
    rows += estimate.rows;
    tokens += estimate.tokens;
  }
  if (!all_known) {
    for (auto& metric : record.metrics) metric.mc_errors.clear();
  }
  const bool is_bound = estimates.front().bound == Bound::lower;
  if (is_bound) record.alias = record.name + " (upper bound)";
  record.extra["bound"] = is_bound ? "upper" : "exact";
  record.extra["text_fields"] = task.text_fields;
  record.extra["rows"] = rows;
  record.extra["tokens"] = tokens;
}

}  // namespace smdm
