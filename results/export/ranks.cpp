// Orders of entries, paired tests within each, and the intervals that follow.
#include "results/export/ranks.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>

#include "base/metrics/list.hpp"
#include "base/metrics/perplexity.hpp"
#include "base/request.hpp"
#include "results/export/leaderboard_entry.hpp"
#include "results/export/leaderboard_fields.hpp"
#include "results/statistics/clusters.hpp"
#include "results/statistics/paired_tests.hpp"
#include "results/statistics/statistics.hpp"
#include "results/statistics/swap_bounds.hpp"

namespace smdm {
namespace {

/// Two entries of an order, by their places in it.
struct Pair {
  std::size_t a = 0;
  std::size_t b = 0;
};

std::vector<Pair> pairs_of(std::size_t entries) {
  std::vector<Pair> pairs;
  pairs.reserve(entries * (entries - 1) / 2);
  for (std::size_t a = 0; a < entries; ++a) {
    for (std::size_t b = a + 1; b < entries; ++b) pairs.push_back({.a = a, .b = b});
  }
  return pairs;
}

/// The clusters that two entries are compared by: of two, or of one that has any, those that are
/// fewer, so that no dependence is left out.
std::span<const std::size_t> common_clusters(const DocumentValues& a, const DocumentValues& b) {
  return fewer_clusters(a.clusters, b.clusters, a.values.size() / a.width);
}

/// Whether a test of these documents draws permutations; McNemar's does not.
bool is_drawn(const Metric& metric, const DocumentValues& documents) {
  return !are_verdicts(metric, documents.values) || !documents.clusters.empty();
}

bool is_too_large(const Metric& metric, std::span<const DocumentValues* const> documents) {
  return documents.size() > kMostDrawn &&
         std::ranges::any_of(documents, [&](const DocumentValues* entry) {
           return entry != nullptr && is_drawn(metric, *entry);
         });
}

/// The p-value of two entries where it takes no draws to know on which side of the level it lies,
/// whatever the correction for so many pairs.
std::optional<double> p_value_without_draws(const Metric& metric,
                                            const DocumentValues& a,
                                            const DocumentValues& b,
                                            std::size_t pairs) {
  if (!is_drawn(metric, a) && !is_drawn(metric, b))
    return paired_test(metric, a.values, b.values).p_value;
  const auto distance = swap_distance(metric, a.values, b.values, common_clusters(a, b));
  if (!distance) return std::nullopt;
  if (*distance <= kCloseSwap) return 1.0;
  const double largest = largest_swap_p_value(*distance);
  if (largest * static_cast<double>(pairs) > kRankLevel) return std::nullopt;
  return largest;
}

/// The p-value of two entries by permutations.
double drawn_p_value(const Metric& metric,
                     const DocumentValues& a,
                     const DocumentValues& b,
                     std::int64_t draws) {
  constexpr std::int64_t kFirstDraws = 1000;
  const auto clusters = common_clusters(a, b);
  const double first = paired_test(metric, a.values, b.values, clusters, kFirstDraws).p_value;
  if (first > 2.0 * kRankLevel) return first;
  return paired_test(metric, a.values, b.values, clusters, draws).p_value;
}

/// [pairs], corrected; 1 for those that cannot be tested.
std::vector<double> p_values(const Metric& metric,
                             std::span<const DocumentValues* const> documents,
                             std::span<const Pair> pairs) {
  std::vector<double> values(pairs.size(), 1.0);
  std::vector<std::size_t> open;  // what only draws can tell
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const auto* a = documents[pairs[i].a];
    const auto* b = documents[pairs[i].b];
    if (a == nullptr || b == nullptr) continue;
    const auto known = p_value_without_draws(metric, *a, *b, pairs.size());
    if (!known) open.push_back(i);
    values[i] = known.value_or(1.0);
  }
  // The smallest p-values are those that needed no draws: they are the first that Holm's correction
  // goes through, and leave at most the others to correct for.
  const auto clear = std::ranges::count_if(values, [&](double value) {
    return value * static_cast<double>(pairs.size()) <= kRankLevel;
  });
  constexpr std::int64_t kDrawsPerPair = 40;
  const auto left = static_cast<std::int64_t>(pairs.size()) - clear;
  const auto draws = std::max(kPermutations, kDrawsPerPair * left);
  for (const std::size_t i : open)
    values[i] = drawn_p_value(metric, *documents[pairs[i].a], *documents[pairs[i].b], draws);
  return holm(values);
}

/// The metric that entries of an order share, if the program has it.
std::optional<Metric> metric_in(const Json& entry) {
  const Json& named = entry.at("metric");
  for (Metric& metric : all_metrics()) {
    if (named.at("name") != metric.name || named.at("aggregation") != metric.aggregation) continue;
    metric.filter = named.at("filter").get<std::string>();
    return metric;
  }
  return std::nullopt;
}

/// The entries of one order.
struct Order {
  std::vector<Json*> entries;

