// Messages have numbers, so that one wait is for whoever says something next. A rank that dies
// between taking a number and setting the message leaves a gap, which nobody waits for twice.
#include "harness/ranks/coordinator.hpp"

#include <algorithm>
#include <iostream>
#include <utility>

#include <unistd.h>

#include "base/text/visible.hpp"

namespace smdm::ranks {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kWait(200);

/// In place of the bar that a terminal shows, which comes again with the next answer.
void say(const std::string& line) {
  const auto* begin = ::isatty(STDERR_FILENO) == 1 ? "\r\033[K" : "";
  std::cerr << begin + visible(line) + "\n" << std::flush;
}

std::string documents(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " document" : " documents");
}

}  // namespace

Coordinator::Coordinator(const Group& group, const std::vector<std::vector<OpenItem>>& tasks)
    : group_(group),
      leases_(tasks, group.size()),
      members_(static_cast<std::size_t>(group.size()),
               Member{.watch = Watch(group.patience().silence)}),
      thread_([this] { run(); }) {}

Coordinator::~Coordinator() {
  {
    const std::scoped_lock lock(mutex_);
    ends_ = true;
  }
  thread_.join();
}

void Coordinator::rethrow() const {
  if (failure_) std::rethrow_exception(failure_);
}

std::optional<Lease> Coordinator::take_own(std::size_t task) {
  const std::scoped_lock lock(mutex_);
  rethrow();
  return leases_.take_of(task, 0, members_.front().pace.least());
}

bool Coordinator::add_own(std::size_t task, std::size_t item) {
  const std::scoped_lock lock(mutex_);
  rethrow();
  if (!leases_.answered(task, item)) return false;
  ++members_.front().answers;
  members_.front().cost += leases_.cost(task, item);
  return true;
}

void Coordinator::add_own_time(double cost, double seconds) {
  const std::scoped_lock lock(mutex_);
  members_.front().pace.add(cost, seconds);
}

std::vector<SentAnswer> Coordinator::take_arrived() {
  const std::scoped_lock lock(mutex_);
  rethrow();
  return std::exchange(arrived_, {});
}

bool Coordinator::is_complete(std::size_t task) {
  const std::scoped_lock lock(mutex_);
  rethrow();
  return leases_.is_complete(task) && arrived_.empty();
}

void Coordinator::wait() {
  std::unique_lock lock(mutex_);
  rethrow();
  news_.wait_for(lock, kWait);
  rethrow();
}

std::vector<int> Coordinator::silent() const {
  const std::scoped_lock lock(mutex_);
  std::vector<int> ranks;
  for (std::size_t r = 0; r < members_.size(); ++r) {
    if (!members_[r].alive) ranks.push_back(static_cast<int>(r));
  }
  return ranks;
}

std::vector<std::int64_t> Coordinator::answers() const {
  const std::scoped_lock lock(mutex_);
  std::vector<std::int64_t> counts;
  counts.reserve(members_.size());
  for (const auto& member : members_) counts.push_back(member.answers);
  return counts;
}

std::vector<double> Coordinator::shares() const {
  const std::scoped_lock lock(mutex_);
  double all = 0.0;
  for (const auto& member : members_) all += member.cost;
  std::vector<double> shares;
  shares.reserve(members_.size());
  for (const auto& member : members_) shares.push_back(all > 0.0 ? member.cost / all : 0.0);
  return shares;
}

void Coordinator::run() {
  try {
    const auto store = group_.new_connection();
    while (true) {
      {
        const std::scoped_lock lock(mutex_);
        if (ends_) return;
      }
      take_messages(*store);
      look_at_beats(*store);
      serve(*store);
    }
  } catch (...) {
    const std::scoped_lock lock(mutex_);
    if (!failure_) failure_ = std::current_exception();
  }
  news_.notify_all();
}

void Coordinator::take_messages(Store& store) {
  if (const auto bytes = store.take(inbox_key(next_), kWait)) {
    ++next_;
    take_message(*bytes);
    take_more(store);
  } else {
    note_gap(store);
  }
  take_late(store);
}

