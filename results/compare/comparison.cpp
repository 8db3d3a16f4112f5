// Two runs put side by side: pairs of documents, tests of every metric, and what else differs.
#include "results/compare/comparison.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>
#include <utility>

#include "base/error.hpp"
#include "base/numbers/finite.hpp"
#include "results/compare/scores.hpp"
#include "results/run/lm_eval_json.hpp"
#include "results/run/lm_eval_parts.hpp"
#include "results/run/lm_eval_samples.hpp"
#include "results/statistics/clusters.hpp"

namespace smdm {
namespace {

std::vector<std::size_t> places(const std::vector<DocumentPair>& pairs,
                                std::size_t DocumentPair::* side) {
  std::vector<std::size_t> order;
  order.reserve(pairs.size());
  for (const DocumentPair& pair : pairs) order.push_back(pair.*side);
  return order;
}

/// A metric of both runs, to be tested: the values of the pairs that are compared.
MetricComparison both_have(const TaskComparison& task, std::size_t at_a, std::size_t at_b) {
  const MetricRecord& a = task.a->record.metrics[at_a];
  const MetricRecord& b = task.b->record.metrics[at_b];
  MetricComparison out{.info = a.info, .pairs = task.pairs};
  out.a = reordered(a.values, a.info.width, places(task.pairs, &DocumentPair::a));
  out.b = reordered(b.values, a.info.width, places(task.pairs, &DocumentPair::b));
  const auto& error_a = task.a->scores[at_a].monte_carlo_error;
  const auto& error_b = task.b->scores[at_b].monte_carlo_error;
  if (error_a && error_b) out.monte_carlo_error = std::hypot(*error_a, *error_b);
  out.drawn_in_both = error_a.value_or(0.0) > 0.0 && error_b.value_or(0.0) > 0.0;
  return out;
}

/// What a document contributes to a metric by its likelihood itself: by the any-order likelihood of
/// a masked diffusion model where all of its requests have one, and as it stands where likelihoods
/// are exact. Nothing where there is only a bound.
std::optional<double> value_by_likelihood(const TaskFacts& task,
                                          std::size_t metric,
                                          std::size_t document) {
  const SampleRecord& sample = task.record.samples[document];
  const MetricRecord& record = task.record.metrics[metric];
  if (const auto found = sample.extra.find(kAnyOrderValues); found != sample.extra.end()) {
    const auto value = found->find(record.info.name);
    if (value != found->end() && value->is_number()) return value->get<double>();
  }
  if (task.bounds != std::vector{Bound::exact}) return std::nullopt;
  return record.values[document];
}

/// The same metric by likelihoods, on the documents where both runs have them; nothing where no run
/// has an any-order likelihood, or no document has both.
std::optional<MetricComparison> by_likelihood(const TaskComparison& task, std::size_t metric) {
  if (task.a->bounds == task.b->bounds && task.a->bounds == std::vector{Bound::exact})
    return std::nullopt;
  MetricComparison out{.info = task.a->record.metrics[metric].info, .monte_carlo_error = 0.0};
  out.info.filter = kAnyOrderFilter;
  const auto at_b = place_of(task.a->record.metrics[metric].info, task.b->record);
  for (const auto& pair : task.pairs) {
    const auto a = value_by_likelihood(*task.a, metric, pair.a);
    const auto b = value_by_likelihood(*task.b, at_b.value(), pair.b);
    if (!a || !b) continue;
    out.pairs.push_back(pair);
    out.a.push_back(*a);
    out.b.push_back(*b);
  }
  if (out.pairs.empty()) return std::nullopt;
  return out;
}

/// Whether a metric follows from likelihoods, of a task that asks for them.
bool follows_from_likelihoods(const TaskRecord& task, const Metric& metric) {
  if (metric.width != 1 || metric.filter == kAnyOrderFilter) return false;
  if (task.output_type == OutputType::multiple_choice) return metric.of_choices != nullptr;
  return task.output_type == OutputType::loglikelihood &&
         metric.document == DocumentValue::log_likelihood;
}

/// The metrics of both runs, then those that follow from likelihoods by the likelihoods themselves.
std::vector<MetricComparison> metrics_of(const TaskComparison& task) {
  std::vector<MetricComparison> metrics;
  const auto& own = task.a->record.metrics;
  for (std::size_t i = 0; i < own.size(); ++i) {
    if (own[i].info.filter == kAnyOrderFilter) continue;
    metrics.push_back(both_have(task, i, place_of(own[i].info, task.b->record).value()));
  }
  for (std::size_t i = 0; i < own.size(); ++i) {
    if (!follows_from_likelihoods(task.a->record, own[i].info)) continue;
    if (auto metric = by_likelihood(task, i)) metrics.push_back(std::move(*metric));
  }
  return metrics;
}

/// The clusters of some of a task's pairs.
std::vector<std::size_t> clusters_of(const TaskComparison& task, const MetricComparison& metric) {
  const auto& all = task.clusters.clusters;
  if (all.empty() || metric.pairs.size() == task.pairs.size()) return all;
  std::vector<std::string> keys;
  std::size_t at = 0;
  for (std::size_t i = 0; i < task.pairs.size(); ++i) {
    if (at < metric.pairs.size() && task.pairs[i].a == metric.pairs[at].a) {
      keys.push_back(std::to_string(all[i]));
      ++at;
    }
  }
  return dense_clusters(keys);
}

void test(const TaskComparison& task, MetricComparison& metric, std::int64_t draws) {
  const bool comparable = !metric.a.empty() && all_finite(metric.a) && all_finite(metric.b) &&
                          std::isfinite(metric_value(metric.info, metric.a)) &&
                          std::isfinite(metric_value(metric.info, metric.b));
  if (!comparable) return;
  metric.difference =
      paired_difference(metric.info, metric.a, metric.b, clusters_of(task, metric), draws);
}

/// A document that was not judged in one run is compared in neither. @return how many there are
std::size_t leave_out_unjudged(TaskComparison& task) {
  return std::erase_if(task.pairs, [&](const DocumentPair& pair) {
    return is_unjudged(task.a->record.samples[pair.a]) ||
           is_unjudged(task.b->record.samples[pair.b]);
  });
}

/// Draws for the family of all metrics of the tasks that both runs have.
std::int64_t draws_for(std::span<const TaskComparison> tasks) {
  std::size_t metrics = 0;
  for (const TaskComparison& task : tasks) metrics += task.metrics.size();
  return permutations_for(metrics);
}

/// Among many differences some look large by chance.
void correct(std::span<TaskComparison> tasks) {
  std::vector<MetricComparison*> family;
  std::vector<double> p_values;
  for (TaskComparison& task : tasks) {
    for (MetricComparison& metric : task.metrics) {
      if (!metric.difference) continue;
      family.push_back(&metric);
      p_values.push_back(metric.difference->p_value);
    }
  }
  const auto corrected = holm(p_values);
  for (std::size_t i = 0; i < family.size(); ++i) family[i]->corrected = corrected[i];
}

std::string text_of(const Json& settings, const std::string& key) {
  const auto found = settings.find(key);
  if (found == settings.end()) return "none";
  return found->is_string() ? found->get<std::string>() : found->dump();
}

const char* words_of(Bound bound) {
  switch (bound) {
    case Bound::exact:
      return "exact values";
    case Bound::lower:
      return "lower bounds";
    case Bound::chain_rule:
      return "chain-rule values";
    case Bound::sampler:
      return "values of a sampler";
    case Bound::score:
      return "ranking scores";
  }
  return "";
}

std::string bound_text(const std::vector<Bound>& bounds) {
  std::string text;
  for (const Bound bound : bounds) {
    text += (text.empty() ? "" : " and ") + std::string(words_of(bound));
  }
  return text.empty() ? "none" : text;
}

/// Said where both runs drew with one seed: with the same estimator and budget their draws are the
/// same ones.
std::optional<std::string> common_draws(const TaskComparison& task) {
  const bool both = std::ranges::any_of(task.metrics, &MetricComparison::drawn_in_both);
  if (!both || task.a->seed != task.b->seed) return std::nullopt;
  return "seed: " + std::to_string(task.a->seed) +
         " in both runs, which may have drawn alike: MC s.e. takes their errors for independent";
}

/// What is said of one task's documents.
void add_warnings_about(const TaskComparison& task, std::vector<std::string>& warnings) {
  if (task.unjudged > 0)
    warnings.push_back(task.a->record.name + ": " + std::to_string(task.unjudged) +
                       " documents have no judgment in one run or in both, and are left out");
  if (!task.clusters.note.empty()) warnings.push_back(task.clusters.note);
}

/// The same line for several tasks is one warning, with their names behind it.
std::vector<std::string> warnings_of(const std::vector<TaskComparison>& tasks) {
  std::map<std::string, std::string> by_line;
  std::vector<std::string> order;
  for (const TaskComparison& task : tasks) {
    auto lines = differing_settings(*task.a, *task.b);
    if (auto line = common_draws(task)) lines.push_back(std::move(*line));
    for (const std::string& line : lines) {
      auto& names = by_line[line];
      if (names.empty()) order.push_back(line);
      names += (names.empty() ? "" : ", ") + task.a->record.name;
    }
  }
  std::vector<std::string> warnings;
  warnings.reserve(order.size() + 2 * tasks.size());
  for (const std::string& line : order) warnings.push_back(line + " (" + by_line[line] + ")");
  for (const TaskComparison& task : tasks) add_warnings_about(task, warnings);
  return warnings;
}

/// @param by_likelihood  whether a bound is not meant where the likelihood itself is there
Json answer_of(const SampleRecord& sample, bool by_likelihood) {
  if (const auto* generation = std::get_if<GenerationRecord>(&sample.outcome))
    return {{"text", generation->text}, {"filtered", generation->filtered}};
  if (const auto* text = std::get_if<TextRecord>(&sample.outcome))
    return {{"nats", layout::finite_or_null(text->estimate.nats)}};
  Json nats = Json::array();
  for (const auto& choice : std::get<std::vector<ChoiceRecord>>(sample.outcome)) {
    const auto& values = choice.estimate.values;
    nats.push_back(
        layout::finite_or_null(by_likelihood && values ? values->any_order : choice.estimate.nats));
  }
  return {{"nats", nats}};
}

Json changed_line(const TaskComparison& task,
                  const MetricComparison& metric,
                  std::size_t pair,
                  bool better) {
  const SampleRecord& a = task.a->record.samples[metric.pairs[pair].a];
  const SampleRecord& b = task.b->record.samples[metric.pairs[pair].b];
  const bool by_likelihood = metric.info.filter == kAnyOrderFilter;
  return {{"task", task.a->record.name},
          {"metric", metric_key(metric.info)},
          {"change", better ? "better" : "worse"},
          {"a", metric.a[pair]},
          {"b", metric.b[pair]},
          {"doc_id_a", a.doc_id},
          {"doc_id_b", b.doc_id},
          {"doc_hash", hashes_of(a).doc},
          {"doc", a.doc},
          {"target", a.target},
          {"answer_a", answer_of(a, by_likelihood)},
          {"answer_b", answer_of(b, by_likelihood)}};
}

/// Only metrics of right and wrong have sides to change; others move a little on every document.
void append_changed(const TaskComparison& task,
                    const MetricComparison& metric,
                    std::vector<Json>& lines) {
  if (!metric.difference || !metric.difference->verdicts) return;
  std::vector<std::size_t> in_file_order(metric.pairs.size());
  std::iota(in_file_order.begin(), in_file_order.end(), std::size_t{0});
  std::ranges::sort(in_file_order, {}, [&](std::size_t i) { return metric.pairs[i].a; });
  for (const std::size_t i : in_file_order) {
    if (metric.a[i] == metric.b[i]) continue;
    const bool risen = metric.b[i] > metric.a[i];
    lines.push_back(changed_line(task, metric, i, risen == metric.info.higher_is_better));
  }
}

/// How a masked diffusion model is read, where both runs say it: an autoregressive one has no mask,
/// and files of older versions do not say theirs.
void add_differing_masks(const ModelFacts& a,
                         const ModelFacts& b,
                         std::vector<std::string>& lines) {
  if (a.mask_id && b.mask_id && *a.mask_id != *b.mask_id) {
    lines.push_back("mask_id: " + std::to_string(*a.mask_id) + " against " +
                    std::to_string(*b.mask_id));
  }
  if (!a.mask_id || !b.mask_id || !a.shifted || !b.shifted || *a.shifted == *b.shifted) return;
  const auto word = [](bool shifted) { return shifted ? "on" : "off"; };
  lines.push_back(std::string("shift: ") + word(*a.shifted) + " against " + word(*b.shifted));
}

}  // namespace

std::vector<std::string> differing_settings(const TaskFacts& a, const TaskFacts& b) {
  std::vector<std::string> lines;
  const auto [of_a, of_b] = comparable(a.settings, b.settings);
  std::set<std::string> seen;
  for (const Json* settings : {&of_a, &of_b}) {
    for (const auto& [key, value] : settings->items()) {
      if (!seen.insert(key).second || text_of(of_a, key) == text_of(of_b, key)) continue;
      lines.push_back(key + ": " + text_of(of_a, key) + " against " + text_of(of_b, key));
    }
  }
  const auto add = [&](const char* name, const std::optional<std::string>& one,
                       const std::optional<std::string>& other) {
    if (one == other) return;
    lines.push_back(name + (": " + one.value_or("unknown")) + " against " +
                    other.value_or("unknown"));
  };
  add("dtype", a.run->model.dtype, b.run->model.dtype);
  add("rope_tables", a.run->model.rope_tables, b.run->model.rope_tables);
  add_differing_masks(a.run->model, b.run->model, lines);
  if (a.bounds != b.bounds) {
    lines.push_back("likelihoods: " + bound_text(a.bounds) + " against " + bound_text(b.bounds) +
                    ", so that part of a difference may be the bound's where any_order does not "
                    "say otherwise");
  }
  return lines;
}

TaskComparison pair_tasks(const TaskFacts& a, const TaskFacts& b) {
  refuse_other_scores("compare", a.record.name, a.settings, b.settings);
  check_same_shape(shape_of(a.record), shape_of(b.record));
  TaskComparison task{
      .a = &a,
      .b = &b,
      .pairs = pair_documents(document_keys(a.record), document_keys(b.record), a.record.name),
      .clusters = {},
      .metrics = {}};
  task.unjudged = leave_out_unjudged(task);
  task.clusters = paired_clusters(
      {.name = "A",
       .keys = reordered(cluster_keys(a.record), places(task.pairs, &DocumentPair::a))},
      {.name = "B",
       .keys = reordered(cluster_keys(b.record), places(task.pairs, &DocumentPair::b))},
      a.record.name);
  task.metrics = metrics_of(task);
  return task;
}

std::int64_t test_family(std::span<TaskComparison> tasks) {
  const auto draws = draws_for(tasks);
  for (TaskComparison& task : tasks) {
    for (MetricComparison& metric : task.metrics) test(task, metric, draws);
  }
  correct(tasks);
  return draws;
}

RunComparison compare_runs(const Facts& a, const Facts& b) {
  refuse_same_run(a, b, "compare");
  RunComparison comparison{
      .a = a.name, .b = b.name, .tasks = {}, .only_a = {}, .only_b = {}, .warnings = {}};
  std::map<std::string, const TaskFacts*> left;
  for (const TaskFacts& task : b.tasks) left.emplace(task.record.name, &task);
  for (const TaskFacts* task : tasks_by_name(a)) {
    const auto other = left.find(task->record.name);
    if (other == left.end()) {
      comparison.only_a.push_back(task->record.name);
      continue;
    }
    comparison.tasks.push_back(pair_tasks(*task, *other->second));
    left.erase(other);
  }
  for (const auto& [name, task] : left) comparison.only_b.push_back(name);
  if (comparison.tasks.empty()) {
    throw Error(ErrorKind::results, "compare: wanted a task that both runs have, got none in " +
                                        a.name + " and " + b.name);
  }
  comparison.permutations = test_family(comparison.tasks);
  comparison.warnings = warnings_of(comparison.tasks);
  return comparison;
}

std::vector<Json> changed_documents(const RunComparison& comparison) {
  std::vector<Json> lines;
  for (const TaskComparison& task : comparison.tasks) {
    for (const MetricComparison& metric : task.metrics) append_changed(task, metric, lines);
  }
  return lines;
}

}  // namespace smdm