  [[nodiscard]] const Json& first() const { return *entries.front(); }
};

/// Documents of each entry: null where they do not fit the metric.
std::vector<const DocumentValues*> documents_of(const Order& order,
                                                const Metric& metric,
                                                SampleValues& samples) {
  std::vector<const DocumentValues*> documents;
  documents.reserve(order.entries.size());
  for (const Json* entry : order.entries) {
    const DocumentValues* values = samples.of(*entry);
    documents.push_back(values != nullptr && values->width == metric.width ? values : nullptr);
  }
  return documents;
}

/// The intervals of an order, and a line where it was too large to be tested.
std::vector<RankInterval> intervals_of(const Order& order,
                                       SampleValues& samples,
                                       std::vector<std::string>& lines) {
  const std::size_t entries = order.entries.size();
  const auto metric = metric_in(order.first());
  if (entries < 2 || !metric)
    return std::vector<RankInterval>(entries, {.low = 1, .high = entries});
  const auto documents = documents_of(order, *metric, samples);
  if (is_too_large(*metric, documents)) {
    lines.push_back(value_text(order.first().at("task").at("name")) + " " +
                    metric_name(order.first()) + ": " + std::to_string(entries) +
                    " entries in one order are not ranked: more than " +
                    std::to_string(kMostDrawn) + " would take too many permutations");
  }
  return rank_intervals(*metric, documents);
}

}  // namespace

bool is_per_token(const Json& entry) {
  return entry.at("metric").at("aggregation") == metrics::weighted_perplexity().aggregation;
}

std::string order_of(const Json& entry) {
  constexpr char kBetween = '\x01';  // sorts before every character of a name
  const Json& task = entry.at("task");
  const Json& model = entry.at("model");
  Json rest =
      Json::array({entry.at("metric").at("aggregation"), entry.at("bound"), task.at("version"),
                   task.at("documents"), task.at("data_sha256"), task.at("prompt_sha256")});
  if (is_per_token(entry)) {
    rest.push_back(model.at("tokenizer_sha256"));
    if (model.at("tokenizer_sha256").is_null())
      rest.push_back(Json::array({model.at("id"), model.at("weights_sha256")}));
  }
  // A score of another name has another scale, and none is a likelihood.
  if (entry.at("bound") == to_string(Bound::score)) rest.push_back(entry.at("estimator"));
  std::string key = is_embedded(entry) ? "1" : "0";
  key.append(value_text(task.at("name"))).append(1, kBetween).append(metric_name(entry));
  return key.append(1, kBetween).append(rest.dump(-1, ' ', false, Json::error_handler_t::replace));
}

std::vector<RankInterval> rank_intervals(const Metric& metric,
                                         std::span<const DocumentValues* const> documents) {
  std::vector<RankInterval> ranks(documents.size(), {.low = 1, .high = documents.size()});
  if (documents.size() < 2 || is_too_large(metric, documents)) return ranks;
  const auto pairs = pairs_of(documents.size());
  const auto corrected = p_values(metric, documents, pairs);
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    if (corrected[i] > kRankLevel) continue;
    const auto [a, b] = pairs[i];
    const double value_a = metric_value(metric, documents[a]->values);
    const double value_b = metric_value(metric, documents[b]->values);
    const bool a_wins = metric.higher_is_better ? value_a > value_b : value_a < value_b;
    --ranks[a_wins ? a : b].high;
    ++ranks[a_wins ? b : a].low;
  }
  return ranks;
}

std::vector<std::string> rank_entries(const std::filesystem::path& folder,
                                      Leaderboard& leaderboard) {
  std::map<std::string, Order> orders;
  for (Json& entry : leaderboard.entries) orders[order_of(entry)].entries.push_back(&entry);
  SampleValues samples(folder);
  std::vector<std::string> lines;
  std::size_t number = 0;
  for (const auto& [key, order] : orders) {
    const auto intervals = intervals_of(order, samples, lines);
    ++number;
    for (std::size_t i = 0; i < intervals.size(); ++i) {
      (*order.entries[i])["rank"] = {{"group", number},
                                     {"low", intervals[i].low},
                                     {"high", intervals[i].high},
                                     {"entries", order.entries.size()}};
    }
  }
  auto unusable = samples.unusable();
  lines.insert(lines.end(), unusable.begin(), unusable.end());
  return lines;
}

}  // namespace smdm
