#include "results/statistics/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <compare>
#include <numeric>
#include <stdexcept>
#include <string>

#include "base/numbers/mean.hpp"
#include "base/numbers/splitmix.hpp"

namespace smdm {
namespace {

/// Rows of `width` values, the smallest first.
std::vector<double> sorted_rows(std::span<const double> values, std::size_t width) {
  const auto row = [&](std::size_t index) { return values.subspan(index * width, width); };
  std::vector<std::size_t> order(values.size() / width);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    // A total order: values may be NaN where a stored run had none to give.
    return std::lexicographical_compare(
        row(a).begin(), row(a).end(), row(b).begin(), row(b).end(),
        [](double left, double right) { return std::strong_order(left, right) < 0; });
  });
  std::vector<double> sorted;
  sorted.reserve(values.size());
  for (const std::size_t index : order) {
    sorted.insert(sorted.end(), row(index).begin(), row(index).end());
  }
  return sorted;
}

void check_resamples(std::int64_t resamples) {
  if (resamples >= 2) return;
  throw std::invalid_argument("bootstrap: wanted at least 2 resamples, got " +
                              std::to_string(resamples));
}

}  // namespace

double perplexity(std::span<const double> nats) {
  return std::exp(-mean(nats));
}

std::optional<double> perplexity_standard_error(std::span<const double> nats,
                                                std::int64_t resamples,
                                                std::uint64_t seed) {
  const auto perplexity_of = [nats](std::span<const std::size_t> drawn) {
    double sum = 0.0;
    for (const std::size_t i : drawn) sum += nats[i];
    return std::exp(-sum / static_cast<double>(drawn.size()));
  };
  return bootstrap_standard_error(nats.size(), perplexity_of, resamples, seed);
}

std::vector<double> bootstrap_replicates(
    std::size_t count,
    const std::function<double(std::span<const std::size_t> drawn)>& statistic,
    std::int64_t resamples,
    std::uint64_t seed) {
  check_resamples(resamples);
  if (count < 1 || count > UINT32_MAX) {
    throw std::invalid_argument("bootstrap: wanted 1 to 2^32 - 1 documents, got " +
                                std::to_string(count));
  }
  const DrawBelow draw(static_cast<std::uint32_t>(count));
  SplitMix64 draws(seed);
  std::vector<std::size_t> drawn(count);
  std::vector<double> replicates(static_cast<std::size_t>(resamples));
  for (double& replicate : replicates) {
    for (std::size_t& document : drawn) document = draw(draws);
    replicate = statistic(drawn);
  }
  return replicates;
}

std::optional<double> bootstrap_standard_error(
    std::size_t count,
    const std::function<double(std::span<const std::size_t> drawn)>& statistic,
    std::int64_t resamples,
    std::uint64_t seed) {
  check_resamples(resamples);
  if (count < 2) return std::nullopt;
  return sample_deviation(bootstrap_replicates(count, statistic, resamples, seed));
}

double corpus_bleu(std::span<const double> counts) {
  if (counts.size() != values_per_document(Aggregation::bleu)) {
    throw std::invalid_argument("corpus_bleu: wanted " +
                                std::to_string(values_per_document(Aggregation::bleu)) +
                                " counts, got " + std::to_string(counts.size()));
  }
  const double written = counts[0];
  const double wanted = counts[1];
  const auto found = counts.subspan(2, kBleuOrder);
  const auto all = counts.subspan(2 + kBleuOrder, kBleuOrder);
  if (found[0] == 0.0 || all[kBleuOrder - 1] == 0.0) return 0.0;
  double logs = 0.0;
  double smoothed = 1.0;
  for (std::size_t n = 0; n < kBleuOrder; ++n) {
    if (found[n] == 0.0) smoothed *= 2.0;
    logs += std::log(100.0 * (found[n] == 0.0 ? 1.0 / smoothed : found[n]) / all[n]);
  }
  const double brevity = written < wanted ? std::exp(1.0 - wanted / written) : 1.0;
  return brevity * std::exp(logs / static_cast<double>(kBleuOrder));
}

double weighted_perplexity(std::span<const double> sums) {
  return std::exp(-sums[0] / sums[1]);
}

double bits_per_byte(std::span<const double> sums) {
  return -sums[0] / sums[1] / std::log(2.0);
}

