// Items that wait lie in a stack, the largest on top: those that come back go on top of them, and
// those that were answered meanwhile are left out when they are come to.
#include "harness/ranks/leases.hpp"

#include <algorithm>
#include <stdexcept>

namespace smdm::ranks {
namespace {

/// A portion is so small a part of a rank's share of what is left: with 2, what the others hold
/// when the last portion goes out is about as much as that.
constexpr double kPortions = 2.0;

/// Below so many seconds of work, filling the model's forwards and asking for more would cost as
/// much as the work.
constexpr double kLeastSeconds = 0.3;

}  // namespace

double Pace::least() const noexcept {
  return seconds_ > 0.0 ? kLeastSeconds * cost_ / seconds_ : 0.0;
}

Leases::Leases(const std::vector<std::vector<OpenItem>>& tasks, int ranks) : ranks_(ranks) {
  if (ranks < 1) throw std::invalid_argument("leases: wanted at least one rank");
  for (const auto& open : tasks) {
    auto& task = tasks_.emplace_back();
    for (const auto& item : open) {
      if (item.index >= task.items.size()) task.items.resize(item.index + 1);
      task.items[item.index] = {.cost = item.cost, .holder = kNobody, .open = true};
      task.waiting.push_back(item.index);
      task.waiting_cost += item.cost;
    }
    // Of equal costs the first Item goes out first.
    std::ranges::sort(task.waiting, [&](std::size_t a, std::size_t b) {
      const double cost_a = task.items[a].cost;
      const double cost_b = task.items[b].cost;
      return cost_a != cost_b ? cost_a < cost_b : a > b;
    });
    task.unanswered = open.size();
    unanswered_ += open.size();
  }
}

std::optional<Lease> Leases::take(int rank, double least) {
  for (std::size_t t = 0; t < tasks_.size(); ++t) {
    if (auto lease = take_of(t, rank, least)) return lease;
  }
  return std::nullopt;
}

std::optional<Lease> Leases::take_of(std::size_t task, int rank, double least) {
  auto& own = tasks_.at(task);
  Lease lease{.task = task, .items = {}, .cost = 0.0};
  const double portion = std::max(own.waiting_cost / (kPortions * ranks_), least);
  while (!own.waiting.empty()) {
    const auto item = own.waiting.back();
    auto& state = own.items[item];
    // Half of an Item too much is as near as half of one too few.
    if (!lease.items.empty() && lease.cost + state.cost / 2.0 > portion) break;
    own.waiting.pop_back();
    own.waiting_cost -= state.cost;
    if (!state.open) continue;  // answered late by the rank that had it before
    state.holder = rank;
    lease.cost += state.cost;
    lease.items.push_back(item);
  }
  if (own.waiting.empty()) own.waiting_cost = 0.0;  // without what rounding has left
  if (lease.items.empty()) return std::nullopt;
  return lease;
}

bool Leases::answered(std::size_t task, std::size_t item) {
  auto& own = tasks_.at(task);
  auto& state = own.items.at(item);
  if (!state.open) return false;
  state.open = false;
  --own.unanswered;
  --unanswered_;
  return true;
}

void Leases::put_back(Task& task, std::size_t item) {
  auto& state = task.items[item];
  state.holder = kNobody;
  task.waiting.push_back(item);
  task.waiting_cost += state.cost;
}

std::size_t Leases::give_back(int rank) {
  std::size_t given = 0;
  for (auto& task : tasks_) {
    for (std::size_t i = 0; i < task.items.size(); ++i) {
      if (!task.items[i].open || task.items[i].holder != rank) continue;
      put_back(task, i);
      ++given;
    }
  }
  return given;
}

bool Leases::is_complete(std::size_t task) const {
  return tasks_.at(task).unanswered == 0;
}

double Leases::waiting_cost() const {
  double sum = 0.0;
  for (const auto& task : tasks_) sum += task.waiting_cost;
  return sum;
}

}  // namespace smdm::ranks
