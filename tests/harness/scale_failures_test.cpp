// Simulated ranks that die: what is lost, and who does it again.
#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "harness/bench/scale_simulation.hpp"
#include "tests/harness/simulated_tasks.hpp"
#include "tests/support/catch.hpp"

namespace smdm {
namespace {

using test::check_complete;
using test::tasks_of;
using test::uneven_tasks;

bool same(const SimulatedRun& a, const SimulatedRun& b) {
  return a.seconds == b.seconds && a.answered_by == b.answered_by && a.returned == b.returned &&
         a.lost == b.lost && a.failures == b.failures && a.restarts == b.restarts;
}

}  // namespace

TEST_CASE("simulation: every Item is answered once, whatever fails") {
  const auto tasks = uneven_tasks(3, 60);
  std::size_t failures = 0;
  std::size_t restarts = 0;
  std::size_t returned = 0;
  std::size_t lost = 0;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    // Of three times one in which the dead are dropped while their messages are on their way.
    const bool slow = seed % 3 == 0;
    const SimulatedRanks what{.ranks = 1 + static_cast<int>(seed % 7),
                              .tokens_per_second = 2.0,
                              .start_seconds = 1.0,
                              .load_seconds = 2.0,
                              .store_latency = slow ? 2.0 : 0.01,
                              .failures_per_hour = 10.0,
                              .rank_timeout = slow ? 0.0 : 5.0,
                              .seed = seed};
    const auto run = simulate(tasks, what);
    INFO("seed " << seed);
    check_complete(tasks, run);
    CHECK(run.busy() < 1.0 + 1e-9);
    CHECK(run.busy_with_start_up() < run.busy());
    CHECK(same(run, simulate(tasks, what)));
    failures += run.failures;
    restarts += run.restarts;
    returned += run.returned;
    lost += run.lost;
  }
  CHECK(restarts > 5);
  CHECK(failures > restarts);
  CHECK(returned > 5);
  CHECK(lost > 0);
  auto other = SimulatedRanks{.ranks = 3, .failures_per_hour = 20.0, .seed = 1};
  const auto first = simulate(tasks, other);
  other.seed = 2;
  CHECK_FALSE(same(first, simulate(tasks, other)));
}

TEST_CASE("simulation: the death of a rank costs the timeout and its lease at most") {
  const auto tasks = tasks_of({std::vector<double>(400, 1.0)});
  SimulatedRanks what{.ranks = 4};
  const auto whole = simulate(tasks, what);
  what.failures_per_hour = 1.0;
  for (const double timeout : {0.0, 20.0, 1000.0}) {
    what.rank_timeout = timeout;
    int seen = 0;
    for (std::uint64_t seed = 0; seed < 300; ++seed) {
      what.seed = seed;
      const auto run = simulate(tasks, what);
      if (run.failures != 1 || run.restarts != 0 || run.returned == 0) continue;
      ++seen;
      INFO("timeout " << timeout << ", seed " << seed);
      CHECK(run.seconds > whole.seconds);
      CHECK(run.seconds > timeout);
      // Three ranks do all of the work at the worst, and then what came back; the first lease is
      // the largest, of 50 Items.
      CHECK(run.returned <= 50);
      CHECK(run.seconds <= 400.0 / 3.0 + timeout + 50.0);
    }
    CHECK(seen > 5);
  }
}

TEST_CASE("simulation: rank 0, which waits for the end of its task, does what a dead rank held") {
  const SimulatedTasks tasks = {
      {{.cost = 3.0, .tokens = 1.0}, {.cost = 2.0, .tokens = 5000.0}},
  };
  SimulatedRanks what{.ranks = 2, .failures_per_hour = 1.0};
  int seen = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    what.seed = seed;
    const auto run = simulate(tasks, what);
    if (run.failures != 1 || run.restarts != 0) continue;
    ++seen;
    INFO("seed " << seed);
    CHECK(run.answered_by == std::vector<std::vector<int>>{{0, 0}});
    CHECK(run.returned == 1);
    CHECK(run.seconds >= 5000.0 + 15.0);
  }
  CHECK(seen > 3);
}

TEST_CASE("simulation: a rank that waits has what a dead one held at once") {
  const SimulatedTasks tasks = {{{.cost = 3.0, .tokens = 5000.0},
                                 {.cost = 2.0, .tokens = 1000.0},
                                 {.cost = 1.5, .tokens = 1.0}}};
  SimulatedRanks what{.ranks = 3, .failures_per_hour = 0.5};
  int seen = 0;
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    what.seed = seed;
    const auto run = simulate(tasks, what);
    if (run.failures != 1 || run.returned != 1 || run.restarts != 0) continue;
    ++seen;
    INFO("seed " << seed);
    CHECK(run.answered_by == std::vector<std::vector<int>>{{0, 2, 2}});
    CHECK(run.seconds == 5000.0);
  }
  CHECK(seen > 3);
}

