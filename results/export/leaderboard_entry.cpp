// What is done with entries by going through the table of their fields: making, ordering, telling
// them apart.
#include "results/export/leaderboard_entry.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "base/error.hpp"
#include "base/files/digest.hpp"
#include "base/files/paths.hpp"
#include "results/export/leaderboard_fields.hpp"
#include "results/export/leaderboard_schema.hpp"
#include "results/run/lm_eval_samples.hpp"
#include "results/statistics/clusters.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;

/// One digest over the first prompts of all documents, end to end in their order.
std::string prompt_digest(const TaskRecord& task) {
  std::string all;
  for (const SampleRecord& sample : task.samples) all += hashes_of(sample).prompt;
  return sha256(all);
}

Json entry_of(const EntrySource& source) {
  Json entry = Json::object();
  for (const LeaderboardField& field : leaderboard_fields())
    entry[Json::json_pointer(field.pointer)] = field.from(source);
  return entry;
}

/// The way from the real place of a folder to a file, whose own name stays as it is.
fs::path path_from(const fs::path& folder, const fs::path& file) {
  return (real_path(folder_of(file), ErrorKind::results) / file.filename())
      .lexically_relative(real_path(folder, ErrorKind::results));
}

/// What an entry has that its schema does not allow came out of the run's files.
void check_entry(const Json& entry, const JsonSchema& schema) {
  if (const auto fault = schema.fault_of(entry))
    throw Error(ErrorKind::results, fault->pointer + ": " + fault->text);
}

void add_entries(const TaskFacts& task,
                 const fs::path& folder,
                 const JsonSchema& schema,
                 std::vector<Json>& entries) {
  EntrySource source{.task = task,
                     .metric = 0,
                     .prompt_sha256 = prompt_digest(task.record),
                     .samples_path = path_from(folder, task.samples_file).generic_string(),
                     .samples_sha256 = task.samples_sha256
                                           ? *task.samples_sha256  // the results file may lack it
                                           : sha256_of_file(task.samples_file, ErrorKind::results),
                     .clusters = clusters_of(task.record)};
  for (; source.metric < task.record.metrics.size(); ++source.metric) {
    entries.push_back(entry_of(source));
    check_entry(entries.back(), schema);
  }
}

/// The fields of an identity, in its order.
std::vector<const LeaderboardField*> identifying_fields() {
  std::vector<const LeaderboardField*> fields;
  for (const LeaderboardField& field : leaderboard_fields()) {
    if (field.identity > 0) fields.push_back(&field);
  }
  std::ranges::sort(fields, {}, &LeaderboardField::identity);
  return fields;
}

/// Whether a result says nothing: a file of an earlier schema did not have it.
bool is_unknown(const Json& result) {
  return result.is_null() || result == "unknown";
}

/// Results that schema 1 did not have, or had in less detail.
bool is_since_schema_2(const LeaderboardField& field) {
  constexpr std::array<std::string_view, 3> kFields = {"/stderr_clustered", "/clusters", "/bound"};
  return std::ranges::find(kFields, field.pointer) != kFields.end();
}

}  // namespace

std::vector<Json> leaderboard_entries(const Facts& run, const fs::path& folder) {
  const JsonSchema schema = entry_schema();
  std::vector<Json> entries;
  for (const TaskFacts* task : tasks_by_name(run)) {
    const auto where = task->run->results_file.string() + ": " + task->record.name + ": ";
    try {
      add_entries(*task, folder, schema, entries);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::results) throw;
      throw Error(ErrorKind::results, where + error.what());
    }
  }
  return entries;
}

Json in_schema_order(const Json& entry) {
  Json ordered = Json::object();
  for (const LeaderboardField& field : leaderboard_fields()) {
    const Json::json_pointer at(field.pointer);
    ordered[at] = entry.at(at);
  }
  return ordered;
}

std::string entry_identity(const Json& entry) {
  Json identity = Json::array();
  for (const LeaderboardField* field : identifying_fields())
    identity.push_back(entry.at(Json::json_pointer(field->pointer)));
  return identity.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void fill_unknown_results(Json& entry, const Json& again) {
  entry["metric"] = again.at("metric");  // of schema 1 the aggregation is only inferred
  for (const LeaderboardField& field : leaderboard_fields()) {
    const Json::json_pointer at(field.pointer);
    if (is_since_schema_2(field) && is_unknown(entry.at(at))) entry[at] = again.at(at);
  }
}

std::string differing_results(const Json& a, const Json& b) {
  std::string names;
  for (const LeaderboardField& field : leaderboard_fields()) {
    const Json::json_pointer at(field.pointer);
    if (!field.is_result || a.at(at) == b.at(at)) continue;
    const std::string pointer = field.pointer;
    const std::string name = pointer.substr(1, pointer.find('/', 1) - 1);
    names += (names.empty() ? "" : ", ") + name;
  }
  return names;
}

bool is_embedded(const Json& entry) {
  return entry.at("embedded").get<bool>();
}

}  // namespace smdm
