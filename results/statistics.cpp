#include "results/statistics.hpp"

#include <cmath>
#include <stdexcept>
#include <string>

namespace smdm {
namespace {

/// The output function and increment of SplitMix64; the state is a plain counter.
class SplitMix64 {
 public:
  explicit SplitMix64(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    state_ += 0x9E3779B97F4A7C15ULL;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27U)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31U);
  }

 private:
  std::uint64_t state_;
};

/// Uniform on 0..bound-1 without bias (Lemire 2019, arXiv:1805.10941), from the upper 32 bits of a
/// draw. REQUIRES: 1 <= bound, rejected_below = 2^32 mod bound.
std::size_t draw_below(SplitMix64& draws, std::uint32_t bound, std::uint32_t rejected_below) {
  while (true) {
    const std::uint64_t product = (draws.next() >> 32U) * bound;
    if (static_cast<std::uint32_t>(product) >= rejected_below) {
      return static_cast<std::size_t>(product >> 32U);
    }
  }
}

double sample_deviation(std::span<const double> values) {
  const double centre = mean(values);
  double squares = 0.0;
  for (const double value : values) squares += (value - centre) * (value - centre);
  return std::sqrt(squares / static_cast<double>(values.size() - 1));
}

}  // namespace

double mean(std::span<const double> values) {
  if (values.empty()) throw std::invalid_argument("mean: wanted at least one value, got none");
  double sum = 0.0;
  for (const double value : values) sum += value;
  return sum / static_cast<double>(values.size());
}

std::optional<double> mean_standard_error(std::span<const double> values) {
  if (values.size() < 2) return std::nullopt;
  return sample_deviation(values) / std::sqrt(static_cast<double>(values.size()));
}

double perplexity(std::span<const double> nats) {
  return std::exp(-mean(nats));
}

std::optional<double> perplexity_standard_error(std::span<const double> nats,
                                                std::int64_t resamples,
                                                std::uint64_t seed) {
  if (resamples < 2) {
    throw std::invalid_argument("perplexity_standard_error: wanted at least 2 resamples, got " +
                                std::to_string(resamples));
  }
  if (nats.size() < 2) return std::nullopt;
  if (nats.size() > UINT32_MAX) {
    throw std::invalid_argument("perplexity_standard_error: wanted fewer than 2^32 values, got " +
                                std::to_string(nats.size()));
  }
  const auto bound = static_cast<std::uint32_t>(nats.size());
  const std::uint32_t rejected_below = (0U - bound) % bound;
  SplitMix64 draws(seed);
  std::vector<double> perplexities(static_cast<std::size_t>(resamples));
  for (double& resampled : perplexities) {
    double sum = 0.0;
    for (std::uint32_t i = 0; i < bound; ++i) sum += nats[draw_below(draws, bound, rejected_below)];
    resampled = std::exp(-sum / static_cast<double>(bound));
  }
  return sample_deviation(perplexities);
}

Summary summarize(Aggregation aggregation, std::span<const double> values) {
  switch (aggregation) {
    case Aggregation::mean:
      return {.value = mean(values), .standard_error = mean_standard_error(values)};
    case Aggregation::perplexity:
      return {.value = perplexity(values), .standard_error = perplexity_standard_error(values)};
  }
  throw std::invalid_argument("summarize: unknown aggregation");
}

std::vector<TaskSummary> summarize(const RunRecord& run) {
  std::vector<TaskSummary> tasks;
  for (const TaskRecord& task : run.tasks) {
    TaskSummary metrics;
    for (const MetricRecord& metric : task.metrics) {
      if (metric.values.empty() || metric.values.size() != task.samples.size()) {
        throw std::invalid_argument(
            "summarize: " + task.name + ": wanted one value of " + metric.info.name + "," +
            metric.info.filter + " for each of " + std::to_string(task.samples.size()) +
            " documents (at least 1), got " + std::to_string(metric.values.size()));
      }
      metrics.push_back(summarize(metric.info.aggregation, metric.values));
    }
    tasks.push_back(std::move(metrics));
  }
  return tasks;
}

}  // namespace smdm
