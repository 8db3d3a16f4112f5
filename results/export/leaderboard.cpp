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

/// Two entries of one measurement.
void refuse_other_results(Json& known, const Json& entry) {
  fill_unknown_results(known, entry);
  const auto names = differing_results(known, entry);
  if (names.empty()) return;
  throw Error(ErrorKind::results, "leaderboard: two entries of one measurement, " +
                                      value_text(entry.at("task").at("name")) + " " +
                                      metric_name(entry) + ", have other results (" + names +
                                      "): " + named(known) + ", and " + named(entry));
}

}  // namespace

void merge_entries(std::span<const Json> entries, Leaderboard& leaderboard) {
  auto& all = leaderboard.entries;
  std::map<std::string, std::size_t> known;
  for (std::size_t i = 0; i < all.size(); ++i) known.emplace(entry_identity(all[i]), i);
  for (const Json& entry : entries) {
    const auto [place, is_new] = known.emplace(entry_identity(entry), all.size());
    if (is_new) {
      all.push_back(entry);
    } else {
      refuse_other_results(all[place->second], entry);
    }
  }
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
