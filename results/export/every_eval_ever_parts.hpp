/// What the two files of an Every Eval Ever record share: names, and the pieces of a task that both
/// speak of. For the code in results/export only.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "results/export/list.hpp"
#include "results/run/facts.hpp"

namespace smdm::eee {

/// Of the format.
inline constexpr const char* kSchema = "0.3.0";

/// A task of a run as one record of a collection.
struct Record {
  const TaskFacts& task;
  const RunExportSettings& settings;
  std::string collection;  ///< as its folder is named
  std::string developer;   ///< likewise
  std::string model;       ///< likewise
  std::string model_id;    ///< "developer/model"
  std::string created;     ///< when the run ended, seconds since 1970 as text
  std::string evaluation;  ///< "evaluation_id": task, model and time
  std::string uuid;        ///< of the files

  /// "data/<collection>/<developer>/<model>/<uuid>" with what is behind it.
  [[nodiscard]] std::string path(const std::string& end) const;
};

/// REQUIRES: task and settings outlive it
[[nodiscard]] Record record_of(const TaskFacts& task, const RunExportSettings& settings);

/// A name as one part of a path of the collection: portable, and none that it keeps for itself.
[[nodiscard]] std::string path_part(const std::string& name);

/// A UUID of version 4 in form, from the digest of a text: the same text, the same UUID.
[[nodiscard]] std::string uuid_of(const std::string& text);

/// "acc,none": what rows of samples name a result by.
[[nodiscard]] std::string result_id(const Record& record, const Metric& metric);

/// The task, with the filter behind it where there is one: "gsm8k/math".
[[nodiscard]] std::string evaluation_name(const TaskFacts& task, const Metric& metric);

/// A row of the samples file for each document and metric whose value there is a finite number.
/// @param rows  how many
[[nodiscard]] std::string sample_rows(const Record& record, std::size_t& rows);

}  // namespace smdm::eee
