// Events in the order of their time, those of one moment in the order in which they were planned.
// Rank 0's thread takes messages in the steps of ranks::Coordinator, each with its round trips.
#include "harness/bench/simulated_group.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <stdexcept>
#include <utility>

#include "base/numbers/splitmix.hpp"
#include "harness/ranks/messages.hpp"

namespace smdm {
namespace {

constexpr int kNobody = TakenAnswer::kNobody;
constexpr double kBetweenAnswers = std::chrono::duration<double>(ranks::kBetweenAnswers).count();
constexpr auto kMostTogether = static_cast<std::size_t>(ranks::kMostTogether);

// Round trips to the store.
constexpr double kSend = 1.0;       ///< the message's number; to set it needs no answer
constexpr double kTakeFirst = 3.0;  ///< wait, read, delete
constexpr double kCount = 1.0;      ///< how many there are
constexpr double kTakeRest = 2.0;   ///< look whether all are there, read all
constexpr double kTakeOne = 1.0;    ///< delete
constexpr double kReadReply = 3.0;  ///< wait, read, delete

/// Seconds of work until a rank dies: exponential, the draw of a rank in a group.
double life_of(const SimulatedRanks& what, std::size_t group, int rank) {
  constexpr double kHour = 3600.0;
  constexpr double kWords = 0x1p53;
  std::uint64_t word = split_mix_join(split_mix(what.seed + kSplitMixIncrement), group);
  word = split_mix_join(word, static_cast<std::uint64_t>(rank));
  const double uniform = (static_cast<double>(word >> 11U) + 0.5) / kWords;
  return -std::log(uniform) * kHour / what.failures_per_hour;
}

/// Items without an answer.
std::vector<std::vector<ranks::OpenItem>> open_items(const SimulatedTasks& tasks,
                                                     const TakenAnswers& taken) {
  std::vector<std::vector<ranks::OpenItem>> left(tasks.size());
  for (std::size_t t = 0; t < tasks.size(); ++t) {
    for (std::size_t i = 0; i < tasks[t].size(); ++i) {
      if (taken[t][i].rank == kNobody) left[t].push_back({.index = i, .cost = tasks[t][i].cost});
    }
  }
  return left;
}

}  // namespace

SimulatedGroup::SimulatedGroup(const SimulatedTasks& tasks,
                               const SimulatedRanks& what,
                               TakenAnswers& taken,
                               SimulatedRun& run)
    : tasks_(tasks),
      what_(what),
      taken_(taken),
      run_(run),
      leases_(open_items(tasks, taken), what.ranks),
      ranks_(static_cast<std::size_t>(what.ranks)) {}

double SimulatedGroup::work(double begin) {
  now_ = begin;
  if (leases_.is_complete()) return now_;
  take_own();
  for (int rank = 0; rank < what_.ranks; ++rank) {
    if (rank > 0) ask(rank);
    if (what_.failures_per_hour > 0.0) plan(life_of(what_, run_.restarts, rank), What::death, rank);
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

void SimulatedGroup::plan(double in, What what, int rank, std::size_t message) {
  plan_at(now_ + in, what, rank, message);
}

void SimulatedGroup::plan_at(double when, What what, int rank, std::size_t message) {
  events_.push({.at = when, .order = planned_++, .what = what, .rank = rank, .message = message});
}

void SimulatedGroup::handle(const Event& event) {
  switch (event.what) {
    case What::begin:
      plan_item(event.rank);
      break;
    case What::item_done:
      if (at(event.rank).alive) item_done(event.rank);
      break;
    case What::flush:
      if (at(event.rank).alive) flush(event.rank);
      break;
    case What::arrival:
      arrive(event.message);
      break;
    case What::first_taken:
    case What::counted:
    case What::rest_taken:
      end_step(event.what);
      break;
    case What::death:
      at(event.rank).alive = false;
      run_.failures += 1;
      plan(what_.rank_timeout, What::noticed, event.rank);
      break;
    case What::noticed:
      drop(event.rank);
      break;
  }
}

void SimulatedGroup::begin(int rank, ranks::Lease lease, double in) {
  auto& own = at(rank);
  own.lease = std::move(lease);
  own.next = 0;
  run_.ranks[static_cast<std::size_t>(rank)].leases += 1;
  plan(in, What::begin, rank);
}

void SimulatedGroup::plan_item(int rank) {
  const auto& own = at(rank);
  const auto item = own.lease.items[own.next];
  plan(tasks_[own.lease.task][item].tokens / what_.tokens_per_second, What::item_done, rank);
}

void SimulatedGroup::item_done(int rank) {
  auto& own = at(rank);
  if (own.sending > 0.0) return plan(std::exchange(own.sending, 0.0), What::item_done, rank);
  const auto item = own.lease.items[own.next++];
  const auto& about = tasks_[own.lease.task][item];
  own.pace.add(about.cost, about.tokens / what_.tokens_per_second);
  const bool more = own.next < own.lease.items.size();
  if (more) plan_item(rank);
  if (rank == 0) {
    take_answer(0, own.lease.task, item);
    if (!more) take_own();
    return;
  }
  own.unsent.push_back(item);
  flush(rank);
  if (!more) ask(rank);
}

/// Sends what is to be sent, now or when it is time.
void SimulatedGroup::flush(int rank) {
  auto& own = at(rank);
  if (own.unsent.empty()) return;
  const double due = own.sent_at + kBetweenAnswers;
  if (now_ >= due) {
    send_answers(rank);
  } else if (own.flush_at < due) {
    own.flush_at = due;
    plan_at(due, What::flush, rank);
  }
}

void SimulatedGroup::send_answers(int rank) {
  auto& own = at(rank);
  own.sending += trips(kSend);
  own.sent_at = now_ + own.sending;
  send({.rank = rank, .task = own.lease.task, .items = std::exchange(own.unsent, {})}, own.sending);
}

/// What is not sent yet goes along.
void SimulatedGroup::ask(int rank) {
  auto& own = at(rank);
  const double in = std::exchange(own.sending, 0.0) + trips(kSend);
  own.sent_at = now_ + in;
  send({.rank = rank, .task = own.lease.task, .items = std::exchange(own.unsent, {}), .asks = true},
       in);
}

void SimulatedGroup::send(Message message, double in) {
  const int rank = message.rank;
  messages_.push_back(std::move(message));
  plan(in, What::arrival, rank, messages_.size() - 1);
}

/// Rank 0's next lease, of the task that it is at.
void SimulatedGroup::take_own() {
  while (own_task_ < tasks_.size() && leases_.is_complete(own_task_)) ++own_task_;
  if (own_task_ == tasks_.size()) return;
  auto lease = leases_.take_of(own_task_, 0, at(0).pace.least());
  own_waits_ = !lease;
  if (lease) begin(0, std::move(*lease), 0.0);
}

void SimulatedGroup::arrive(std::size_t message) {
  inbox_.push_back(message);
  if (!busy_) begin_step(kTakeFirst, What::first_taken);
}

void SimulatedGroup::begin_step(double count, What end) {
  busy_ = true;
  step_began_ = now_;
  plan(trips(count), end, 0);
}

void SimulatedGroup::end_step(What end) {
  run_.serving += now_ - step_began_;
  if (end == What::first_taken) {
    take_message();
    begin_step(kCount, What::counted);
  } else if (end == What::counted && !inbox_.empty()) {
    rest_ = std::min(inbox_.size(), kMostTogether);
    begin_step(kTakeRest + kTakeOne * static_cast<double>(rest_), What::rest_taken);
  } else {
    for (; rest_ > 0; --rest_) take_message();
    reply();
    busy_ = false;
    if (!inbox_.empty()) begin_step(kTakeFirst, What::first_taken);
  }
}

void SimulatedGroup::take_message() {
  const auto message = std::exchange(messages_[inbox_.front()], {});
  inbox_.pop_front();
  for (const auto item : message.items) take_answer(message.rank, message.task, item);
  if (message.asks && !at(message.rank).dropped) asking_.insert(message.rank);
}

/// An answer counts, if it is the first one.
void SimulatedGroup::take_answer(int rank, std::size_t task, std::size_t item) {
  if (!leases_.answered(task, item)) return;
  taken_[task][item] = {.rank = rank, .at = now_};
  if (own_waits_ && leases_.is_complete(task)) take_own();
}

/// Leases for those that wait, in the order of their ranks.
void SimulatedGroup::reply() {
  while (!asking_.empty()) {
    const int rank = *asking_.begin();
    auto lease = leases_.take(rank, at(rank).pace.least());
    if (!lease) return;  // what others hold may come back
    asking_.erase(asking_.begin());
    begin(rank, std::move(*lease), trips(kReadReply));
  }
}

void SimulatedGroup::drop(int rank) {
  at(rank).dropped = true;
  asking_.erase(rank);
  run_.returned += leases_.give_back(rank);
  if (own_waits_) take_own();
  reply();
}

}  // namespace smdm
