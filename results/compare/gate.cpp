// The verdict on a run: which rule a metric has to pass, and whether it does.
#include "results/compare/gate.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/error.hpp"
#include "base/numbers/distributions.hpp"
#include "base/numbers/finite.hpp"
#include "base/text/numbers.hpp"
#include "base/text/python.hpp"
#include "results/compare/rounding.hpp"
#include "results/compare/scores.hpp"
#include "results/run/lm_eval_json.hpp"
#include "results/statistics/clusters.hpp"
#include "results/statistics/paired_difference.hpp"
#include "results/statistics/paired_tests.hpp"

namespace smdm {
namespace {

constexpr double kUpper = 0.975;

/// A task of the run beside that of the baseline.
struct JudgedTask {
  const BaselineTask& baseline;
  const TaskFacts& judged;
  std::vector<std::size_t> order;  ///< of the run's documents: as the baseline has them
  GateRule rule = GateRule::repeatability;
  std::size_t repeat = 0;             ///< the one compared with under GateRule::equal
  std::vector<std::size_t> clusters;  ///< of the documents, in the baseline's order
  std::string note;                   ///< what is to be said of them, or empty
};

std::string names_of(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names) text.append(text.empty() ? "" : ", ").append(name);
  return text.empty() ? "none" : text;
}

void check_task_set(const Baseline& baseline, const std::vector<TaskFacts>& tasks) {
  std::vector<std::string> wanted;
  std::vector<std::string> got;
  wanted.reserve(baseline.tasks.size());
  got.reserve(tasks.size());
  for (const BaselineTask& task : baseline.tasks) wanted.push_back(task.name);
  for (const TaskFacts& task : tasks) got.push_back(task.record.name);
  std::sort(wanted.begin(), wanted.end());
  std::sort(got.begin(), got.end());
  if (wanted == got) return;
  throw Error(ErrorKind::results, "gate: wanted a run of the baseline's tasks (" +
                                      names_of(wanted) + "), got " + names_of(got));
}

/// Chooses the rule of a task, and the repeat with the run's seed. Equality to the last bit where
/// model, draws, build and machine are the baseline's; a small tolerance where nothing is random
/// but build or machine differ; a statistical test for everything else.
void choose_rule(JudgedTask& task) {
  const auto origin = origin_of(*task.judged.run);
  const auto& seeds = task.baseline.seeds;
  const auto same_seed = std::ranges::find(seeds, task.judged.seed);
  const bool random = task.baseline.depends_on_seed || task.judged.depends_on_seed;
  const bool same_model = origin.model == task.baseline.origin.model &&
                          same_settings(task.judged.settings, task.baseline.settings);
  if (same_seed != seeds.end() && random)
    task.repeat = static_cast<std::size_t>(same_seed - seeds.begin());
  if (!same_model || (random && same_seed == seeds.end())) return;
  if (origin == task.baseline.origin && origin.bit_reproducible) {
    task.rule = GateRule::equal;
  } else if (!random) {
    task.rule = GateRule::tolerance;
  }
}

JudgedTask judged_task(const BaselineTask& baseline, const TaskFacts& run) {
  refuse_other_scores("gate", baseline.name, baseline.settings, run.settings);
  check_same_shape(shape_of(baseline), shape_of(run.record));
  JudgedTask task{.baseline = baseline, .judged = run, .order = {}, .clusters = {}, .note = {}};
  for (const auto& pair :
       pair_documents(baseline.documents, baseline_keys(run.record), baseline.name))
    task.order.push_back(pair.b);
  const auto clusters = paired_clusters(
      {.name = "the baseline", .keys = baseline.clusters},
      {.name = "the run", .keys = reordered(cluster_keys(run.record), task.order)}, baseline.name);
  task.clusters = clusters.clusters;
  choose_rule(task);
  // The other rules have no test over documents.
  if (task.rule == GateRule::repeatability) task.note = clusters.note;
  return task;
}

/// Each document's mean over the repeats.
std::vector<double> mean_documents(const BaselineMetric& metric) {
  std::vector<double> means(metric.documents.front().size());
  for (const auto& values : metric.documents) {
    for (std::size_t i = 0; i < means.size(); ++i) means[i] += values[i];
  }
  for (double& value : means) value /= static_cast<double>(metric.documents.size());
  return means;
}

double worse_by(const Metric& info, double baseline, double value) {
  return info.higher_is_better ? baseline - value : value - baseline;
}

std::size_t documents_that_differ(const std::vector<double>& a,
                                  const std::vector<double>& b,
                                  std::size_t width) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < a.size(); at += width) {
    const auto begin = static_cast<std::ptrdiff_t>(at);
    const auto end = static_cast<std::ptrdiff_t>(at + width);
    if (!std::equal(a.begin() + begin, a.begin() + end, b.begin() + begin)) ++count;
  }
  return count;
}

