#include "harness/tradeoff/timing.hpp"

#include <chrono>

#include "base/files/signals.hpp"
#include "harness/run/compute.hpp"

namespace smdm::tradeoff {
namespace {

/// Seconds that Items take together. The answers are thrown away: what is recorded of a document
/// was computed before.
double seconds_of(const Timed& subject, std::span<const Item> items) {
  stop_if_noted();
  const auto begin = std::chrono::steady_clock::now();
  compute(*subject.session, items, *subject.decided, [](std::size_t, const Answer&) {});
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

}  // namespace

std::vector<std::vector<double>> latencies(std::span<const Timed> subjects,
                                           std::span<const std::size_t> documents,
                                           const std::function<void()>& done) {
  std::vector<std::vector<double>> seconds(subjects.size());
  for (const auto document : documents) {
    for (std::size_t s = 0; s < subjects.size(); ++s) {
      seconds[s].push_back(seconds_of(subjects[s], subjects[s].items.subspan(document, 1)));
      done();
    }
  }
  return seconds;
}

std::vector<std::vector<double>> rates(std::span<const Timed> subjects,
                                       std::span<const std::size_t> documents,
                                       std::int64_t rounds,
                                       const std::function<void()>& done) {
  std::vector<std::vector<Item>> batches(subjects.size());
  for (std::size_t s = 0; s < subjects.size(); ++s) {
    for (const auto document : documents) batches[s].push_back(subjects[s].items[document]);
  }
  std::vector<std::vector<double>> per_second(subjects.size());
  for (std::int64_t round = 0; round < rounds; ++round) {
    for (std::size_t s = 0; s < subjects.size(); ++s) {
      const auto seconds = seconds_of(subjects[s], batches[s]);
      per_second[s].push_back(static_cast<double>(documents.size()) / seconds);
      done();
    }
  }
  return per_second;
}

}  // namespace smdm::tradeoff