Summary summarize_corpus(CorpusMetric metric,
                         std::span<const double> values,
                         std::size_t width,
                         std::int64_t resamples,
                         std::uint64_t seed) {
  if (values.empty() || width == 0 || values.size() % width != 0) {
    throw std::invalid_argument("summarize_corpus: wanted " + std::to_string(width) +
                                " values for each document, got " + std::to_string(values.size()));
  }
  const auto metric_of = [&](std::span<const std::size_t> documents) {
    std::vector<double> sums(width);
    for (const std::size_t document : documents) {
      for (std::size_t i = 0; i < width; ++i) sums[i] += values[document * width + i];
    }
    return metric(sums);
  };
  const std::size_t documents = values.size() / width;
  std::vector<std::size_t> each(documents);
  std::iota(each.begin(), each.end(), std::size_t{0});
  return {.value = metric_of(each),
          .standard_error = bootstrap_standard_error(documents, metric_of, resamples, seed)};
}

Summary summarize(Aggregation aggregation, std::span<const double> values) {
  const std::size_t width = values_per_document(aggregation);
  const auto sorted = sorted_rows(values, width);
  switch (aggregation) {
    case Aggregation::mean:
      return {.value = mean(sorted), .standard_error = mean_standard_error(sorted)};
    case Aggregation::perplexity:
      return {.value = perplexity(sorted), .standard_error = perplexity_standard_error(sorted)};
    case Aggregation::bleu:
      return summarize_corpus(corpus_bleu, sorted, width);
    case Aggregation::weighted_perplexity:
      return summarize_corpus(weighted_perplexity, sorted, width);
    case Aggregation::bits_per_byte:
      return summarize_corpus(bits_per_byte, sorted, width);
  }
  throw std::invalid_argument("summarize: unknown aggregation");
}

std::optional<double> monte_carlo_error(Aggregation aggregation,
                                        std::span<const double> values,
                                        std::span<const double> errors) {
  if (errors.empty()) return std::nullopt;
  const auto width = values_per_document(aggregation);
  if (errors.size() * width != values.size()) {
    throw std::invalid_argument("monte_carlo_error: wanted one error for each of " +
                                std::to_string(values.size() / width) + " documents, got " +
                                std::to_string(errors.size()));
  }
  std::vector<double> sorted(errors.begin(), errors.end());
  std::ranges::sort(sorted);
  const auto rows = sorted_rows(values, width);  // no order of documents changes a bit
  double squares = 0.0;
  for (const double error : sorted) squares += error * error;
  const double sum = std::sqrt(squares);
  const auto count = static_cast<double>(errors.size());
  double units = 0.0;  // tokens or bytes of a corpus metric
  if (width == 2) {
    for (std::size_t i = 1; i < rows.size(); i += 2) units += rows[i];
  }
  switch (aggregation) {
    case Aggregation::mean:
      return sum / count;
    case Aggregation::perplexity:
      return perplexity(rows) * sum / count;
    case Aggregation::weighted_perplexity: {
      double nats = 0.0;
      for (std::size_t i = 0; i < rows.size(); i += 2) nats += rows[i];
      return std::exp(-nats / units) * sum / units;
    }
    case Aggregation::bits_per_byte:
      return sum / units / std::log(2.0);
    case Aggregation::bleu:
      break;
  }
  return std::nullopt;
}

std::vector<TaskSummary> summarize(const RunRecord& run) {
  std::vector<TaskSummary> tasks;
  for (const TaskRecord& task : run.tasks) {
    TaskSummary metrics;
    for (const MetricRecord& metric : task.metrics) {
      const std::size_t width = values_per_document(metric.info.aggregation);
      if (metric.values.empty() || metric.values.size() != task.samples.size() * width) {
        throw std::invalid_argument(
            "summarize: " + task.name + ": wanted " + std::to_string(width) + " value(s) of " +
            metric.info.name + "," + metric.info.filter + " for each of " +
            std::to_string(task.samples.size()) + " documents (at least 1), got " +
            std::to_string(metric.values.size()));
      }
      auto summary = summarize(metric.info.aggregation, metric.values);
      summary.monte_carlo_error =
          monte_carlo_error(metric.info.aggregation, metric.values, metric.mc_errors);
      metrics.push_back(summary);
    }
    tasks.push_back(std::move(metrics));
  }
  return tasks;
}

}  // namespace smdm