std::string compared(const GateMetric& metric) {
  return python_float(metric.value) + " against " + python_float(metric.baseline);
}

/// "worse by 0.1", or "not worse".
std::string drop_text(const GateMetric& metric) {
  return metric.drop > 0.0 ? "worse by " + fixed_text(metric.drop, 6) : "not worse";
}

/// Whether likelihoods and texts are those of the repeat, as far as the baseline says.
bool same_answers(const JudgedTask& task) {
  const auto& known = task.baseline.answers;
  return known.empty() || known[task.repeat] == answers_digest(task.judged.record, task.order);
}

void judge_equality(const JudgedTask& task,
                    const BaselineMetric& baseline,
                    const std::vector<double>& values,
                    GateMetric& metric) {
  const auto& wanted = baseline.documents[task.repeat];
  const auto differing = documents_that_differ(wanted, values, metric.info.width);
  metric.passed = differing == 0;
  metric.reason = metric.passed
                      ? "equal, as a run without chance on the same build and machine is"
                      : compared(metric) + ", with other values on " + std::to_string(differing) +
                            " documents: wanted equal ones, since model, build, type of "
                            "machine and draws are the same";
  // Verdicts may agree while likelihoods do not; that too is a change of what is computed.
  if (!metric.passed || same_answers(task)) return;
  metric.passed = false;
  metric.reason = compared(metric) +
                  ", from other likelihoods or texts: wanted equal ones to the last bit, since "
                  "model, build, type of machine and draws are the same";
}

void judge_tolerance(const JudgedTask& task, std::size_t index, GateMetric& metric) {
  metric.limit =
      metric.info.tolerance(metric.baseline, task.order.size(), rounding_of(task.judged, index));
  constexpr double kRounding = 1e-9;  // of the difference of two means of verdicts
  metric.passed = std::fabs(metric.drop) <= metric.limit * (1.0 + kRounding);
  const auto change =
      metric.drop < 0.0 ? "better by " + fixed_text(-metric.drop, 6) : drop_text(metric);
  metric.reason = compared(metric) + ": " + change + ", where " + fixed_text(metric.limit, 6) +
                  " either way is allowed to another build or machine";
}

/// Where the run has a metric of the baseline.
std::size_t place_in_run(const JudgedTask& task, const Metric& metric) {
  if (const auto place = place_of(metric, task.judged.record)) return *place;
  throw Error(ErrorKind::results,
              "gate: " + task.baseline.name + ": wanted the baseline's " + metric_key(metric) +
                  ", which the run has not: targets that were enumerated for the baseline were not "
                  "here");
}

GateMetric judge_metric(const JudgedTask& task,
                        const BaselineMetric& baseline,
                        std::int64_t draws) {
  const auto index = place_in_run(task, baseline.info);
  const MetricRecord& record = task.judged.record.metrics[index];
  const auto values = reordered(record.values, baseline.info.width, task.order);
  GateMetric metric;
  metric.task = task.baseline.name;
  metric.info = baseline.info;
  metric.rule = task.rule;
  metric.baseline = task.rule == GateRule::equal ? baseline.values[task.repeat] : mean_of(baseline);
  metric.value = metric_value(baseline.info, values);
  metric.drop = worse_by(metric.info, metric.baseline, metric.value);
  if (!all_finite(values) || !std::isfinite(metric.value)) {
    metric.passed = false;
    metric.reason = "a value that is not finite against " + python_float(metric.baseline);
  } else if (task.rule == GateRule::equal) {
    judge_equality(task, baseline, values, metric);
  } else if (task.rule == GateRule::tolerance) {
    judge_tolerance(task, index, metric);
  } else {
    metric.limit = repeatability_limit(baseline, task.judged.scores[index].monte_carlo_error);
    metric.p_value =
        paired_test(baseline.info, mean_documents(baseline), values, task.clusters, draws).p_value;
  }
  return metric;
}

