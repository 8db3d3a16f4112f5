// leaderboard.json: every field of every entry; the other files are made from it.
#include "results/export/leaderboard.hpp"
#include "results/export/list.hpp"

namespace smdm {

std::string leaderboard_json(const Leaderboard& leaderboard) {
  const Json file = {{"schema", kLeaderboardSchema},
                     {"benchmarks", entries_of(leaderboard, false)},
                     {"embedded", entries_of(leaderboard, true)}};
  return file.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace smdm
