#include "harness/dry_run.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>
#include <vector>

#include "harness/bench_tools.hpp"
#include "results/report.hpp"

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
  auto config = likelihood_config(task.evaluation, session.checkpoint.kind, {});
  constexpr std::int64_t kRows = 1 << 14;
  constexpr std::int64_t kTokens = 1 << 22;
  config.packing = {.rows_per_forward = kRows, .tokens_per_forward = kTokens};
  Amounts amounts;
  for (const auto& estimate : count_work(session.model->info(), task.tokens, config)) {
    amounts.rows += static_cast<double>(estimate.rows);
    amounts.tokens += static_cast<double>(estimate.tokens);
  }
  return amounts;
}

std::vector<std::string> row_of(const PreparedTask& task,
                                const Session& session,
                                const Settings& settings) {
  const auto documents = task.dataset.documents.size();
  if (documents == 0) return {info(task.task).name, "0", "0", "-", "-", "-", "-"};
  const auto calibration = calibrated(task, session, settings);
  const auto factor = static_cast<double>(documents) / static_cast<double>(calibration.documents);
  const auto exact = counted(task, session);
  const auto amount = [&](const char* name, double Amounts::* field) -> std::string {
    if (exact) return number((*exact).*field, 0);
    const auto found = calibration.extra.find(name);
    if (found == calibration.extra.end()) return "-";
    return std::string("~").append(number(found->get<double>() * factor, 0));
  };
  const auto requests = std::max(task.tokens.size(), task.prompt_ids.size());
  return {info(task.task).name,
          std::to_string(documents),
          std::to_string(requests),
          amount("rows", &Amounts::rows),
          amount("tokens", &Amounts::tokens),
          exact ? std::string("-") : amount("forwards", &Amounts::rows),
          std::string("~").append(number(calibration.seconds * factor, 1))};
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

std::string dry_run_table(std::span<const PreparedTask> tasks,
                          const Session& session,
                          const Settings& settings) {
  using enum Align;
  const std::vector<Column> columns = {{.title = "Would run"},
                                       {.title = "Documents", .align = right},
                                       {.title = "Requests", .align = right},
                                       {.title = "Rows", .align = right},
                                       {.title = "Tokens", .align = right},
                                       {.title = "Forwards", .align = right},
                                       {.title = "Seconds", .align = right}};
  std::vector<std::vector<std::string>> cells;
  cells.reserve(tasks.size());
  for (const auto& task : tasks) cells.push_back(row_of(task, session, settings));
  return markdown_table(columns, cells);
}

}  // namespace smdm
