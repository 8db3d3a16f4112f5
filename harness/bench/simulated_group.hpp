/// One group of simulated ranks, from their meeting until all is answered or rank 0 dies.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <queue>
#include <set>
#include <vector>

#include "harness/bench/scale_simulation.hpp"
#include "harness/ranks/leases.hpp"

namespace smdm {

/// Who has answered an Item.
struct TakenAnswer {
  static constexpr int kNobody = -1;
  int rank = kNobody;
  double at = 0.0;  ///< when rank 0 had it
};

/// Of the Items of each task.
using TakenAnswers = std::vector<std::vector<TakenAnswer>>;

class SimulatedGroup {
 public:
  /// All arguments outlive it.
  /// @param taken  those that earlier groups have left, to which this one adds
  /// @param run    of which leases, serving, returned and failures are added to; its restarts say
  ///               which group this is
  SimulatedGroup(const SimulatedTasks& tasks,
                 const SimulatedRanks& what,
                 TakenAnswers& taken,
                 SimulatedRun& run);

  /// @param begin  when they meet
  /// @return when all was answered or rank 0 died
  double work(double begin);

  [[nodiscard]] bool is_complete() const { return leases_.is_complete(); }

 private:
  enum class What : std::uint8_t {
    begin,
    item_done,
    flush,
    arrival,
    first_taken,
    counted,
    rest_taken,
    death,
    noticed
  };

  struct Event {
    double at = 0.0;
    std::uint64_t order = 0;  ///< in which it was planned
    What what = What::begin;
    int rank = 0;
    std::size_t message = 0;  ///< that arrives
  };

  struct Later {
    bool operator()(const Event& a, const Event& b) const {
      return a.at != b.at ? a.at > b.at : a.order > b.order;
    }
  };

  /// Answers of one task, and whether the rank wants more to do.
  struct Message {
    int rank = 0;
    std::size_t task = 0;
    std::vector<std::size_t> items = {};
    bool asks = false;
  };

  struct Rank {
    ranks::Lease lease;
    std::size_t next = 0;             ///< of the lease's Items
    std::vector<std::size_t> unsent;  ///< of the lease's Items, answered
    double sent_at = 0.0;
    double sending = 0.0;   ///< seconds by which sending holds up its work
    double flush_at = 0.0;  ///< for when that was planned last
    bool alive = true;
    bool dropped = false;  ///< rank 0 has noticed that it is dead
    ranks::Pace pace;
  };

  Rank& at(int rank) { return ranks_[static_cast<std::size_t>(rank)]; }
  [[nodiscard]] double trips(double count) const { return count * what_.store_latency; }
  void plan(double in, What what, int rank, std::size_t message = 0);
  void plan_at(double when, What what, int rank, std::size_t message = 0);
  void handle(const Event& event);

  // What a rank does.
  void begin(int rank, ranks::Lease lease, double in);
  void plan_item(int rank);
  void item_done(int rank);
  void flush(int rank);
  void send_answers(int rank);
  void ask(int rank);
  void send(Message message, double in);
  void take_own();

  // What rank 0's thread does for the others.
  void arrive(std::size_t message);
  void begin_step(double count, What end);
  void end_step(What end);
  void take_message();
  void take_answer(int rank, std::size_t task, std::size_t item);
  void reply();
  void drop(int rank);

  const SimulatedTasks& tasks_;
  const SimulatedRanks& what_;
  TakenAnswers& taken_;
  SimulatedRun& run_;
  ranks::Leases leases_;
  std::vector<Rank> ranks_;
  std::priority_queue<Event, std::vector<Event>, Later> events_;
  std::uint64_t planned_ = 0;
  double now_ = 0.0;
  std::size_t own_task_ = 0;  ///< that rank 0 is at
  bool own_waits_ = false;    ///< for the end of that task
  // Of the thread.
  std::vector<Message> messages_;  ///< all that were sent
  std::deque<std::size_t> inbox_;  ///< those that have arrived and are not taken
  std::size_t rest_ = 0;           ///< how many are taken together
  std::set<int> asking_;           ///< ranks that wait for a lease
  bool busy_ = false;
  double step_began_ = 0.0;
};

}  // namespace smdm