/// The verdicts that wait for the p-values of all metrics.
void judge_repeatability(std::vector<GateMetric>& metrics) {
  std::vector<GateMetric*> family;
  std::vector<double> p_values;
  for (GateMetric& metric : metrics) {
    if (!metric.p_value) continue;
    family.push_back(&metric);
    p_values.push_back(*metric.p_value);
  }
  const auto corrected = holm(p_values);
  for (std::size_t i = 0; i < family.size(); ++i) {
    GateMetric& metric = *family[i];
    metric.corrected = corrected[i];
    // Two kinds of chance: the limit is what repeats over seeds differ by, the test what documents
    // do.
    const bool beyond = metric.drop > metric.limit;
    metric.passed = !beyond || corrected[i] > kGateLevel;
    metric.reason = compared(metric) + ": " + drop_text(metric) +
                    (beyond ? ", beyond" : ", within") + " the limit " +
                    fixed_text(metric.limit, 6) + "; p = " + fixed_text(corrected[i], 4) +
                    " after Holm";
  }
}

std::int64_t draws_for(const Baseline& baseline) {
  std::size_t metrics = 0;
  for (const BaselineTask& task : baseline.tasks) metrics += task.metrics.size();
  return permutations_for(metrics);
}

std::vector<std::string> warnings_of(const JudgedTask& task) {
  std::vector<std::string> warnings;
  const auto& name = task.baseline.name;
  if (!same_settings(task.judged.settings, task.baseline.settings)) {
    const auto [settings, baseline] = comparable(task.judged.settings, task.baseline.settings);
    warnings.push_back(name + ": other settings than the baseline's: " + settings.dump() +
                       " against " + baseline.dump());
  }
  if (!task.note.empty()) warnings.push_back(task.note);
  if (origin_of(*task.judged.run).model != task.baseline.origin.model)
    warnings.push_back(name + ": another model than the baseline's");
  if (task.rule == GateRule::repeatability && task.baseline.depends_on_seed &&
      task.baseline.seeds.size() == 1) {
    warnings.push_back(name +
                       ": a baseline of one repeat has no repeatability standard deviation; give "
                       "it several seeds");
  }
  return warnings;
}

}  // namespace

bool passed(const GateReport& report) {
  return std::all_of(report.metrics.begin(), report.metrics.end(),
                     [](const GateMetric& metric) { return metric.passed; });
}

double repeatability_limit(const BaselineMetric& metric, const std::optional<double>& run_error) {
  const auto spread = repeatability_of(metric);
  const auto n = static_cast<double>(metric.values.size());
  constexpr double kNormal = 1.959963984540054 * kErrorMargin;  // normal quantile of kUpper
  const auto& error = metric.monte_carlo_error;
  if (!spread) return error && run_error ? kNormal * std::hypot(*error, *run_error) : 0.0;
  // The limit of one new run against the mean of n, which has an error of its own: hence 1 + 1/n.
  const double root = std::sqrt(1.0 + 1.0 / n);
  const double by_spread = student_t_quantile(kUpper, n - 1.0) * *spread * root;
  // An error of 0 says that nothing is drawn: it knows nothing of why repeats differ all the same.
  const bool known = error && *error > 0.0;
  return known ? std::min(by_spread, kNormal * *error * root) : by_spread;
}

GateReport judge(const Baseline& baseline, const Facts& run) {
  check_task_set(baseline, run.tasks);
  const auto draws = draws_for(baseline);
  GateReport report;
  for (const BaselineTask& wanted : baseline.tasks) {
    const auto found = std::ranges::find_if(
        run.tasks, [&](const TaskFacts& task) { return task.record.name == wanted.name; });
    const auto task = judged_task(wanted, *found);
    for (const BaselineMetric& metric : wanted.metrics)
      report.metrics.push_back(judge_metric(task, metric, draws));
    for (auto& warning : warnings_of(task)) report.warnings.push_back(std::move(warning));
  }
  judge_repeatability(report.metrics);
  return report;
}

}  // namespace smdm
