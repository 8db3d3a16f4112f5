// Documents of two runs matched by digests of what they are and what was asked.
#include "results/compare/pairing.hpp"

#include <algorithm>
#include <iterator>
#include <numeric>
#include <tuple>
#include <utility>

#include "base/error.hpp"
#include "base/files/digest.hpp"
#include "base/text/python.hpp"
#include "results/run/lm_eval_json.hpp"
#include "results/run/lm_eval_samples.hpp"
#include "results/statistics/clusters.hpp"

namespace smdm {
namespace {

/// Every text of a request behind its length, so that no two lists of texts look alike.
void append(const std::string& text, std::string& all) {
  all += std::to_string(text.size()) + ":" + text;
}

std::string asked_of(const SampleRecord& sample) {
  std::string all;
  append(sample.target, all);
  if (const auto* generation = std::get_if<GenerationRecord>(&sample.outcome)) {
    append(generation->prompt, all);
  } else if (const auto* text = std::get_if<TextRecord>(&sample.outcome)) {
    append(text->text, all);
  } else {
    for (const auto& choice : std::get<std::vector<ChoiceRecord>>(sample.outcome)) {
      append(choice.request.context, all);
      append(choice.request.continuation, all);
    }
  }
  return sha256(all);
}

std::string metrics_text(std::span<const Metric> metrics) {
  std::string names;
  for (const Metric& metric : metrics) {
    if (metric.filter == kAnyOrderFilter) continue;
    if (!names.empty()) names += ' ';
    names.append(metric_key(metric)).append(":").append(metric.aggregation);
    names += metric.higher_is_better ? "+" : "-";
  }
  return names;
}

/// How many of the sorted documents `a` are in `b`, by document alone.
std::size_t in_both(std::span<const DocumentKey> a, std::span<const DocumentKey> b) {
  const auto docs = [](std::span<const DocumentKey> keys) {
    std::vector<std::string> names;
    for (const DocumentKey& key : keys) names.push_back(key.doc);
    std::sort(names.begin(), names.end());
    return names;
  };
  std::vector<std::string> both;
  const auto from_a = docs(a);
  const auto from_b = docs(b);
  std::set_intersection(from_a.begin(), from_a.end(), from_b.begin(), from_b.end(),
                        std::back_inserter(both));
  return both.size();
}

[[noreturn]] void refuse(const std::string& task,
                         const char* what,
                         const std::string& a,
                         const std::string& b) {
  throw Error(ErrorKind::results,
              task + ": wanted the same " + what + " in both runs, got " + a + " and " + b);
}

}  // namespace

std::vector<DocumentKey> document_keys(const TaskRecord& task) {
  std::vector<DocumentKey> keys;
  keys.reserve(task.samples.size());
  for (const SampleRecord& sample : task.samples) {
    keys.push_back({.doc = hashes_of(sample).doc, .asked = asked_of(sample)});
  }
  return keys;
}

std::vector<std::size_t> document_order(std::span<const DocumentKey> keys) {
  std::vector<std::size_t> order(keys.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) {
    return std::tie(keys[i].doc, keys[i].asked) < std::tie(keys[j].doc, keys[j].asked);
  });
  return order;
}

std::vector<DocumentPair> pair_documents(std::span<const DocumentKey> a,
                                         std::span<const DocumentKey> b,
                                         const std::string& task) {
  // Documents first and prompts after them, so that the error says which of the two differ.
  const std::size_t both = in_both(a, b);
  if (both != a.size() || both != b.size()) {
    throw Error(ErrorKind::results, task + ": wanted the same documents in both runs, got " +
                                        std::to_string(a.size()) + " and " +
                                        std::to_string(b.size()) + ", " + std::to_string(both) +
                                        " of them in both (the same data and --limit?)");
  }
  const auto order_a = document_order(a);
  const auto order_b = document_order(b);
  std::vector<DocumentPair> pairs;
  pairs.reserve(a.size());
  for (std::size_t i = 0; i < order_a.size(); ++i) {
    if (a[order_a[i]] != b[order_b[i]]) {
      throw Error(ErrorKind::results,
                  task + ": wanted the same prompts in both runs, got others for document " +
                      a[order_a[i]].doc);
    }
    pairs.push_back({.a = order_a[i], .b = order_b[i]});
  }
  return pairs;
}

PairedClusters paired_clusters(const NamedClusters& a,
                               const NamedClusters& b,
                               const std::string& task) {
  auto of_a = dense_clusters(a.keys);
  auto of_b = dense_clusters(b.keys);
  if (a.keys.empty() || b.keys.empty()) {
    const bool both = a.keys.empty() && b.keys.empty();
    if (!both && of_a.empty() && of_b.empty()) return {};
    const auto& older = a.keys.empty() ? a.name : b.name;
    return {.clusters = {},
            .note = older_clusters_warning(both ? task : std::string(task).append(": ") + older)};
  }
  if (of_a == of_b) return {.clusters = std::move(of_a), .note = {}};
  const auto fewer = fewer_clusters(of_a, of_b, a.keys.size());
  const bool fewer_in_b = fewer.data() == of_b.data();
  std::string note = task;
  note.append(": other clusters of documents in ").append(a.name).append(" than in ");
  note.append(b.name).append(": those of ").append(fewer_in_b ? b.name : a.name);
  return {.clusters = fewer_in_b ? std::move(of_b) : std::move(of_a),
          .note = note.append(" are taken, which are fewer and larger")};
}

std::vector<std::string> reordered(std::span<const std::string> keys,
                                   std::span<const std::size_t> order) {
  std::vector<std::string> moved;
  if (keys.empty()) return moved;
  moved.reserve(order.size());
  for (const std::size_t document : order) moved.push_back(keys[document]);
  return moved;
}

std::vector<double> reordered(std::span<const double> values,
                              std::size_t width,
                              std::span<const std::size_t> order) {
  std::vector<double> rows;
  rows.reserve(values.size());
  for (const std::size_t document : order) {
    const auto row = values.subspan(document * width, width);
    rows.insert(rows.end(), row.begin(), row.end());
  }
  return rows;
}

TaskShape shape_of(const TaskRecord& task) {
  TaskShape shape{.name = task.name,
                  .version = task.version,
                  .output_type = to_string(task.output_type),
                  .metrics = {}};
  for (const MetricRecord& metric : task.metrics) shape.metrics.push_back(metric.info);
  return shape;
}

void check_same_shape(const TaskShape& a, const TaskShape& b) {
  if (a.version != b.version)
    refuse(a.name, "version of the task", python_float(a.version), python_float(b.version));
  if (a.output_type != b.output_type) refuse(a.name, "way of asking", a.output_type, b.output_type);
  if (metrics_text(a.metrics) != metrics_text(b.metrics))
    refuse(a.name, "metrics", metrics_text(a.metrics), metrics_text(b.metrics));
}

std::optional<std::size_t> place_of(const Metric& metric, const TaskRecord& task) {
  const auto found = std::ranges::find_if(task.metrics, [&](const MetricRecord& one) {
    return metric_key(one.info) == metric_key(metric) && one.info.aggregation == metric.aggregation;
  });
  if (found == task.metrics.end()) return std::nullopt;
  return static_cast<std::size_t>(found - task.metrics.begin());
}

}  // namespace smdm