/// Those that are there as well are taken together: where many ranks talk at once, one after the
/// other would keep them waiting.
void Coordinator::take_more(Store& store) {
  const auto last = std::min(store.add(kInbox, 0), next_ + kMostTogether - 1);
  if (last < next_) return;
  std::vector<std::string> keys;
  for (auto number = next_; number <= last; ++number) keys.push_back(inbox_key(number));
  const auto all = store.take_all(keys);
  if (!all) return;  // some are still on their way
  for (const auto& bytes : *all) take_message(bytes);
  next_ = last + 1;
}

/// Whether a number was given away long ago whose message did not come.
void Coordinator::note_gap(Store& store) {
  if (store.add(kInbox, 0) < next_) return;
  if (const auto bytes = store.take(inbox_key(next_), kWait)) {
    take_message(*bytes);
  } else {
    gaps_.push_back(next_);
  }
  ++next_;
}

void Coordinator::take_late(Store& store) {
  std::erase_if(gaps_, [&](std::int64_t number) {
    const auto bytes = store.take(inbox_key(number), milliseconds(0));
    if (bytes) take_message(*bytes);
    return bytes.has_value();
  });
}

void Coordinator::take_message(const std::string& bytes) {
  auto report = report_of(bytes);
  const std::scoped_lock lock(mutex_);
  auto& from = member(report.rank);
  if (report.failure && !failure_) {
    failure_ = std::make_exception_ptr(
        Error(report.failure->kind(), group_.name_of(report.rank) + ": " + report.failure->what()));
  }
  // A message that comes late asks for what was given long ago.
  if (report.asks > from.served) from.asks = std::max(from.asks, report.asks);
  double cost = 0.0;
  for (auto& answer : report.answers) {
    cost += leases_.cost(answer.task, answer.item);
    if (!leases_.answered(answer.task, answer.item)) continue;
    ++from.answers;
    from.cost += leases_.cost(answer.task, answer.item);
    arrived_.push_back(std::move(answer));
  }
  from.pace.add(cost, report.seconds);
  news_.notify_all();
}

void Coordinator::look_at_beats(Store& store) {
  const auto interval = group_.patience().silence / 10;
  if (Clock::now() - looked_ < interval) return;
  looked_ = Clock::now();
  std::vector<std::string> keys;
  for (int r = 1; r < group_.size(); ++r) keys.push_back(beat_key(r));
  const auto beats = store.get_all(keys);
  const std::scoped_lock lock(mutex_);
  for (int r = 1; r < group_.size(); ++r) {
    auto& own = member(r);
    const bool alive = own.watch.look(beats[static_cast<std::size_t>(r) - 1]);
    if (own.alive && !alive) bury(r);
    if (!own.alive && alive) say(group_.name_of(r) + ": is back");
    own.alive = alive;
  }
}

void Coordinator::bury(int rank) {
  const auto given = leases_.give_back(rank);
  if (!leases_.is_complete()) {
    say(group_.name_of(rank) + ": no sign of life for " +
        std::to_string(group_.patience().silence.count() / 1000) + " s; " + documents(given) +
        " that it had go to the others");
  }
  news_.notify_all();
}

void Coordinator::serve(Store& store) {
  struct Reply {
    int rank;
    std::int64_t asks;
    std::optional<Lease> lease;
  };
  std::vector<Reply> replies;
  {
    const std::scoped_lock lock(mutex_);
    for (int r = 1; r < group_.size(); ++r) {
      auto& own = member(r);
      if (own.asks == 0 || !own.alive) continue;
      auto lease = leases_.take(r, own.pace.least());
      if (!lease && !leases_.is_complete()) continue;  // what others hold may come back
      own.served = std::exchange(own.asks, 0);
      replies.push_back({.rank = r, .asks = own.served, .lease = std::move(lease)});
    }
  }
  for (const auto& reply : replies)
    store.set(lease_key(reply.rank, reply.asks), to_bytes(reply.lease));
}

}  // namespace smdm::ranks
