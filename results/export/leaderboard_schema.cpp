// The built-in schema, and what files of the schema before it lack.
#include "results/export/leaderboard_schema.hpp"

#include <algorithm>
#include <set>

#include "base/metrics/list.hpp"
#include "base/metrics/perplexity.hpp"
#include "base/text/json_text.hpp"

namespace smdm {
namespace {

/// A member of a member, or null: files of schema 1 are not checked before they are upgraded.
Json member_of(const Json& entry, const char* object, const char* name) {
  const Json::json_pointer at = Json::json_pointer() / object / name;
  return entry.is_object() && entry.contains(at) ? entry.at(at) : Json(nullptr);
}

/// Digests of the samples files that have a metric of whole texts: their perplexities are per
/// token, while those of continuations are per document.
std::set<std::string> samples_of_texts(const Json& entries) {
  std::set<std::string> digests;
  for (const Json& entry : entries) {
    const Json digest = member_of(entry, "samples", "sha256");
    if (digest.is_string() && member_of(entry, "metric", "name") == "bits_per_byte")
      digests.insert(digest.get<std::string>());
  }
  return digests;
}

/// How the numbers of documents become the metric's, which schema 1 did not say.
std::string aggregation_of(const Json& name, bool of_texts) {
  if (of_texts && name == metrics::weighted_perplexity().name)
    return metrics::weighted_perplexity().aggregation;
  const auto all = all_metrics();
  const auto found =
      std::ranges::find_if(all, [&](const Metric& metric) { return name == metric.name; });
  return found == all.end() ? "unknown" : found->aggregation;
}

/// Schema 1 had null where there are no likelihoods, and where there are several kinds.
Json upgraded_bound(const Json& entry) {
  if (!entry.at("bound").is_null()) return entry.at("bound");
  return entry.contains("forwards") && !entry.at("forwards").is_null() ? "none" : "unknown";
}

void upgrade_entry(Json& entry, const std::set<std::string>& texts) {
  if (!entry.is_object()) return;
  if (entry.contains("bound")) entry["bound"] = upgraded_bound(entry);
  entry.emplace("stderr_clustered", nullptr);
  entry.emplace("clusters", nullptr);
  entry.emplace("rank", Json({{"group", 1}, {"low", 1}, {"high", 1}, {"entries", 1}}));
  if (const Json name = member_of(entry, "metric", "name"); name.is_string()) {
    const Json digest = member_of(entry, "samples", "sha256");
    const bool of_texts = digest.is_string() && texts.contains(digest.get<std::string>());
    entry["metric"].emplace("aggregation", aggregation_of(name, of_texts));
  }
}

}  // namespace

JsonSchema leaderboard_schema() {
  return JsonSchema(parse_json(kLeaderboardSchemaText));
}

JsonSchema entry_schema() {
  const Json file = parse_json(kLeaderboardSchemaText);
  Json entry = file.at("definitions").at("entry");
  entry["definitions"] = file.at("definitions");
  return JsonSchema(entry);
}

void upgrade_leaderboard(Json& file) {
  for (const char* table : {"benchmarks", "embedded"}) {
    if (!file.contains(table) || !file.at(table).is_array()) continue;
    Json& entries = file.at(table);
    const auto texts = samples_of_texts(entries);
    for (Json& entry : entries) upgrade_entry(entry, texts);
  }
  file["schema"] = 2;
}

}  // namespace smdm
