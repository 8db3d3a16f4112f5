// The checkpoint is opened as for an evaluation, but for the weights' values; tasks and requests
// are read, decided and encoded by the same code, so that what is counted is what would be
// computed.
#include "harness/describe/describe.hpp"

#include <iostream>
#include <utility>
#include <vector>

#include "base/text/visible.hpp"
#include "harness/bench/tools.hpp"
#include "harness/cli/print_json.hpp"
#include "harness/describe/report.hpp"
#include "harness/jobs/embedded.hpp"
#include "harness/jobs/jobs.hpp"
#include "harness/jobs/requests.hpp"
#include "harness/run/ready.hpp"
#include "harness/settings/data.hpp"
#include "harness/settings/decide.hpp"
#include "harness/settings/refuse.hpp"
#include "models/matmul.hpp"
#include "tasks/ask/task.hpp"

namespace smdm {
namespace {

std::vector<PlannedWork> task_work(const Settings& settings,
                                   const Session& session,
                                   std::vector<std::string>& notes) {
  std::vector<PlannedWork> work;
  static_cast<void>(data_settings(settings));
  for (const auto& part : evaluation_parts(chosen_tasks(settings), settings)) {
    const std::string prefix = part.embedded ? kEmbeddedPrefix : "";
    for (const auto& task : part.tasks) {
      for (const auto& ready : made_ready(task, part.settings, session, notes)) {
        work.push_back(
            planned_work(session, prefix + info(ready.task).name, ready.items, ready.decided));
      }
    }
  }
  return work;
}

PlannedWork request_work(const Settings& settings,
                         const Session& session,
                         std::vector<std::string>& notes) {
  const auto lines = read_input_lines(settings.requests.value());
  const auto decided = decide(settings, {}, session.checkpoint.kind, notes);
  const auto questions = checked_questions(session, lines, decided);
  return planned_work(session, "requests", questions.items, decided);
}

/// Of a product as large as the model's largest ones, in what the model would compute in.
double speed_of(const Session& session) {
  keep_matmul_reproducible();
  const auto& config = session.checkpoint.config;
  const auto compute = session.model->info().compute;
  return linear_speed({.rows = kTimedRows, .in = config.n_embd, .out = config.intermediate_size},
                      compute, session.device);
}

}  // namespace

void run_describe(const DescribeSettings& describe) {
  const auto& settings = describe.settings;
  if (settings.requests && !settings.tasks.empty())
    refuse("describe", "--task or --requests", "both");
  const auto session = open_unloaded(model_settings(settings));
  auto notes = session.notes;
  std::vector<PlannedWork> work;
  if (!settings.tasks.empty()) work = task_work(settings, session, notes);
  if (settings.requests) work.push_back(request_work(settings, session, notes));
  for (const auto& note : notes) std::cerr << visible(note) << "\n";
  std::optional<Estimated> estimated;
  if (!work.empty()) estimated = {.work = work, .flops = speed_of(session)};
  const auto json = description(session, estimated);
  if (describe.json) {
    print_json(json);
  } else {
    std::cout << description_text(json);
  }
}

}  // namespace smdm
