// Documents that were kept count as done from the beginning, and cost nothing.
#include "harness/run/run_progress.hpp"

#include <numeric>
#include <utility>

#include <unistd.h>

#include "base/text/dates.hpp"

namespace smdm {
namespace {

std::vector<double> costs_of(const std::vector<TaskToDo>& tasks) {
  std::vector<double> costs;
  costs.reserve(tasks.size());
  for (const auto& task : tasks) costs.push_back(task.cost);
  return costs;
}

}  // namespace

RunProgress::RunProgress(std::vector<TaskToDo> tasks)
    : tasks_(std::move(tasks)), left_(costs_of(tasks_)) {
  for (const auto& task : tasks_) done_.push_back(task.kept);
}

double RunProgress::now() const {
  return std::chrono::duration<double>(Clock::now() - start_).count();
}

void RunProgress::begin() {
  const std::scoped_lock lock(mutex_);
  ++begun_;
  left_.begin(now());
}

void RunProgress::advance(double cost) {
  const std::scoped_lock lock(mutex_);
  ++done_.at(begun_ - 1);
  left_.add(cost, now());
}

std::optional<double> RunProgress::seconds_left() const {
  const std::scoped_lock lock(mutex_);
  return left_.seconds(now());
}

std::size_t RunProgress::documents() const {
  std::size_t sum = 0;
  for (const auto& task : tasks_) sum += task.documents;
  return sum;
}

std::size_t RunProgress::documents_kept() const {
  std::size_t sum = 0;
  for (const auto& task : tasks_) sum += task.kept;
  return sum;
}

std::size_t RunProgress::documents_done() const {
  const std::scoped_lock lock(mutex_);
  return std::accumulate(done_.begin(), done_.end(), std::size_t{0});
}

Json RunProgress::snapshot(const std::string& state) const {
  const auto left = seconds_left();
  const auto time = std::chrono::system_clock::now();
  const std::scoped_lock lock(mutex_);
  auto tasks = Json::array();
  std::size_t all = 0;
  std::size_t done = 0;
  for (std::size_t t = 0; t < tasks_.size(); ++t) {
    auto& task = tasks.emplace_back(
        Json{{"task", tasks_[t].name}, {"documents", tasks_[t].documents}, {"done", done_[t]}});
    if (!tasks_[t].model.empty()) task["model"] = tasks_[t].model;
    all += tasks_[t].documents;
    done += done_[t];
  }
  return {{"format", 1},
          {"state", state},
          {"documents", all},
          {"done", done},
          {"tasks", std::move(tasks)},
          {"elapsed_seconds", now()},
          {"seconds_left", left ? Json(*left) : Json()},
          {"updated", date_text(time, TimeZone::utc)},
          {"updated_s", std::chrono::duration<double>(time.time_since_epoch()).count()},
          {"pid", ::getpid()}};
}

}  // namespace smdm
