// Events in the order of their time, those of one moment in the order in which they were planned. A
// group of ranks lives until all is answered or its rank 0 is gone; simulate() starts one after the
// other.
#include "harness/bench/scale_simulation.hpp"

#include <algorithm>
#include <cmath>
#include <optional>
#include <queue>
#include <stdexcept>
#include <string>
#include <utility>

#include "base/numbers/splitmix.hpp"
#include "harness/ranks/leases.hpp"
#include "harness/settings/refuse.hpp"

namespace smdm {
namespace {

constexpr double kBetweenAnswers = 0.5;  ///< seconds
constexpr double kLeastLease = 0.3;      ///< seconds of a rank's work
constexpr double kJournalled = 1.0;      ///< seconds until an answer is safe
constexpr double kSend = 1.0;            ///< round trips to the store
constexpr double kReceive = 2.0;
constexpr double kReply = 1.0;
constexpr double kReadReply = 1.0;
constexpr std::size_t kMostRestarts = 1000;
constexpr int kNobody = -1;

/// An answer that rank 0 has.
struct Taken {
  int rank = kNobody;
  double at = 0.0;
};
using AllTaken = std::vector<std::vector<Taken>>;

/// Seconds of work until a rank dies: exponential, the draw of a rank in a group.
double life_of(const SimulatedRanks& what, std::size_t group, int rank) {
  constexpr double kHour = 3600.0;
  constexpr double kWords = 0x1p53;
  std::uint64_t word = split_mix_join(split_mix(what.seed + kSplitMixIncrement), group);
  word = split_mix_join(word, static_cast<std::uint64_t>(rank));
  const double uniform = (static_cast<double>(word >> 11U) + 0.5) / kWords;
  return -std::log(uniform) * kHour / what.failures_per_hour;
}

enum class What : std::uint8_t { begin, item_done, flush, arrival, served, death, noticed };

struct Event {
  double at = 0.0;
  std::uint64_t order = 0;  ///< in which it was planned
  What what = What::begin;
  int rank = 0;
  std::size_t message = 0;  ///< of arrival and served
};

struct Later {
  bool operator()(const Event& a, const Event& b) const {
    return a.at != b.at ? a.at > b.at : a.order > b.order;
  }
};

/// Answers, or a request for work.
struct Message {
  std::size_t task = 0;
  std::vector<std::size_t> items;
  [[nodiscard]] bool is_request() const { return items.empty(); }
};

struct Rank {
  ranks::Lease lease;
  std::size_t next = 0;             ///< of the lease's Items
  std::vector<std::size_t> unsent;  ///< of the lease's Items, answered
  double sent_at = 0.0;
  bool flush_planned = false;
  bool alive = true;
  bool dropped = false;  ///< rank 0 has noticed that it is dead
  double cost = 0.0;     ///< of all that it has computed
  double seconds = 0.0;  ///< that this took
};

/// Items without an answer.
std::vector<std::vector<ranks::OpenItem>> open_items(const SimulatedTasks& tasks,
                                                     const AllTaken& taken) {
  std::vector<std::vector<ranks::OpenItem>> left(tasks.size());
  for (std::size_t t = 0; t < tasks.size(); ++t) {
    for (std::size_t i = 0; i < tasks[t].size(); ++i) {
      if (taken[t][i].rank == kNobody) left[t].push_back({.index = i, .cost = tasks[t][i].cost});
    }
  }
  return left;
}

/// Ranks from their meeting on.
class Group {
 public:
  Group(const SimulatedTasks& tasks, const SimulatedRanks& what, AllTaken& taken, SimulatedRun& run)
      : tasks_(tasks),
        what_(what),
        taken_(taken),
        run_(run),
        leases_(open_items(tasks, taken), what.ranks),
        ranks_(static_cast<std::size_t>(what.ranks)) {}

  /// @param begin  when they meet
  /// @return when all was answered or rank 0 died
  double work(double begin) {
    now_ = begin;
    if (leases_.is_complete()) return now_;
    take_own();
    for (int rank = 0; rank < what_.ranks; ++rank) {
      if (rank > 0) send({}, rank, kSend);
      if (what_.failures_per_hour > 0.0)
        plan(life_of(what_, run_.restarts, rank), What::death, rank);
    }
    while (!leases_.is_complete() && ranks_[0].alive) {
      if (events_.empty()) throw std::logic_error("simulation: work is left and nobody does it");
      const Event event = events_.top();
      events_.pop();
      now_ = event.at;
      handle(event);
    }
    return now_;
  }

  [[nodiscard]] bool is_complete() const { return leases_.is_complete(); }

 private:
  Rank& at(int rank) { return ranks_[static_cast<std::size_t>(rank)]; }

  void plan(double in, What what, int rank, std::size_t message = 0) {
    events_.push(
        {.at = now_ + in, .order = planned_++, .what = what, .rank = rank, .message = message});
  }

  void handle(const Event& event) {
    auto& rank = at(event.rank);
    switch (event.what) {
      case What::begin:
        if (rank.alive) plan_item(event.rank);
        break;
      case What::item_done:
        if (rank.alive) item_done(event.rank);
        break;
      case What::flush:
        rank.flush_planned = false;
        if (rank.alive) send_answers(event.rank);
        break;
      case What::arrival:
        queue_up(event);
        break;
      case What::served:
        serve(event.rank, std::exchange(messages_[event.message], {}));
        break;
      case What::death:
        rank.alive = false;
        run_.failures += 1;
        plan(what_.rank_timeout, What::noticed, event.rank);
        break;
      case What::noticed:
        drop(event.rank);
        break;
    }
  }

