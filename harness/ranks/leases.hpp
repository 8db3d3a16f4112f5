/// Who computes what: the bookkeeping of work that ranks share. No clocks, no network, no model, so
/// that a simulation can use the same.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace smdm::ranks {

/// An Item that has no answer yet.
struct OpenItem {
  std::size_t index = 0;  ///< in its task
  double cost = 1.0;      ///< above 0, see expected_cost()
};

/// Items of one task that a rank computes together.
struct Lease {
  std::size_t task = 0;
  std::vector<std::size_t> items;  ///< indices in the task
  double cost = 0.0;               ///< of all of them
};

/// How fast a rank is, by what it has answered so far.
class Pace {
 public:
  /// @param cost     of Items
  /// @param seconds  that it has worked on them
  void add(double cost, double seconds) noexcept {
    cost_ += cost;
    seconds_ += seconds;
  }

  /// The cost of 0.3 seconds of its work, 0 while nothing is known of it: the least that is worth a
  /// lease of its own, see Leases::take().
  [[nodiscard]] double least() const noexcept;

 private:
  double cost_ = 0.0;
  double seconds_ = 0.0;
};

/// Hands Items out, each to one rank at a time. Tasks are begun in their order; within a task Items
/// go out by cost, large ones first, in portions that shrink with what is left of it (guided
/// self-scheduling, Polychronopoulos and Kuck 1987), so that all ranks end at about the same time.
class Leases {
 public:
  /// @param tasks  of each, the Items that have no answer yet
  /// @param ranks  how many share the work, at least 1
  Leases(const std::vector<std::vector<OpenItem>>& tasks, int ranks);

  /// The next portion for a rank, of the first task that has any left.
  /// @param least  cost below which a portion is not cut, as far as the task has as much
  /// @return nothing while there is none; what others hold may come back
  [[nodiscard]] std::optional<Lease> take(int rank, double least);

  /// Likewise, but of one task alone.
  [[nodiscard]] std::optional<Lease> take_of(std::size_t task, int rank, double least);

  /// An answer has come, from whomever.
  /// @return whether it is the first one of its Item: all later ones change nothing
  bool answered(std::size_t task, std::size_t item);

  /// What a rank holds and has not answered can be taken again, before all else of its task.
  /// @return how many Items that are
  std::size_t give_back(int rank);

  /// Whether all Items of a task are answered.
  [[nodiscard]] bool is_complete(std::size_t task) const;
  [[nodiscard]] bool is_complete() const noexcept { return unanswered_ == 0; }

  /// The cost of an Item that had no answer at the beginning.
  [[nodiscard]] double cost(std::size_t task, std::size_t item) const {
    return tasks_.at(task).items.at(item).cost;
  }

  /// Cost of all that waits for a rank.
  [[nodiscard]] double waiting_cost() const;

 private:
  static constexpr int kNobody = -1;
  struct State {
    double cost = 0.0;
    int holder = kNobody;
    bool open = false;  ///< has no answer
  };
  struct Task {
    std::vector<State> items;          ///< by index
    std::vector<std::size_t> waiting;  ///< the largest last
    double waiting_cost = 0.0;
    std::size_t unanswered = 0;
  };
  static void put_back(Task& task, std::size_t item);

  std::vector<Task> tasks_;
  int ranks_;
  std::size_t unanswered_ = 0;
};

}  // namespace smdm::ranks
