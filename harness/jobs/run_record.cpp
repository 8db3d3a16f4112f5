// What a results file says about the run as a whole: settings as given, model, machine, build.
// Settings come from the table, so that a new one is recorded without a change here.
#include "harness/jobs/run_record.hpp"

#include <algorithm>
#include <string>

#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <torch/version.h>

#include "harness/cli/version.hpp"
#include "models/matmul.hpp"
#include "tasks/ask/catalog.hpp"

namespace smdm {
namespace {

double seconds_since_epoch(std::chrono::system_clock::time_point when) {
  return std::chrono::duration<double>(when.time_since_epoch()).count();
}

/// The settings as given, in groups by what they change.
Json given(const Settings& settings) {
  Json groups = {{"changes_numbers", Json::object()}, {"changes_speed", Json::object()}};
  for (const auto& setting : all_settings()) {
    if (setting.effect == Effect::job) continue;
    groups[setting.effect == Effect::number ? "changes_numbers" : "changes_speed"]
          [name_of(setting)] = read(setting, settings);
  }
  return groups;
}

ModelRecord model_record(const Session& session, const Settings& settings) {
  const auto& info = session.model->info();
  ModelRecord model;
  model.name = settings.model.value();
  model.parameters = info.parameters;
  model.dtype = info.compute == ComputeType::bf16 ? "bfloat16" : "float32";
  model.max_length = info.max_tokens;
  if (session.tokenizer) {
    const auto& tokenizer = *session.tokenizer;
    if (tokenizer.bos_id() >= 0) {
      model.bos_id = tokenizer.bos_id();
      model.bos = tokenizer.piece(tokenizer.bos_id());
    }
    // The format has room for one; of several, the first.
    if (const auto ends = session.end_ids(); !ends.empty()) {
      model.eos_id = ends.front();
      if (ends.front() < tokenizer.pieces()) model.eos = tokenizer.piece(ends.front());
    }
  }
  return model;
}

ConfigRecord config_record(const Session& session, Settings settings) {
  // What was decided changes the numbers, not that it was left open.
  if (settings.dtype) settings.dtype = name_of(kAllComputeTypes, session.model->info().compute);
  ConfigRecord config;
  config.batch_size = settings.batch_size;
  config.device = session.device.str();
  config.limit = settings.limit;
  config.seed = settings.seed.value_or(0);
  for (const auto& setting : all_settings()) {
    if (setting.effect != Effect::number || !is_given(setting, settings)) continue;
    const auto json = read(setting, settings);
    config.arguments += (config.arguments.empty() ? "" : ",") + name_of(setting) + "=" +
                        (json.is_string() ? json.get<std::string>() : json.dump());
  }
  return config;
}

}  // namespace

RunRecord new_run(const Session& session,
                  const Json& identity,
                  const Settings& settings,
                  std::chrono::system_clock::time_point start) {
  RunRecord run;
  run.model = model_record(session, settings);
  run.config = config_record(session, settings);
  run.start_s = seconds_since_epoch(start);
  if (!std::string(kGitRevision).empty()) run.git_hash = kGitRevision;
  run.environment = at::show_config();
  run.smdm_eval = {{"version", kVersion},
                   {"command_line", settings.arguments},
                   {"libtorch", TORCH_VERSION},
                   {"model", identity},
                   {"device", device_name(session.device)},
                   {"processor", processor_name()},
                   {"threads", at::get_num_threads()},
                   // Only the CPU path is tested to give the same bits whatever the batch.
                   {"bit_reproducible", session.device.is_cpu() && matmul_is_reproducible()},
                   {"settings", given(settings)}};
  return run;
}

void complete(RunRecord& run, const Settings& settings, double seconds) {
  for (const auto& group : all_task_groups()) {
    const bool asked =
        std::find(settings.tasks.begin(), settings.tasks.end(), group.name) != settings.tasks.end();
    const bool here = std::ranges::all_of(group.tasks, [&](const std::string& name) {
      return std::ranges::find(run.tasks, name, &TaskRecord::name) != run.tasks.end();
    });
    if (asked && here)
      run.groups.push_back({.name = group.name, .alias = {}, .tasks = group.tasks});
  }
  for (const char* total : {"rows", "tokens", "forwards"}) {
    std::int64_t sum = 0;
    for (const auto& task : run.tasks) sum += task.extra.value(total, std::int64_t{0});
    run.smdm_eval[total] = sum;
  }
  run.seconds = seconds;
  run.end_s = seconds_since_epoch(std::chrono::system_clock::now());
  run.smdm_eval["seconds"] = run.seconds;
}

void add_memory(RunRecord& run,
                const MemoryCounts& counts,
                std::int64_t resumes,
                bool several_machines) {
  run.smdm_eval["computed_answers"] = counts.computed;
  run.smdm_eval["computed_rows"] = counts.computed_rows;
  run.smdm_eval["cache_hits"] = counts.from_cache;
  run.smdm_eval["resumes"] = resumes;
  run.smdm_eval["resumed_answers"] = counts.from_journal;
  if (!several_machines) return;
  run.smdm_eval["bit_reproducible"] = false;
  run.smdm_eval["answers_from_elsewhere"] = counts.from_elsewhere;
}

}  // namespace smdm
