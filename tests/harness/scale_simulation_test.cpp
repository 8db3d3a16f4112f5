// Simulated ranks: cases worked out by hand, and what holds whatever happens to them.
#include "harness/bench/scale_simulation.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"

namespace smdm {
namespace {

SimulatedTasks tasks_of(const std::vector<std::vector<double>>& tokens) {
  SimulatedTasks tasks;
  for (const auto& task : tokens) {
    auto& items = tasks.emplace_back();
    for (const double one : task) items.push_back({.cost = one, .tokens = one});
  }
  return tasks;
}

/// Tasks of Items between 1 and about 10, of which leases expect something else than what is.
SimulatedTasks uneven_tasks(std::size_t tasks, std::size_t items) {
  constexpr std::size_t kFactor = 7919;
  constexpr std::size_t kModulus = 97;
  SimulatedTasks all(tasks);
  for (std::size_t t = 0; t < tasks; ++t) {
    for (std::size_t i = 0; i < items; ++i) {
      const double cost = 1.0 + static_cast<double>((t * items + i) * kFactor % kModulus) / 10.0;
      const double off = 0.8 + 0.1 * static_cast<double>(i % 5);
      all[t].push_back({.cost = cost, .tokens = cost * off});
    }
  }
  return all;
}

double all_tokens(const SimulatedTasks& tasks) {
  double sum = 0.0;
  for (const auto& task : tasks) {
    for (const auto& item : task) sum += item.tokens;
  }
  return sum;
}

/// Every Item has one answer, of a rank that there is, and totals say the same.
void check_complete(const SimulatedTasks& tasks, const SimulatedRun& run) {
  std::vector<std::size_t> items(run.ranks.size(), 0);
  REQUIRE(run.answered_by.size() == tasks.size());
  for (std::size_t t = 0; t < tasks.size(); ++t) {
    REQUIRE(run.answered_by[t].size() == tasks[t].size());
    for (const int rank : run.answered_by[t]) items.at(static_cast<std::size_t>(rank)) += 1;
  }
  double tokens = 0.0;
  for (std::size_t rank = 0; rank < run.ranks.size(); ++rank) {
    CHECK(run.ranks[rank].items == items[rank]);
    tokens += run.ranks[rank].tokens;
  }
  CHECK(std::abs(tokens / all_tokens(tasks) - 1.0) < 1e-9);
}

bool same(const SimulatedRun& a, const SimulatedRun& b) {
  return a.seconds == b.seconds && a.answered_by == b.answered_by && a.returned == b.returned &&
         a.lost == b.lost && a.failures == b.failures && a.restarts == b.restarts;
}

}  // namespace

TEST_CASE("simulation: one rank works all the time") {
  const auto tasks = uneven_tasks(3, 50);
  const auto run = simulate(
      tasks,
      {.tokens_per_second = 4.0, .start_seconds = 2.0, .load_seconds = 3.0, .store_latency = 10.0});
  const double working = all_tokens(tasks) / 4.0;
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

// Rank 0 works on 4 until 4.0 and on 2 until 6.0. Rank 1 asks at 0, has a reply at 0.5 and works on
// 3 until 3.5; its answer comes at 3.6 and is taken at 3.8, its request comes at 3.7, is replied to
// at 4.1, when rank 0 has taken the 2, and read at 4.2; its 1 ends at 5.2 and counts at 5.5.
TEST_CASE("simulation: four Items and two ranks, by hand") {
  const auto tasks = tasks_of({{1.0, 2.0, 3.0, 4.0}});
  SimulatedRanks what{.ranks = 2, .store_latency = 0.1};
  const auto run = simulate(tasks, what);
  CHECK(std::abs(run.seconds - 6.0) < 1e-9);
  CHECK(std::abs(run.busy() - 10.0 / 12.0) < 1e-9);
  CHECK(run.answered_by == std::vector<std::vector<int>>{{1, 0, 1, 0}});
  CHECK(run.ranks[0].leases == 2);
  CHECK(run.ranks[1].leases == 2);
  // Rank 0 has the 3 too before the request is served at 4.4; the reply is read at 5.5, and the 2
  // ends at 7.5, comes at 8.6 and counts at 10.8.
  what.store_latency = 1.1;
  const auto slow = simulate(tasks, what);
  CHECK(slow.answered_by == std::vector<std::vector<int>>{{0, 1, 0, 0}});
  CHECK(std::abs(slow.seconds - 10.8) < 1e-9);
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
  // A message keeps rank 0 for at least twice the latency: no more than one answer in so long.
  const auto many = simulate(tasks, {.ranks = 400, .tokens_per_second = 1.0, .store_latency = 5.0});
  const auto few = simulate(tasks, {.ranks = 40, .tokens_per_second = 1.0, .store_latency = 5.0});
  CHECK(many.seconds > 0.9 * few.seconds);
}

TEST_CASE("simulation: every Item is answered once, whatever fails") {
  const auto tasks = uneven_tasks(3, 60);
  std::size_t failures = 0;
  std::size_t restarts = 0;
  std::size_t returned = 0;
  std::size_t lost = 0;
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    const SimulatedRanks what{.ranks = 1 + static_cast<int>(seed % 7),
                              .tokens_per_second = 2.0,
                              .start_seconds = 1.0,
                              .load_seconds = 2.0,
                              .store_latency = 0.01,
                              .failures_per_hour = 10.0,
                              .rank_timeout = 5.0,
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
