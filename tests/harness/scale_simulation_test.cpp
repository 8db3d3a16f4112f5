// Simulated ranks to which nothing happens: cases worked out by hand, and what holds of all.
#include "harness/bench/scale_simulation.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <stdexcept>
#include <vector>

#include "tests/harness/simulated_tasks.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"

namespace smdm {

using test::check_complete;
using test::tasks_of;
using test::uneven_tasks;

TEST_CASE("simulation: one rank works all the time") {
  const auto tasks = uneven_tasks(3, 50);
  const auto run = simulate(
      tasks,
      {.tokens_per_second = 4.0, .start_seconds = 2.0, .load_seconds = 3.0, .store_latency = 10.0});
  const double working = test::all_tokens(tasks) / 4.0;
  CHECK(std::abs(run.seconds - 5.0 - working) < 1e-6);
  CHECK(std::abs(run.busy() - 1.0) < 1e-9);
  CHECK(std::abs(run.busy_with_start_up() - working / (working + 5.0)) < 1e-9);
  CHECK(run.start_up == 5.0);
  check_complete(tasks, run);
}

TEST_CASE("simulation: equal Items and no latency give the ideal") {
  for (const int ranks : {1, 2, 4, 8}) {
    const auto tasks = tasks_of({std::vector<double>(320, 1.0)});
    const auto run = simulate(tasks, {.ranks = ranks, .tokens_per_second = 2.0});
    INFO(ranks << " ranks");
    CHECK(std::abs(run.seconds - 160.0 / ranks) < 1e-9);
    CHECK(std::abs(run.busy() - 1.0) < 1e-9);
    CHECK(run.returned == 0);
    for (const auto& rank : run.ranks) CHECK(rank.items == 320 / static_cast<std::size_t>(ranks));
  }
}

// Times from the meeting, which takes 0.4. Rank 0 works on 4 until 4.0 and on 2 until 6.0. Rank 1's
// request comes at 0.1, is taken at 0.4, counted and replied to at 0.5 and read at 0.8; it works on
// 3 until 3.8, and sends that at once, half a second having passed: it comes at 3.9, and the
// request behind it at 4.0. The answer is taken at 4.2; at 4.3 the request is counted, and at 4.6
// taken and replied to; 1 is worked on from 4.9 to 5.9, comes at 6.0 and is taken at 6.3.
TEST_CASE("simulation: four Items and two ranks, by hand") {
  const auto tasks = tasks_of({{1.0, 2.0, 3.0, 4.0}});
  SimulatedRanks what{.ranks = 2, .store_latency = 0.1};
  const auto run = simulate(tasks, what);
  CHECK(std::abs(run.start_up - 0.4) < 1e-9);
  CHECK(std::abs(run.seconds - 6.7) < 1e-9);
  CHECK(std::abs(run.busy() - 10.0 / 12.6) < 1e-9);
  CHECK(run.answered_by == std::vector<std::vector<int>>{{1, 0, 1, 0}});
  CHECK(run.ranks[0].leases == 2);
  CHECK(run.ranks[1].leases == 2);
  // 0.1 to 0.5, 3.9 to 4.6, 6.0 to 6.3.
  CHECK(std::abs(run.serving - 1.4) < 1e-9);
  // Rank 0 has the 3 too, at 4.0, before the request is replied to at 5.5; 2 is worked on from 8.8
  // to 10.8, comes at 11.9 and is taken at 15.2; the meeting takes 4.4.
  what.store_latency = 1.1;
  const auto slow = simulate(tasks, what);
  CHECK(slow.answered_by == std::vector<std::vector<int>>{{0, 1, 0, 0}});
  CHECK(std::abs(slow.seconds - 19.6) < 1e-9);
  CHECK(std::abs(slow.serving - 7.7) < 1e-9);
}

// Rank 0 has the first task until 3.0. Rank 1 has two Items of the second at 0.8. The first one
// ends at 0.85 and is sent until 0.95; the second ends at 1.0 and goes with the request, which
// comes at 1.1, when the first one is being taken: both are there at 1.65. At 20 a second a lease
// is no less than 6, so that the last four go out; they are read at 1.95. The first of them ends
// at 2.15 and is sent until 2.25, the next one ends at 2.45 and waits until 2.75, which holds up
// the third from 2.85 to 2.95; with the fourth, at 3.05, it goes with the request. That comes
// at 3.15, when what was sent at 2.75 is being taken, and is taken at 3.55.
TEST_CASE("simulation: answers wait for half a second, and the last ones for nothing, by hand") {
  SimulatedTasks tasks = {{{.cost = 100.0, .tokens = 3.0}}, {}};
  for (const double tokens : {0.05, 0.05, 0.2, 0.2, 0.4, 0.1})
    tasks[1].push_back({.cost = 1.0, .tokens = tokens});
  const auto run = simulate(tasks, {.ranks = 2, .store_latency = 0.1});
  CHECK(run.answered_by == std::vector<std::vector<int>>{{0}, {1, 1, 1, 1, 1, 1}});
  CHECK(run.ranks[1].leases == 2);
  CHECK(std::abs(run.seconds - 0.4 - 3.55) < 1e-9);
  // 0.1 to 0.5, 0.95 to 1.65, 2.25 to 2.65 and 2.85 to 3.55.
  CHECK(std::abs(run.serving - 2.2) < 1e-9);
}

// Of each rank one Item of 8 seconds. Three requests come at 0.1: the first one is taken at 0.4 and
// counted with the others at 0.5, which are taken at 0.9; all are read at 1.2. Three answers come
// at 9.3 and three requests at 9.4: one answer is taken at 9.6, and five messages from 9.7 to 10.4.
TEST_CASE("simulation: messages are taken in batches, by hand") {
  const auto run = simulate(tasks_of({{8.0, 8.0, 8.0, 8.0}}), {.ranks = 4, .store_latency = 0.1});
  CHECK(run.answered_by == std::vector<std::vector<int>>{{0, 1, 2, 3}});
  CHECK(std::abs(run.start_up - 1.2) < 1e-9);
  CHECK(std::abs(run.seconds - 1.2 - 10.4) < 1e-9);
  CHECK(std::abs(run.serving - 0.8 - 1.1) < 1e-9);
  // The last rank's Item takes until 10.05 and comes at 10.15, while three messages are being taken
  // from 9.7 to 10.2; it is taken at 10.5, whose request is then on its way.
  SimulatedTasks later(1);
  for (const double tokens : {8.0, 8.0, 8.0, 8.85})
    later[0].push_back({.cost = 1.0, .tokens = tokens});
  const auto other = simulate(later, {.ranks = 4, .store_latency = 0.1});
  CHECK(std::abs(other.seconds - 1.2 - 10.5) < 1e-9);
  CHECK(std::abs(other.serving - 0.8 - 0.9 - 0.3) < 1e-9);
}

// 399 requests come at 1: one of them and 256 together are taken at 263 and read at 266, one and
// 141 at 410, read at 413. So 257 answers come at once, and the other 142 after 147. From the first
// ones on: 1 until 4, 256 until 262 (256 of the requests have come too), then requests, 1 until 266
// and 256 until 524, then answers again, 1 until 528, and 141 with 115 of the last requests until
// 786.
TEST_CASE("simulation: a batch has its limit, by hand") {
  constexpr double kWork = 1e5;
  const auto tasks = tasks_of({std::vector<double>(400, kWork)});
  const auto run = simulate(tasks, {.ranks = 400, .store_latency = 1.0});
  for (const auto& rank : run.ranks) CHECK(rank.items == 1);
  CHECK(std::abs(run.seconds - 4.0 * 399.0 - (267.0 + kWork + 786.0)) < 1e-6);
  CHECK(std::abs(run.serving - 409.0 - 786.0) < 1e-6);
}

// What is thought to be the larger Item takes rank 0 until 1.0, the other one rank 1 until 4.0;
// only then does rank 0 go on, and it has the 4 before rank 1 asks.
TEST_CASE("simulation: rank 0 goes on when its task is complete, others at once") {
  const SimulatedTasks waits = {
      {{.cost = 3.0, .tokens = 1.0}, {.cost = 2.0, .tokens = 4.0}},
      {{.cost = 4.0, .tokens = 4.0}, {.cost = 1.0, .tokens = 1.0}},
  };
  const auto run = simulate(waits, {.ranks = 2});
  CHECK(run.answered_by == std::vector<std::vector<int>>{{0, 1}, {0, 1}});
  CHECK(std::abs(run.seconds - 8.0) < 1e-9);
  // The other way round rank 1 begins the second task at 1.0.
  const SimulatedTasks goes_on = {
      {{.cost = 3.0, .tokens = 4.0}, {.cost = 2.0, .tokens = 1.0}},
      {{.cost = 4.0, .tokens = 4.0}, {.cost = 1.0, .tokens = 1.0}},
  };
  const auto other = simulate(goes_on, {.ranks = 2});
  CHECK(other.answered_by == std::vector<std::vector<int>>{{0, 1}, {1, 0}});
  CHECK(std::abs(other.seconds - 5.0) < 1e-9);
}

TEST_CASE("simulation: latency costs, the more ranks the more") {
  const auto tasks = uneven_tasks(2, 400);
  for (const int ranks : {2, 16}) {
    double before = 2.0;
    for (const double latency : {0.0, 0.05, 0.5, 5.0}) {
      const auto run =
          simulate(tasks, {.ranks = ranks, .tokens_per_second = 1.0, .store_latency = latency});
      INFO(ranks << " ranks, " << latency << " s");
      CHECK(run.busy() < before);
      CHECK(run.busy() <= 1.0 + 1e-9);
      before = run.busy();
      check_complete(tasks, run);
    }
  }
  // However many there are, each message keeps rank 0 for one round trip at least.
  const auto many = simulate(tasks, {.ranks = 400, .tokens_per_second = 1.0, .store_latency = 5.0});
  std::size_t requests = 0;
  for (std::size_t rank = 1; rank < many.ranks.size(); ++rank) requests += many.ranks[rank].leases;
  CHECK(requests > 500);
  CHECK(many.seconds - many.start_up > 5.0 * static_cast<double>(requests));
}

TEST_CASE("simulation: what is wrong") {
  const auto one = tasks_of({{1.0}});
  CHECK_THROWS_AS(simulate(one, {.ranks = 0}), std::invalid_argument);
  CHECK_THROWS_AS(simulate(one, {.tokens_per_second = 0.0}), std::invalid_argument);
  CHECK_THROWS_AS(simulate(one, {.store_latency = -1.0}), std::invalid_argument);
  CHECK_THROWS_AS(simulate(tasks_of({{}, {}}), {}), std::invalid_argument);
  CHECK_THROWS_AS(simulate(tasks_of({{1.0, 0.0}}), {}), std::invalid_argument);
  // An Item of an hour, of a rank that lives a second.
  const auto error = test::error_text<ErrorKind::usage>(
      [] { static_cast<void>(simulate(tasks_of({{3600.0}}), {.failures_per_hour = 3600.0})); });
  CHECK(test::contains(error,
                       "--failures-per-hour: wanted so few that the work ends, got 3600: rank 0 "
                       "has died 1001 times"));
}

TEST_CASE("simulation: the largest number of ranks that is busy") {
  std::vector<int> asked;
  const auto until = [&](int last) {
    return [&asked, last](int ranks) {
      asked.push_back(ranks);
      return ranks <= last ? 0.96 : 0.94;
    };
  };
  for (const int last : {0, 1, 2, 3, 77, 999, 1000, 2000})
    CHECK(most_busy_ranks(until(last), 0.95, 1000) == std::min(last, 1000));
  for (const int ranks : asked) CHECK((ranks >= 1 && ranks <= 1000));
  CHECK(most_busy_ranks(until(5), 0.95, 1) == 1);
  // As failures have it: four are less busy than eight.
  const auto uneven = [](int ranks) { return ranks == 4 || ranks > 12 ? 0.9 : 1.0; };
  CHECK(most_busy_ranks(uneven, 0.95, 1000) == 12);
}

}  // namespace smdm
