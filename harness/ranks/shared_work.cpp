// Answers of others are taken in between forwards of rank 0's own work, so that they are judged and
// kept soon, in the one thread that does so for all.
#include "harness/ranks/shared_work.hpp"

#include <chrono>
#include <exception>
#include <stdexcept>
#include <utility>

#include "base/files/signals.hpp"
#include "base/text/numbers.hpp"
#include "harness/journal/answer_codec.hpp"
#include "harness/ranks/messages.hpp"
#include "harness/run/expected_cost.hpp"
#include "harness/run/forward_hook.hpp"

namespace smdm::ranks {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

double seconds_since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

std::vector<std::vector<OpenItem>> with_costs(const std::vector<SharedTask>& tasks,
                                              const std::vector<std::vector<std::size_t>>& open) {
  std::vector<std::vector<OpenItem>> all;
  for (std::size_t t = 0; t < tasks.size(); ++t) {
    auto& own = all.emplace_back();
    for (const auto i : open.at(t))
      own.push_back({.index = i, .cost = expected_cost(tasks[t].items[i], tasks[t].decided)});
  }
  return all;
}

/// Sends answers to rank 0, some at a time.
class Outbox {
 public:
  explicit Outbox(Group& group) : group_(group) {}

  void add(SentAnswer answer) {
    bytes_ += answer.bytes.size();
    report_.answers.push_back(std::move(answer));
    send_if_due();
  }

  /// Answers do not wait for long.
  void send_if_due() {
    constexpr std::size_t kMany = std::size_t{1} << 20U;
    if (report_.answers.empty()) return;
    if (bytes_ >= kMany || Clock::now() - sent_ >= kBetweenAnswers) send();
  }

  /// Time runs from here on, to the answers that come next.
  void begin() { began_ = Clock::now(); }

  /// All answers so far are sent, and the next lease is asked for. @return its number
  std::int64_t ask() {
    report_.asks = ++asked_;
    send();
    report_.asks = 0;
    return asked_;
  }

  void fail(const Error& error) {
    report_.failure = error;
    send();
  }

 private:
  void send() {
    report_.rank = group_.rank();
    report_.seconds = report_.answers.empty() ? 0.0 : seconds_since(began_);
    auto& store = group_.store();
    store.set(inbox_key(store.add(kInbox, 1)), to_bytes(report_));
    report_.answers.clear();
    bytes_ = 0;
    sent_ = began_ = Clock::now();
  }

  Group& group_;
  Report report_;
  std::size_t bytes_ = 0;
  std::int64_t asked_ = 0;
  Clock::time_point sent_ = Clock::now();
  Clock::time_point began_ = sent_;
};

/// What has gone wrong elsewhere while Items were computed here: whoever computes them must not
/// look for the fault among them.
class NotOfThese : public std::exception {
 public:
  explicit NotOfThese(std::exception_ptr why) : why_(std::move(why)) {}
  [[noreturn]] void rethrow() const { std::rethrow_exception(why_); }

 private:
  std::exception_ptr why_;
};

/// All is done: what this rank still computes nobody waits for.
class NotNeeded : public std::exception {};

/// Waits for what was asked for. @return nothing when all is done
std::optional<Lease> awaited_lease(Group& group, std::int64_t number) {
  constexpr milliseconds kLook(500);
  const auto key = lease_key(group.rank(), number);
  while (true) {
    if (const auto bytes = group.store().take(key, kLook)) return lease_of(*bytes);
    if (const auto how = group.ended(group.store())) {
      if (*how == GroupEnd::done) return std::nullopt;
      throw GroupEnded();
    }
    stop_if_noted();
  }
}

void work_on(const Lease& lease, const SharedTask& task, const Group& group, Outbox& outbox) {
  const ForwardHook hook(*task.session->model, [&] {
    stop_if_noted();
    if (group.is_done()) throw NotNeeded();
    outbox.send_if_due();
  });
  outbox.begin();
  compute_some(*task.session, task.items, lease.items, task.decided,
               [&](std::size_t i, const Answer& answer) {
                 outbox.add({.task = lease.task, .item = i, .bytes = encode_answer(answer)});
               });
}

}  // namespace

