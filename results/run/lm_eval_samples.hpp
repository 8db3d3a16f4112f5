/// A samples file as JSON in the layout of lm-evaluation-harness 0.4.4: a line per document, with
/// the digests by which documents and prompts are known again (docs/results-format.md).
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "results/run/record.hpp"

namespace smdm {

/// The SHA-256 digests that lm-eval keeps of a document, its first prompt and its target.
struct SampleHashes {
  std::string doc;
  std::string prompt;
  std::string target;
};
[[nodiscard]] SampleHashes hashes_of(const SampleRecord& sample);

/// The digest over the digests of all samples of a task, in their order.
[[nodiscard]] std::string task_hash(const std::vector<SampleHashes>& samples);

/// The field of a sample's block that says why a judge gave no score: its values are null, and
/// count in no metric.
inline constexpr const char* kUnjudged = "unjudged";

/// Whether a document has no value for that reason.
[[nodiscard]] bool is_unjudged(const SampleRecord& sample);

/// Hexadecimal digits of SampleRecord::cluster.
inline constexpr std::size_t kClusterDigits = 16;

/// SampleRecord::cluster of documents that are about one thing: the first digits of the SHA-256 of
/// its text, which may be long.
[[nodiscard]] std::string cluster_of_subject(const std::string& subject);

/// Likewise of a document that stands alone: the first digits of its own digest, as hashes_of() has
/// it.
[[nodiscard]] std::string cluster_of_document(const Json& doc);

/// What was asked of a document and what came back, as samples files have them.
struct ResponsesJson {
  Json arguments = Json::object();  ///< "arguments"
  Json responses = Json::array();   ///< "resps"
  Json filtered = Json::array();    ///< "filtered_resps"
};
[[nodiscard]] ResponsesJson responses_of(const SampleRecord& sample);

/// One request's answer as lm-eval writes it: Python's str of its log-likelihood and of whether
/// greedy decoding gives it.
[[nodiscard]] Json response_json(double nats, const std::optional<bool>& is_greedy);

/// The fields "resps" and "filtered_resps" of a sample's line, a line each: every likelihood and
/// text of the document, to the last bit.
[[nodiscard]] std::string response_lines(const SampleRecord& sample);

/// One line of samples_<task>_<date>.jsonl.
/// @param index  of the sample in the task
[[nodiscard]] Json sample_json(const TaskRecord& task, std::size_t index);

}  // namespace smdm
