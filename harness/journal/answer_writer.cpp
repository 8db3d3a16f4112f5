// The thread wakes often enough to keep every promise of time: a second for answers, twenty for a
// signal. Writing by another thread lets the model go on while a disk syncs.
#include "harness/journal/answer_writer.hpp"

#include <utility>

#include "base/files/signals.hpp"

namespace smdm {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr milliseconds kInterval(500);  // half of what may be lost: a commit takes its time, too
constexpr seconds kPatience(20);

}  // namespace

AnswerWriter::AnswerWriter(AnswerStore& store,
                           std::function<void()> tick,
                           std::function<void()> cut)
    : store_(store), tick_(std::move(tick)), cut_(std::move(cut)), thread_([this] { run(); }) {}

AnswerWriter::~AnswerWriter() {
  {
    const std::scoped_lock lock(mutex_);
    ends_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void AnswerWriter::rethrow() {
  if (failure_) std::rethrow_exception(failure_);
}

void AnswerWriter::add(StoredAnswer answer) {
  const std::scoped_lock lock(mutex_);
  rethrow();
  waiting_.push_back(std::move(answer));
}

void AnswerWriter::finish() {
  std::unique_lock lock(mutex_);
  flush_ = true;
  changed_.notify_all();
  changed_.wait(lock, [&] { return !flush_ || failure_; });
  flush_ = false;
  rethrow();
}

void AnswerWriter::run() {
  std::unique_lock lock(mutex_);
  while (!ends_) {
    changed_.wait_for(lock, kInterval, [&] { return flush_ || ends_; });
    const bool flush = flush_;
    auto waiting = std::exchange(waiting_, {});
    lock.unlock();
    std::exception_ptr failure;
    try {
      store_.put(waiting);
      look_after(Clock::now());
    } catch (...) {
      failure = std::current_exception();
    }
    lock.lock();
    if (failure && !failure_) failure_ = failure;
    if (flush && waiting_.empty()) flush_ = false;
    changed_.notify_all();
  }
}

void AnswerWriter::look_after(Clock::time_point now) {
  if (noted_signal() != 0) {
    if (!signalled_) signalled_ = now;
    if (now - *signalled_ >= kPatience) cut_();
  }
  tick_();
}

}  // namespace smdm
