// Who gets which Items: their order, the size of portions, and what comes back.
#include "harness/ranks/leases.hpp"

#include <algorithm>
#include <cstddef>
#include <set>
#include <stdexcept>
#include <vector>

#include "tests/support/catch.hpp"

namespace smdm::ranks {
namespace {

using Indices = std::vector<std::size_t>;

std::vector<OpenItem> items_of(const std::vector<double>& costs) {
  std::vector<OpenItem> items;
  for (std::size_t i = 0; i < costs.size(); ++i) items.push_back({.index = i, .cost = costs[i]});
  return items;
}

/// The Items of the next lease; none where there is nothing.
Indices next_of(Leases& leases, int rank, double least = 0.0) {
  const auto lease = leases.take(rank, least);
  return lease ? lease->items : Indices{};
}

}  // namespace

TEST_CASE("Leases: large Items go out first, equal ones in their order") {
  Leases leases({items_of({1, 5, 2, 5, 1, 9})}, 50);
  Indices order;
  for (auto items = next_of(leases, 0); !items.empty(); items = next_of(leases, 0)) {
    CHECK(items.size() == 1);  // a portion of so many ranks is less than any Item
    order.insert(order.end(), items.begin(), items.end());
  }
  CHECK(order == Indices{5, 1, 3, 2, 0, 4});
}

TEST_CASE("Leases: portions shrink with what is left, to single Items") {
  constexpr std::size_t kItems = 160;
  Leases leases({items_of(std::vector<double>(kItems, 2.0))}, 4);
  std::vector<std::size_t> sizes;
  std::set<std::size_t> seen;
  double waiting = leases.waiting_cost();
  CHECK(waiting == 320.0);
  while (const auto lease = leases.take(1, 0.0)) {
    sizes.push_back(lease->items.size());
    seen.insert(lease->items.begin(), lease->items.end());
    CHECK(lease->cost == 2.0 * static_cast<double>(lease->items.size()));
    CHECK(leases.waiting_cost() == waiting - lease->cost);
    waiting = leases.waiting_cost();
  }
  REQUIRE(sizes.size() > 4);
  // Half of a fair share of 160, of the 140 that are left then (rounded), and so on.
  CHECK(sizes[0] == 20);
  CHECK(sizes[1] == 18);
  CHECK(sizes[2] == 15);
  CHECK(std::ranges::is_sorted(sizes, std::ranges::greater{}));
  CHECK(sizes.back() == 1);
  CHECK(seen.size() == kItems);
  CHECK(leases.waiting_cost() == 0.0);
}

TEST_CASE("Leases: a portion is not cut below what is asked for, as far as there is as much") {
  Leases leases({items_of({1, 1, 1, 1, 1, 1, 1, 1, 1, 1}), items_of({1, 1})}, 8);
  CHECK(next_of(leases, 3, 4.0).size() == 4);
  CHECK(next_of(leases, 3, 0.0).size() == 1);
  CHECK(next_of(leases, 3, 100.0).size() == 5);  // never Items of two tasks together
  CHECK(next_of(leases, 3, 100.0).size() == 2);
  CHECK(next_of(leases, 3, 100.0).empty());
}

TEST_CASE("Leases: an Item goes along where the lesser part of it is too much") {
  Leases leases({items_of({3, 3, 3, 3})}, 1);
  CHECK(next_of(leases, 0).size() == 2);  // of a portion of 6
  CHECK(next_of(leases, 0, 4.6).size() == 2);
  Leases others({items_of({3, 3, 3, 3})}, 1);
  CHECK(next_of(others, 0).size() == 2);
  CHECK(next_of(others, 0, 4.4).size() == 1);
}

TEST_CASE("Leases: tasks begin in their order, and one can be asked for alone") {
  Leases leases({items_of({1}), items_of({4, 4}), items_of({9})}, 2);
  CHECK(leases.take_of(0, 0, 0.0)->items == Indices{0});
  CHECK_FALSE(leases.take_of(0, 0, 0.0));
  const auto later = leases.take(1, 0.0);
  REQUIRE(later);
  CHECK(later->task == 1);
  CHECK(leases.take_of(2, 0, 0.0)->items == Indices{0});
  CHECK(leases.take(1, 0.0)->task == 1);
  CHECK_FALSE(leases.take(1, 0.0));
}

TEST_CASE("Leases: what comes back goes out first") {
  Leases leases({items_of({8, 7, 6, 5, 4, 3, 2, 1})}, 50);
  CHECK(next_of(leases, 1) == Indices{0});
  CHECK(next_of(leases, 2) == Indices{1});
  CHECK(next_of(leases, 1, 9.0) == Indices{2, 3});  // 6 and the nearer part of 5
  CHECK(leases.answered(0, 2));
  CHECK(leases.give_back(1) == 2);  // without what it has answered
  CHECK(leases.give_back(1) == 0);
  CHECK(leases.waiting_cost() == 8.0 + 5.0 + 4.0 + 3.0 + 2.0 + 1.0);
  auto first = next_of(leases, 3);
  const auto second = next_of(leases, 3);
  first.insert(first.end(), second.begin(), second.end());
  std::ranges::sort(first);
  CHECK(first == Indices{0, 3});
  CHECK(next_of(leases, 3) == Indices{4});
}

TEST_CASE("Leases: late answers count once, from whomever") {
  Leases leases({items_of({2, 1})}, 50);
  CHECK(next_of(leases, 1) == Indices{0});
  CHECK(leases.give_back(1) == 1);
  CHECK(leases.answered(0, 0));  // late, while it waits
  CHECK_FALSE(leases.answered(0, 0));
  CHECK(next_of(leases, 2) == Indices{1});  // the other one is not handed out again
  CHECK(leases.give_back(2) == 1);
  CHECK(next_of(leases, 3) == Indices{1});
  CHECK(leases.answered(0, 1));  // of the rank that had it before, or of this one
  CHECK_FALSE(leases.answered(0, 1));
  CHECK(leases.give_back(3) == 0);
  CHECK(leases.is_complete());
}

TEST_CASE("Leases: complete when every Item that was open is answered") {
  // Items 0 and 2 of the first task have answers already; the second task is complete from the
  // start.
  Leases leases({{{.index = 1, .cost = 3.0}, {.index = 3, .cost = 1.0}}, {}, items_of({1})}, 2);
  CHECK_FALSE(leases.is_complete());
  CHECK_FALSE(leases.is_complete(0));
  CHECK(leases.is_complete(1));
  CHECK_FALSE(leases.answered(0, 0));  // was answered before
  CHECK(leases.take(0, 0.0)->items == Indices{1});
  CHECK(leases.answered(0, 1));
  CHECK_FALSE(leases.is_complete(0));
  CHECK(leases.answered(0, 3));
  CHECK(leases.is_complete(0));
  CHECK_FALSE(leases.is_complete());
  CHECK(leases.answered(2, 0));
  CHECK(leases.is_complete());
  CHECK(Leases({}, 1).is_complete());
  CHECK_THROWS_AS(Leases({items_of({1})}, 0), std::invalid_argument);
}

}  // namespace smdm::ranks
