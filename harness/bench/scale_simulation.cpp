// A group of ranks lives until all is answered or its rank 0 is gone; simulate() starts one after
// the other, each with what the journal has.
#include "harness/bench/scale_simulation.hpp"

#include <algorithm>
#include <stdexcept>
#include <string>

#include "harness/bench/simulated_group.hpp"
#include "harness/settings/refuse.hpp"

namespace smdm {
namespace {

constexpr double kJournalled = 1.0;  ///< seconds until an answer is safe
constexpr std::size_t kMostRestarts = 1000;

/// Round trips of rank 0 for each other rank when they meet: where it runs is looked for and read,
/// and later whether it would do the same.
constexpr double kMeeting = 4.0;

/// Seconds from the start of processes to their work.
double start_up_of(const SimulatedRanks& what) {
  return what.start_seconds + what.load_seconds + kMeeting * (what.ranks - 1) * what.store_latency;
}

void check(const SimulatedTasks& tasks, const SimulatedRanks& what) {
  const auto require = [](bool fine, const char* wanted) {
    if (!fine) throw std::invalid_argument(std::string("simulation: wanted ") + wanted);
  };
  require(what.ranks >= 1, "at least one rank");
  require(what.tokens_per_second > 0.0, "tokens a second above 0");
  require(what.start_seconds >= 0.0 && what.load_seconds >= 0.0 && what.rank_timeout >= 0.0 &&
              what.store_latency >= 0.0 && what.failures_per_hour >= 0.0,
          "no negative times and failures");
  bool any = false;
  for (const auto& task : tasks) {
    any = any || !task.empty();
    for (const auto& item : task)
      require(item.cost > 0.0 && item.tokens > 0.0, "costs and tokens above 0");
  }
  require(any, "Items");
}

/// What the journal had not when rank 0 died. @return how many answers that are
std::size_t forget(TakenAnswers& taken, double after) {
  std::size_t lost = 0;
  for (auto& task : taken) {
    for (auto& one : task) {
      if (one.rank == TakenAnswer::kNobody || one.at <= after) continue;
      one = {};
      ++lost;
    }
  }
  return lost;
}

void add_totals(const SimulatedTasks& tasks,
                const SimulatedRanks& what,
                const TakenAnswers& taken,
                SimulatedRun& run) {
  for (std::size_t t = 0; t < tasks.size(); ++t) {
    auto& by = run.answered_by.emplace_back();
    for (std::size_t i = 0; i < tasks[t].size(); ++i) {
      by.push_back(taken[t][i].rank);
      auto& rank = run.ranks.at(static_cast<std::size_t>(taken[t][i].rank));
      rank.items += 1;
      rank.tokens += tasks[t][i].tokens;
      run.working += tasks[t][i].tokens / what.tokens_per_second;
    }
  }
}

double share(double working, std::size_t ranks, double seconds) {
  return working / (static_cast<double>(ranks) * seconds);
}

}  // namespace

double SimulatedRun::busy() const {
  return share(working, ranks.size(), seconds - start_up);
}

double SimulatedRun::busy_with_start_up() const {
  return share(working, ranks.size(), seconds);
}

SimulatedRun simulate(const SimulatedTasks& tasks, const SimulatedRanks& ranks) {
  check(tasks, ranks);
  SimulatedRun run;
  run.start_up = start_up_of(ranks);
  run.ranks.resize(static_cast<std::size_t>(ranks.ranks));
  TakenAnswers taken;
  for (const auto& task : tasks) taken.emplace_back(task.size());
  double begin = run.start_up;
  while (true) {
    SimulatedGroup group(tasks, ranks, taken, run);
    run.seconds = group.work(begin);
    if (group.is_complete()) break;
    run.lost += forget(taken, run.seconds - kJournalled);
    if (++run.restarts > kMostRestarts) {
      refuse("--failures-per-hour", "so few that the work ends",
             number_text(ranks.failures_per_hour) + ": rank 0 has died " +
                 std::to_string(run.restarts) + " times");
    }
    begin = run.seconds + ranks.rank_timeout + run.start_up;
  }
  add_totals(tasks, ranks, taken, run);
  return run;
}

int most_busy_ranks(const std::function<double(int)>& busy_at, double share, int most) {
  int enough = 0;
  for (int ranks = 1; ranks < most; ranks *= 2) {
    if (busy_at(ranks) >= share) enough = ranks;
  }
  if (busy_at(most) >= share) return most;
  int too_many = std::min(2 * enough, most);
  while (too_many - enough > 1) {
    const int middle = enough + (too_many - enough) / 2;
    (busy_at(middle) < share ? too_many : enough) = middle;
  }
  return enough;
}

}  // namespace smdm
