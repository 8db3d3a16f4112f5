/// A task whose documents are read and checked, ready to be computed.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "evaluators/rows/score_source.hpp"
#include "harness/run/session.hpp"
#include "harness/settings/data.hpp"
#include "harness/settings/decide.hpp"
#include "results/run/record.hpp"
#include "tasks/ask/catalog.hpp"

namespace smdm {

/// What a period of a dated corpus has besides.
struct PreparedPeriod {
  std::string name;
  std::string reference;           ///< the period that changes are from
  std::vector<double> bytes;       ///< of each document or row of a stream
  std::size_t documents_used = 0;  ///< in a stream several share a row
};

struct PreparedTask {
  Task task;
  LoadedDataset dataset;      ///< documents cut to --limit
  std::size_t documents = 0;  ///< in the whole file
  Evaluation evaluation;
  /// Likelihood tasks: the requests of all documents, and where each document's begin (one more
  /// than documents).
  std::vector<Request> requests;
  std::vector<TokenRequest> tokens;
  std::vector<std::size_t> first;
  /// Generation tasks: the prompts in text and ids.
  std::vector<Prompt> prompts;
  std::vector<std::vector<std::int64_t>> prompt_ids;
  /// A period of a dated corpus; its requests have no text, and a document's are its pieces.
  std::optional<PreparedPeriod> period;
};

/// Reads and tokenises a task, and checks every request against the model.
/// @param notes  receives lines for people: what a preset set, a checksum that differs
/// @throws Error(data), Error(request), Error(usage)
[[nodiscard]] PreparedTask prepare(const Task& task,
                                   const Session& session,
                                   const Settings& settings,
                                   std::vector<std::string>& notes);

/// Reads a dated corpus and makes a task of each period, in time order, named after it. Under
/// --packing stream the documents of these tasks are the rows of the stream.
/// @param notes  as above
/// @throws Error(data), Error(request), Error(usage)
[[nodiscard]] std::vector<PreparedTask> prepare_periods(const DatedCorpus& corpus,
                                                        const Session& session,
                                                        const Settings& settings,
                                                        std::vector<std::string>& notes);

/// Computes a prepared task. @return everything that results files say about it
[[nodiscard]] TaskRecord evaluate(const PreparedTask& prepared,
                                  const Session& session,
                                  const Settings& settings);

/// What is recorded of the task's evaluation: describe(), without what its kind of work has not.
[[nodiscard]] Json described(const PreparedTask& prepared, const Session& session);

/// Adds what a document contributes, in the order of the metrics.
/// @throws std::invalid_argument  if the number of values is not that of the metrics
void append_values(std::span<const double> values, std::vector<MetricRecord>& metrics);

/// The part of evaluate() for tasks whose requests are likelihoods; fills samples and metrics.
void evaluate_likelihoods(const PreparedTask& prepared,
                          const Session& session,
                          const Settings& settings,
                          TaskRecord& record);

/// The part of evaluate() for a period of a dated corpus.
void evaluate_period(const PreparedTask& prepared,
                     const Session& session,
                     const Settings& settings,
                     TaskRecord& record);

/// The part of evaluate() for open answers. Under AnswerProtocol::two_stages a masked diffusion
/// model answers in two stages: the text of the first is the prompt of the second, and where it
/// does not fit any more the first answer stays (the paper's GSM8K protocol). An autoregressive
/// model decodes once.
void evaluate_open_answers(const PreparedTask& prepared,
                           const Session& session,
                           const Settings& settings,
                           TaskRecord& record);

}  // namespace smdm
