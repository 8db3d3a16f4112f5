#include "harness/run/dry_run.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>
#include <vector>

#include "base/text/numbers.hpp"
#include "harness/bench/tools.hpp"
#include "results/show/table.hpp"

namespace smdm {
namespace {

/// What a run of some documents took.
struct Calibration {
  std::size_t documents = 0;
  double seconds = 0.0;
  Json extra;  ///< of the record: rows, tokens, forwards
};

/// Computes documents, twice as many each time, until that takes long enough to be timed.
Calibration calibrated(const PreparedTask& task, const Session& session, const Settings& settings) {
  constexpr double kEnough = 1.0;  // seconds
  const auto all = task.dataset.documents.size();
  Calibration best;
  for (std::size_t count = 1;; count *= 2) {
    const auto begin = std::chrono::steady_clock::now();
    const auto record = evaluate(some_documents(task, count), session, settings);
    best = {
        .documents = std::min(count, all),
        .seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count(),
        .extra = record.extra};
    if (best.seconds >= kEnough || count >= all) return best;
  }
}

struct Amounts {
  double rows = 0.0;
  double tokens = 0.0;
};

/// Rows and tokens of likelihood requests whose number does not depend on the answers.
std::optional<Amounts> counted(const PreparedTask& task, const Session& session) {
  const auto& evaluation = task.evaluation;
  const bool greedy = evaluation.greedy && session.checkpoint.kind == ModelKind::mdm;
  if (task.tokens.empty() || evaluation.racing || evaluation.target_error || greedy)
    return std::nullopt;
  const auto config = likelihood_config(task.evaluation, session.checkpoint.kind, {});
  Amounts amounts;
  for (const auto& estimate : count_work(session.model->info(), task.tokens, config)) {
    amounts.rows += static_cast<double>(estimate.rows);
    amounts.tokens += static_cast<double>(estimate.tokens);
  }
  return amounts;
}

PlannedTask planned_task(const PreparedTask& task,
                         const Session& session,
                         const Settings& settings) {
  PlannedTask planned{.name = info(task.task).name,
                      .documents = task.dataset.documents.size(),
                      .requests = std::max(task.tokens.size(), task.prompt_ids.size()),
                      .rows = {},
                      .tokens = {},
                      .forwards = {}};
  if (planned.documents == 0) return planned;
  const auto calibration = calibrated(task, session, settings);
  const auto factor =
      static_cast<double>(planned.documents) / static_cast<double>(calibration.documents);
  const auto extrapolated = [&](const char* name) -> std::optional<double> {
    const auto found = calibration.extra.find(name);
    if (found == calibration.extra.end()) return std::nullopt;
    return found->get<double>() * factor;
  };
  const auto exact = counted(task, session);
  planned.counted = exact.has_value();
  planned.rows = exact ? exact->rows : extrapolated("rows");
  planned.tokens = exact ? exact->tokens : extrapolated("tokens");
  planned.forwards = extrapolated("forwards");
  planned.seconds = calibration.seconds * factor;
  return planned;
}

void add(const std::optional<double>& amount, std::optional<double>& sum) {
  if (amount) sum = sum.value_or(0.0) + *amount;
}

PlannedTask total_of(std::span<const PlannedTask> tasks) {
  PlannedTask total{.name = "total", .rows = {}, .tokens = {}, .forwards = {}, .counted = true};
  for (const auto& task : tasks) {
    total.documents += task.documents;
    total.requests += task.requests;
    add(task.rows, total.rows);
    add(task.tokens, total.tokens);
    add(task.forwards, total.forwards);
    total.counted = total.counted && (task.counted || !task.rows);
    total.seconds += task.seconds;
  }
  return total;
}

std::vector<std::string> row_of(const PlannedTask& task, std::int64_t repeats) {
  const auto times = static_cast<double>(repeats);
  const auto amount = [&](const std::optional<double>& one, bool counted) -> std::string {
    if (!one) return "-";
    return std::string(counted ? "" : "~").append(fixed_text(*one * times, 0));
  };
  return {task.name,
          fixed_text(static_cast<double>(task.documents) * times, 0),
          fixed_text(static_cast<double>(task.requests) * times, 0),
          amount(task.rows, task.counted),
          amount(task.tokens, task.counted),
          amount(task.forwards, false),
          task.documents == 0 ? "-" : std::string("~").append(fixed_text(task.seconds * times, 1))};
}

}  // namespace

PreparedTask some_documents(const PreparedTask& task, std::size_t count) {
  const auto all = task.dataset.documents.size();
  if (count >= all) return task;
  auto some = task;
  some.dataset.documents.clear();
  some.requests.clear();
  some.tokens.clear();
  some.first.clear();
  some.prompts.clear();
  some.prompt_ids.clear();
  if (some.period) some.period->bytes.clear();
  for (std::size_t k = 0; k < count; ++k) {
    const auto i = k * all / count;
    some.dataset.documents.push_back(task.dataset.documents[i]);
    if (!task.prompt_ids.empty()) {
      some.prompts.push_back(task.prompts[i]);
      some.prompt_ids.push_back(task.prompt_ids[i]);
    }
    if (task.period) some.period->bytes.push_back(task.period->bytes[i]);
    if (task.first.empty()) continue;
    some.first.push_back(some.tokens.size());
    for (auto r = task.first[i]; r < task.first[i + 1]; ++r) {
      some.tokens.push_back(task.tokens[r]);
      if (!task.requests.empty()) some.requests.push_back(task.requests[r]);
    }
  }
  if (!task.first.empty()) some.first.push_back(some.tokens.size());
  return some;
}

std::vector<PlannedTask> planned_tasks(std::span<const PreparedTask> tasks,
                                       const Session& session,
                                       const Settings& settings,
                                       const std::string& prefix) {
  std::vector<PlannedTask> planned;
  planned.reserve(tasks.size());
  bool warm = false;
  for (const auto& task : tasks) {
    // The first call pays for threads, memory and kernels that later ones find ready.
    if (!warm && !task.dataset.documents.empty()) {
      static_cast<void>(evaluate(some_documents(task, 1), session, settings));
      warm = true;
    }
    planned.push_back(planned_task(task, session, settings));
    planned.back().name.insert(0, prefix);
  }
  return planned;
}

std::string dry_run_table(std::span<const PlannedTask> tasks, std::int64_t repeats) {
  using enum Align;
  const std::vector<Column> columns = {{.title = "Would run"},
                                       {.title = "Documents", .align = right},
                                       {.title = "Requests", .align = right},
                                       {.title = "Rows", .align = right},
                                       {.title = "Tokens", .align = right},
                                       {.title = "Forwards", .align = right},
                                       {.title = "Seconds", .align = right}};
  std::vector<std::vector<std::string>> cells;
  cells.reserve(tasks.size() + 1);
  for (const auto& task : tasks) cells.push_back(row_of(task, repeats));
  cells.push_back(row_of(total_of(tasks), repeats));
  auto text = markdown_table(columns, cells);
  if (repeats > 1) text += "All numbers are those of " + std::to_string(repeats) + " repeats.\n";
  if (std::ranges::any_of(tasks, [](const auto& task) { return task.forwards.has_value(); })) {
    text +=
        "Texts that are generated are counted in forwards, one for each document and step; like "
        "results, this table has no rows and tokens of them.\n";
  }
  return text;
}

}  // namespace smdm