SharedWork::SharedWork(const Group& group,
                       std::vector<SharedTask> tasks,
                       const std::vector<std::vector<std::size_t>>& open,
                       KeepEarly keep_early)
    : group_(group),
      tasks_(std::move(tasks)),
      early_(tasks_.size()),
      keep_early_(std::move(keep_early)),
      coordinator_(group, with_costs(tasks_, open)) {}

void SharedWork::give(const SentAnswer& sent, const AnswerDone& done) {
  auto answer = decode_answer(sent.bytes);
  // The ranks' builds were found to be the same.
  if (!answer) throw std::runtime_error("ranks: an answer that came cannot be read");
  done(sent.item, std::move(*answer));
}

void SharedWork::take_arrived(std::size_t task, const AnswerDone& done) {
  for (auto& sent : coordinator_.take_arrived()) {
    if (sent.task == task) {
      give(sent, done);
    } else {
      // Of a later task, which another rank has gone on to: safe at once, judged in its turn.
      keep_early_(sent);
      early_[sent.task].push_back(std::move(sent));
    }
  }
}

void SharedWork::compute_lease(const Lease& lease, const AnswerDone& done) {
  const auto& task = tasks_[lease.task];
  const auto take = [&] {
    try {
      take_arrived(lease.task, done);
    } catch (...) {
      throw NotOfThese(std::current_exception());
    }
  };
  const ForwardHook hook(*task.session->model, [&] {
    stop_if_noted();
    take();
  });
  const auto begin = Clock::now();
  try {
    compute_some(*task.session, task.items, lease.items, task.decided,
                 [&](std::size_t i, Answer answer) {
                   if (coordinator_.add_own(lease.task, i)) done(i, std::move(answer));
                   take();
                 });
  } catch (const NotOfThese& other) {
    other.rethrow();
  }
  coordinator_.add_own_time(lease.cost, seconds_since(begin));
}

void SharedWork::compute(std::size_t task, const AnswerDone& done) {
  for (const auto& sent : std::exchange(early_[task], {})) give(sent, done);
  while (!coordinator_.is_complete(task)) {
    stop_if_noted();
    take_arrived(task, done);
    if (const auto lease = coordinator_.take_own(task)) {
      compute_lease(*lease, done);
    } else if (!coordinator_.is_complete(task)) {
      coordinator_.wait();
    }
  }
}

std::string SharedWork::ranks_text() const {
  const auto silent = static_cast<int>(coordinator_.silent().size());
  return std::to_string(group_.size() - silent) + "/" + std::to_string(group_.size()) + " ranks";
}

std::string SharedWork::shares_text() const {
  std::string text = "answers by rank:";
  for (const auto count : coordinator_.answers()) text += " " + std::to_string(count);
  text += "; of the work, in %:";
  for (const auto share : coordinator_.shares()) text += " " + fixed_text(100.0 * share, 1);
  return text;
}

void serve(Group& group, std::span<const SharedTask> tasks) {
  Outbox outbox(group);
  try {
    while (const auto lease = awaited_lease(group, outbox.ask()))
      work_on(*lease, tasks[lease->task], group, outbox);
  } catch (const NotNeeded&) {
    return;  // its work had gone to others
  } catch (const Error& error) {
    outbox.fail(error);
    throw;
  } catch (const StoreLost&) {
    throw;  // there is nobody to tell
  } catch (const GroupEnded&) {
    throw;
  } catch (const Stopped&) {
    throw;
  } catch (const std::exception& error) {
    outbox.fail(Error(ErrorKind::failure, one_line(error)));
    throw;
  }
}

}  // namespace smdm::ranks
