// Entries put together: which are the same measurement, and in what order they stand.
#include "results/export/leaderboard.hpp"

#include <algorithm>
#include <map>

#include "base/error.hpp"
#include "results/export/leaderboard_entry.hpp"
#include "results/export/leaderboard_fields.hpp"

namespace smdm {
namespace {

/// Orders the file: what people look for first.
std::string order_key(const Json& entry) {
  constexpr char kBetween = '\x01';  // sorts before every character of a name
  return value_text(entry.at("task").at("name")) + kBetween + metric_name(entry) + kBetween +
         value_text(entry.at("model").at("id")) + kBetween + entry_identity(entry);
}

std::string named(const Json& entry) {
  return value_text(entry.at("value")) + " of " + value_text(entry.at("model").at("id")) + " in " +
         value_text(entry.at("samples").at("path"));
}

}  // namespace

void merge_entries(std::span<const Json> entries, Leaderboard& leaderboard) {
  std::map<std::string, const Json*> known;
  for (const Json& entry : leaderboard.entries) known.emplace(entry_identity(entry), &entry);
  std::vector<Json> added;
  for (const Json& entry : entries) {
    const auto [place, is_new] = known.emplace(entry_identity(entry), &entry);
    if (is_new) {
      added.push_back(entry);
    } else if (const auto names = differing_results(*place->second, entry); !names.empty()) {
      throw Error(ErrorKind::results, "leaderboard: two entries of one measurement, " +
                                          value_text(entry.at("task").at("name")) + " " +
                                          metric_name(entry) + ", have other results (" + names +
                                          "): " + named(*place->second) + ", and " + named(entry));
    }
  }
  leaderboard.entries.insert(leaderboard.entries.end(), added.begin(), added.end());
  std::sort(leaderboard.entries.begin(), leaderboard.entries.end(),
            [](const Json& a, const Json& b) { return order_key(a) < order_key(b); });
}

std::vector<Json> entries_of(const Leaderboard& leaderboard, bool embedded) {
  std::vector<Json> entries;
  for (const Json& entry : leaderboard.entries) {
    if (is_embedded(entry) == embedded) entries.push_back(entry);
  }
  return entries;
}

}  // namespace smdm
