// The parts of a run found and read, and stored summaries checked against the samples.
#include "results/run/whole_run.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "base/error.hpp"
#include "base/files/paths.hpp"
#include "results/run/lm_eval_json.hpp"
#include "results/run/sample_reader.hpp"
#include "results/statistics/statistics.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;

/// Sums and exp have other last bits on another machine.
bool agree(double stored, double computed) {
  constexpr double kRelative = 1e-9;
  if (!std::isfinite(stored) || !std::isfinite(computed))
    return !std::isfinite(stored) && !std::isfinite(computed);
  return std::fabs(stored - computed) <= kRelative * std::max(1.0, std::fabs(computed));
}

bool agree(const Json& stored, const std::optional<double>& computed) {
  if (stored.is_number()) return computed && agree(stored.get<double>(), *computed);
  return !computed || !std::isfinite(*computed);  // null or "N/A"
}

void check_metric(const StoredRun& stored,
                  const TaskRecord& task,
                  const Metric& info,
                  const Json& own,
                  const Json& clustered,
                  const Summary& summary) {
  const auto& row = stored.results.at("results").at(task.name);
  const auto refuse = [&](const std::string& what, const Json& got) {
    throw Error(ErrorKind::results, stored.results_file.string() + ": " + task.name + ": wanted " +
                                        what + " of " + metric_key(info) +
                                        " as its samples give it, got " + got.dump() +
                                        ": a file was changed since it was written");
  };
  for (const Json& value : {row.at(metric_key(info)), own.at("value")}) {
    if (!agree(number_or_nan(value), summary.value)) refuse("the value", value);
  }
  const auto in_row = row.find(mc_stderr_key(info));
  for (const Json& error :
       {in_row == row.end() ? Json(nullptr) : *in_row, own.value("mc_stderr", Json(nullptr))}) {
    if (!agree(error, summary.monte_carlo_error)) refuse("the Monte Carlo error", error);
  }
  // Standard errors of a corpus metric depend on how many resamples an older version drew.
  const bool same_resamples =
      stored.results.at("config").at("bootstrap_iters") == kBootstrapResamples;
  if (!info.is_mean && !same_resamples) return;
  for (const Json& error : {row.at(stderr_key(info)), own.at("stderr")}) {
    if (!agree(error, summary.standard_error)) refuse("the standard error", error);
  }
  if (clustered.is_null()) return;  // an older file
  const auto& error = clustered.at(metric_key(info));
  if (!agree(error, summary.clustered_error)) refuse("the standard error over clusters", error);
}

void check_summaries(const StoredRun& stored) {
  try {
    const auto summaries = summarize(stored.run);
    const auto& tasks = stored.results.at("smdm_eval").at("tasks");
    for (std::size_t t = 0; t < summaries.size(); ++t) {
      const TaskRecord& task = stored.run.tasks[t];
      for (std::size_t m = 0; m < task.metrics.size(); ++m) {
        const auto& own = tasks.at(task.name);
        check_metric(stored, task, task.metrics[m].info, own.at("metrics").at(m),
                     own.value(kClusteredErrors, Json(nullptr)), summaries[t][m]);
      }
    }
  } catch (const Json::exception& error) {
    throw Error(ErrorKind::results,
                stored.results_file.string() + ": not a results file of ours: " + error.what());
  } catch (const std::invalid_argument& error) {
    throw Error(ErrorKind::results, stored.results_file.string() + ": " + error.what());
  }
}

/// The parts of the run in a folder, each with its samples.
std::vector<StoredRun> parts_in(const fs::path& folder) {
  std::vector<StoredRun> parts;
  if (auto latest = latest_run(folder)) {
    parts.push_back(read_run(*std::move(latest)));
    return parts;
  }
  for (const auto& below : folders_in(folder)) {
    if (auto latest = latest_run(below)) parts.push_back(read_run(*std::move(latest)));
  }
  if (parts.empty()) refuse_without_run(folder);
  return parts;
}

std::vector<StoredRun> parts_at(const fs::path& path) {
  if (is_folder(path)) return parts_in(path);
  std::vector<StoredRun> parts;
  parts.push_back(read_run(path));
  return parts;
}

void refuse_repeated_tasks(const WholeRun& run) {
  std::map<std::string, fs::path> seen;
  for (const StoredRun& part : run.parts) {
    for (const TaskRecord& task : part.run.tasks) {
      const auto [first, is_new] = seen.emplace(task.name, part.results_file);
      if (is_new) continue;
      throw Error(ErrorKind::results, run.name + ": wanted one run, got two with task " +
                                          task.name + ": " + first->second.string() + " and " +
                                          part.results_file.string() + "; name one of them");
    }
  }
}

}  // namespace

WholeRun read_whole_run(const fs::path& path) {
  WholeRun run{.name = path.string(), .parts = parts_at(path)};
  for (const auto& part : run.parts) check_summaries(part);
  refuse_repeated_tasks(run);
  return run;
}

}  // namespace smdm