// Requests come at 100 and are replied to at 800; rank 0 waits from 900 on. Rank 1 works from 1100
// to 2100; what it sends is taken at 2500. If it dies in between, rank 0 does its Item too, until
// after 3100 and in vain.
TEST_CASE("simulation: of two answers the first one counts") {
  const auto tasks = [](double last) -> SimulatedTasks {
    return {{{.cost = 4.0, .tokens = 900.0},
             {.cost = 3.0, .tokens = 1000.0},
             {.cost = 2.0, .tokens = last}}};
  };
  SimulatedRanks what{
      .ranks = 3, .store_latency = 100.0, .failures_per_hour = 0.3, .rank_timeout = 0.0};
  int late = 0;
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    what.seed = seed;
    // The same deaths: one up to 3000, and no other one up to 6500.
    if (simulate(tasks(1500.0), what).failures != 1) continue;
    const auto run = simulate(tasks(5000.0), what);
    if (run.failures != 1 || run.restarts != 0 || run.returned != 1) continue;
    late += run.answered_by == std::vector<std::vector<int>>{{0, 1, 2}} ? 1 : 0;
  }
  CHECK(late > 3);
}

TEST_CASE("simulation: what the dead have asked for is given to nobody") {
  SimulatedRanks what{
      .ranks = 2, .store_latency = 20.0, .failures_per_hour = 1.0, .rank_timeout = 0.0};
  // Rank 0 alone needs 200 seconds, and rank 1 less than 600 to work on a lease and to send it.
  const auto tasks = tasks_of({std::vector<double>(20, 10.0)});
  for (what.seed = 0; what.seed < 500; ++what.seed) {
    const auto run = simulate(tasks, what);
    INFO("seed " << what.seed);
    CHECK(run.seconds <= 900.0 * static_cast<double>(run.restarts + 1));
  }
  // If rank 2 dies first, which waits, and then rank 1, rank 0 has all to do: 4000 seconds.
  const SimulatedTasks waits = {{{.cost = 3.0, .tokens = 3000.0},
                                 {.cost = 2.0, .tokens = 1000.0},
                                 {.cost = 1.5, .tokens = 1.0}}};
  what = {.ranks = 3, .failures_per_hour = 1.0};
  for (what.seed = 0; what.seed < 1000; ++what.seed) {
    const auto run = simulate(waits, what);
    INFO("seed " << what.seed);
    CHECK(run.seconds <= 4020.0 * static_cast<double>(run.restarts + 1));
  }
}

// Rank 1 has two Items of the second task at once. The first one ends at 0.1 and is sent at 0.5.
TEST_CASE("simulation: answers that were not sent die with their rank") {
  SimulatedTasks tasks = {{{.cost = 1.0, .tokens = 5.0}}, {}};
  for (const double tokens : {0.1, 3.0, 0.1, 0.1, 0.1, 0.1})
    tasks[1].push_back({.cost = 1.0, .tokens = tokens});
  SimulatedRanks what{.ranks = 2, .failures_per_hour = 200.0, .rank_timeout = 0.0};
  int unsent = 0;
  int sent = 0;
  for (std::uint64_t seed = 0; seed < 500; ++seed) {
    what.seed = seed;
    const auto run = simulate(tasks, what);
    if (run.failures != 1 || run.restarts != 0) continue;
    INFO("seed " << seed);
    const bool both = run.returned == 2;
    if (!both && run.returned != 1) continue;
    (both ? unsent : sent) += 1;
    CHECK(run.answered_by[1][0] == (both ? 0 : 1));
  }
  CHECK(unsent > 3);
  CHECK(sent > 3);
}

TEST_CASE("simulation: rank 0's death costs a start and the answers of a second") {
  const auto tasks = tasks_of({std::vector<double>(400, 0.1)});
  SimulatedRanks what{.ranks = 1, .start_seconds = 3.0, .load_seconds = 4.0, .rank_timeout = 20.0};
  what.failures_per_hour = 60.0;
  int seen = 0;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    what.seed = seed;
    const auto run = simulate(tasks, what);
    if (run.restarts != 1) continue;
    ++seen;
    INFO("seed " << seed);
    const double lost = run.seconds - (7.0 + 40.0 + 27.0);
    CHECK(lost > 0.0);
    CHECK(lost < 1.0 + 0.1 + 1e-9);
    CHECK(run.lost <= 10);
    check_complete(tasks, run);
  }
  CHECK(seen > 3);
}

TEST_CASE("simulation: what others have answered ahead of rank 0 is kept") {
  // Rank 1 is through with the second task after 100 seconds, an answer a second.
  const SimulatedTasks tasks = {{{.cost = 1.0, .tokens = 2000.0}}, std::vector<SimulatedItem>(100)};
  SimulatedRanks what{.ranks = 2, .failures_per_hour = 1.0};
  int seen = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    what.seed = seed;
    const auto run = simulate(tasks, what);
    if (run.failures != 1 || run.restarts != 1) continue;
    // Both begin anew, and rank 0 needs all of its time.
    const double death = run.seconds - 2000.0 - what.rank_timeout;
    INFO("seed " << seed << ", death at " << death);
    CHECK(death > 0.0);
    CHECK(run.lost <= 2);
    ++seen;
  }
  CHECK(seen > 3);
}

}  // namespace smdm
