/// Tasks for simulated ranks, and what holds of every run of them.
#pragma once

#include <cmath>
#include <cstddef>
#include <vector>

#include "harness/bench/scale_simulation.hpp"
#include "tests/support/catch.hpp"

namespace smdm::test {

/// Items of as many tokens as they are said to cost.
inline SimulatedTasks tasks_of(const std::vector<std::vector<double>>& tokens) {
  SimulatedTasks tasks;
  for (const auto& task : tokens) {
    auto& items = tasks.emplace_back();
    for (const double one : task) items.push_back({.cost = one, .tokens = one});
  }
  return tasks;
}

/// Tasks of Items between 1 and about 10, of which leases expect something else than what is.
inline SimulatedTasks uneven_tasks(std::size_t tasks, std::size_t items) {
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

inline double all_tokens(const SimulatedTasks& tasks) {
  double sum = 0.0;
  for (const auto& task : tasks) {
    for (const auto& item : task) sum += item.tokens;
  }
  return sum;
}

/// Every Item has one answer, of a rank that there is, and totals say the same.
inline void check_complete(const SimulatedTasks& tasks, const SimulatedRun& run) {
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

}  // namespace smdm::test