  // What a rank does.

  void plan_item(int rank) {
    const auto& own = at(rank);
    const auto item = own.lease.items[own.next];
    plan(tasks_[own.lease.task][item].tokens / what_.tokens_per_second, What::item_done, rank);
  }

  void item_done(int rank) {
    auto& own = at(rank);
    const auto item = own.lease.items[own.next++];
    const auto& about = tasks_[own.lease.task][item];
    own.cost += about.cost;
    own.seconds += about.tokens / what_.tokens_per_second;
    const bool more = own.next < own.lease.items.size();
    if (more) plan_item(rank);
    if (rank == 0) {
      take(0, own.lease.task, item);
      if (!more) take_own();
      return;
    }
    own.unsent.push_back(item);
    if (more) {
      plan_flush(rank);
    } else {
      send_answers(rank);
      send({}, rank, 2.0 * kSend);  // behind the answers
    }
  }

  void plan_flush(int rank) {
    auto& own = at(rank);
    if (own.flush_planned) return;
    own.flush_planned = true;
    plan(std::max(own.sent_at + kBetweenAnswers - now_, 0.0), What::flush, rank);
  }

  void send_answers(int rank) {
    auto& own = at(rank);
    if (own.unsent.empty()) return;
    own.sent_at = now_;
    send({.task = own.lease.task, .items = std::exchange(own.unsent, {})}, rank, kSend);
  }

  void send(Message message, int rank, double trips) {
    messages_.push_back(std::move(message));
    plan(trips * what_.store_latency, What::arrival, rank, messages_.size() - 1);
  }

  /// Rank 0's next lease, of the task that it is at.
  void take_own() {
    while (own_task_ < tasks_.size() && leases_.is_complete(own_task_)) ++own_task_;
    if (own_task_ == tasks_.size()) return;
    auto lease = leases_.take_of(own_task_, 0, least(0));
    own_waits_ = !lease;
    if (!lease) return;
    begin(0, std::move(*lease), 0.0);
  }

  // What rank 0 does for the others.

  void queue_up(const Event& event) {
    const double trips = messages_[event.message].is_request() ? kReceive + kReply : kReceive;
    const double seconds = trips * what_.store_latency;
    run_.serving += seconds;
    served_until_ = std::max(served_until_, now_) + seconds;
    plan(served_until_ - now_, What::served, event.rank, event.message);
  }

  void serve(int rank, const Message& message) {
    for (const auto item : message.items) take(rank, message.task, item);
    if (message.is_request() && !at(rank).dropped) give(rank, kReadReply);
  }

  /// An answer counts, if it is the first one.
  void take(int rank, std::size_t task, std::size_t item) {
    if (!leases_.answered(task, item)) return;
    taken_[task][item] = {.rank = rank, .at = now_};
    if (own_waits_ && leases_.is_complete(task)) take_own();
  }

  void give(int rank, double trips) {
    if (auto lease = leases_.take(rank, least(rank))) {
      begin(rank, std::move(*lease), trips * what_.store_latency);
    } else {
      waiting_.push_back(rank);
    }
  }

  void begin(int rank, ranks::Lease lease, double in) {
    auto& own = at(rank);
    own.lease = std::move(lease);
    own.next = 0;
    run_.ranks[static_cast<std::size_t>(rank)].leases += 1;
    plan(in, What::begin, rank);
  }

  void drop(int rank) {
    at(rank).dropped = true;
    run_.returned += leases_.give_back(rank);
    std::erase(waiting_, rank);
    if (own_waits_) take_own();
    for (const int other : std::exchange(waiting_, {})) give(other, kReply + kReadReply);
  }

  /// A rank's cost below which a portion is not cut.
  double least(int rank) {
    const auto& own = at(rank);
    return own.seconds > 0.0 ? kLeastLease * own.cost / own.seconds : 0.0;
  }

  const SimulatedTasks& tasks_;
  const SimulatedRanks& what_;
  AllTaken& taken_;
  SimulatedRun& run_;
  ranks::Leases leases_;
  std::vector<Rank> ranks_;
  std::vector<Message> messages_;
  std::vector<int> waiting_;  ///< for a reply, while nothing is to be had
  std::priority_queue<Event, std::vector<Event>, Later> events_;
  std::uint64_t planned_ = 0;
  double now_ = 0.0;
  double served_until_ = 0.0;
  std::size_t own_task_ = 0;
  bool own_waits_ = false;
};

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
std::size_t forget(AllTaken& taken, double after) {
  std::size_t lost = 0;
  for (auto& task : taken) {
    for (auto& one : task) {
      if (one.rank == kNobody || one.at <= after) continue;
      one = {};
      ++lost;
    }
  }
  return lost;
}

void add_totals(const SimulatedTasks& tasks,
                const SimulatedRanks& what,
                const AllTaken& taken,
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
  run.start_up = ranks.start_seconds + ranks.load_seconds;
  run.ranks.resize(static_cast<std::size_t>(ranks.ranks));
  AllTaken taken;
  for (const auto& task : tasks) taken.emplace_back(task.size());
  double begin = run.start_up;
  while (true) {
    Group group(tasks, ranks, taken, run);
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
