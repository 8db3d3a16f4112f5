// Costs are counted where they depend on the requests alone, and otherwise measured on a sample and
// scaled. The sample is every k-th document, because files are often sorted, and is doubled until
// it takes a second.
#include "harness/jobs/dry_run.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>
#include <vector>

#include "base/text/numbers.hpp"
#include "harness/run/compute.hpp"
#include "results/show/table.hpp"

namespace smdm {
namespace {

/// What some Items took.
struct Calibration {
  std::size_t items = 0;
  double seconds = 0.0;
  AnswerCost cost;
};

Calibration computed(const ReadyTask& task, const Session& session, std::size_t count) {
  const auto items = some_items(task.items, count);
  Calibration done{.items = items.size(), .cost = {}};
  const auto begin = std::chrono::steady_clock::now();
  compute(session, items, task.decided,
          [&](std::size_t, const Answer& answer) { done.cost += cost_of(answer); });
  done.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return done;
}

/// Computes Items, twice as many each time, until that takes long enough to be timed.
Calibration calibrated(const ReadyTask& task, const Session& session) {
  constexpr double kEnough = 1.0;  // seconds
  for (std::size_t count = 1;; count *= 2) {
    const auto done = computed(task, session, count);
    if (done.seconds >= kEnough || count >= task.items.size()) return done;
  }
}

PlannedTask planned_task(const ReadyTask& task, const Session& session) {
  PlannedTask planned{.name = info(task.task).name,
                      .documents = task.items.size(),
                      .requests = request_count(task.items),
                      .rows = {},
                      .tokens = {},
                      .forwards = {}};
  if (planned.documents == 0) return planned;
  const auto calibration = calibrated(task, session);
  const auto factor =
      static_cast<double>(planned.documents) / static_cast<double>(calibration.items);
  const auto exact = counted(session, task.items, task.decided);
  const auto amount = [&](std::int64_t AnswerCost::* of) {
    return exact ? static_cast<double>(*exact.*of)
                 : static_cast<double>(calibration.cost.*of) * factor;
  };
  planned.counted = exact.has_value();
  planned.rows = amount(&AnswerCost::rows);
  planned.tokens = amount(&AnswerCost::tokens);
  if (std::holds_alternative<GenerationSettings>(task.decided.work))
    planned.forwards = static_cast<double>(calibration.cost.forwards) * factor;
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

Json to_json(const PlannedTask& task, std::int64_t repeats) {
  const auto times = static_cast<double>(repeats);
  const auto amount = [&](const std::optional<double>& one) {
    return one ? Json(*one * times) : Json(nullptr);
  };
  return {{"name", task.name},
          {"documents", static_cast<std::int64_t>(task.documents) * repeats},
          {"requests", static_cast<std::int64_t>(task.requests) * repeats},
          {"rows", amount(task.rows)},
          {"tokens", amount(task.tokens)},
          {"forwards", amount(task.forwards)},
          {"counted", task.counted},
          {"seconds", task.documents == 0 ? Json(nullptr) : Json(task.seconds * times)}};
}

}  // namespace

std::size_t request_count(std::span<const Item> items) {
  std::size_t count = 0;
  for (const auto& item : items) count += item.ids.requests.empty() ? 1 : item.ids.requests.size();
  return count;
}

std::vector<PlannedTask> planned_tasks(std::span<const ReadyTask> tasks,
                                       const Session& session,
                                       const std::string& prefix) {
  std::vector<PlannedTask> planned;
  planned.reserve(tasks.size());
  bool warm = false;
  for (const auto& task : tasks) {
    // The first call pays for threads, memory and kernels that later ones find ready.
    if (!warm && !task.items.empty()) {
      static_cast<void>(computed(task, session, 1));
      warm = true;
    }
    planned.push_back(planned_task(task, session));
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
        "Forwards are those of texts that are generated, one for each document and step; a guided "
        "step has two rows.\n";
  }
  return text;
}

Json dry_run_json(std::span<const PlannedTask> tasks, std::int64_t repeats) {
  Json planned = Json::array();
  for (const auto& task : tasks) planned.push_back(to_json(task, repeats));
  auto total = to_json(total_of(tasks), repeats);
  total.erase("name");
  return {{"tasks", planned}, {"total", total}, {"repeats", repeats}};
}

}  // namespace smdm
