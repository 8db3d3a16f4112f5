// Each task of the micro world has one checkpoint that was trained for it, so a list of tasks may
// fall into several parts, each with a model, data and an output folder of its own. Whether data
// are those of a micro world is seen by the world.json that lies with them.
#include "harness/jobs/embedded.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "base/error.hpp"
#include "base/files/paths.hpp"
#include "harness/settings/choices.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;

/// The checkpoints, without the kind behind their names, and their tasks.
struct Specialist {
  std::string_view name;
  std::vector<std::string_view> tasks;
};

const std::array<Specialist, 4>& specialists() {
  static const std::array<Specialist, 4> kSpecialists = {{
      {.name = "micro-base",
       .tasks = {"hellaswag", "openbookqa", "arc_easy", "boolq", "piqa", "social_iqa", "race",
                 "lambada_standard", "temporal_shift", "infill"}},
      {.name = "micro-gsm8k", .tasks = {"gsm8k", "mt_bench"}},
      {.name = "micro-reverse",
       .tasks = {"reverse_curse_d2n", "reverse_curse_n2d", "reverse_curse_d2n_reverse",
                 "reverse_curse_n2d_reverse"}},
      {.name = "micro-line", .tasks = {"line_copy", "line_reverse", "line_shuffle"}},
  }};
  return kSpecialists;
}

const Specialist& specialist_of(const Task& task) {
  const auto& name = info(task).name;
  for (const auto& one : specialists()) {
    if (std::ranges::find(one.tasks, name) != one.tasks.end()) return one;
  }
  throw Error(ErrorKind::usage,
              "--task " + name +
                  ": the embedded micro world has no such test set: wanted --model DIR and --data "
                  "DIR (see docs/data.md)");
}

/// The data of a micro world have its facts, world.json, beside or above them.
bool is_micro_world(const std::string& data) {
  if (data == kEmbeddedData) return true;
  constexpr int kLevels = 4;
  if (!is_folder(data) && !is_file(data)) return false;  // a pipe has no place
  auto folder = real_path(data, ErrorKind::data);
  for (int level = 0; level < kLevels && folder.has_relative_path(); ++level) {
    if (!is_absent(folder / "world.json") &&
        is_folder(folder / "data" / "reversal_curse" / "microworld")) {
      return true;
    }
    folder = folder.parent_path();
  }
  return false;
}

/// The task without what is known of the published files: these are others.
Task on_invented_data(Task task) {
  std::visit(
      [](auto& kind) {
        auto& dataset = kind.info.dataset;
        dataset.documents = 0;
        for (auto& source : dataset.sources) {
          source.documents.known_sha256.clear();
          if (source.labels) source.labels->file.known_sha256.clear();
          if (source.companion) source.companion->known_sha256.clear();
        }
      },
      task);
  return task;
}

void check_usage(const Settings& settings) {
  if (settings.model && !settings.data) {
    throw Error(
        ErrorKind::usage,
        "--task: wanted --data DIR, the root of the benchmark data (see docs/data.md), beside "
        "--model; or --data embedded, the micro world that comes with the program");
  }
  if (!settings.model && settings.data && *settings.data != kEmbeddedData) {
    throw Error(ErrorKind::usage,
                "--task: wanted --model DIR (a checkpoint) beside --data " + *settings.data +
                    "; without both, an embedded checkpoint is evaluated on embedded data");
  }
  const bool about_model = settings.model_size || settings.tokenizer;
  if (!settings.model && about_model)
    throw Error(ErrorKind::usage, "--model-size and --tokenizer: wanted --model beside them");
}

/// With an embedded checkpoint, one part for each.
std::vector<EvaluationPart> embedded_parts(std::vector<Task> tasks, const Settings& settings) {
  const auto folder = embedded_folder();
  std::vector<EvaluationPart> parts;
  for (auto& task : tasks) {
    std::string model(specialist_of(task).name);
    model.append("-").append(settings.backend.value_or(name_of(kAllBackends, ModelKind::mdm)));
    auto part = std::ranges::find(parts, model, &EvaluationPart::model);
    if (part == parts.end()) {
      parts.push_back({.tasks = {}, .settings = settings, .model = model, .embedded = true});
      part = parts.end() - 1;
      part->settings.model = (folder / model).string();
      part->settings.data = (folder / "data").string();
    }
    part->tasks.push_back(on_invented_data(std::move(task)));
  }
  if (settings.output && parts.size() > 1) {
    for (auto& part : parts)
      part.settings.output = (fs::path(*settings.output) / part.model).string();
  }
  return parts;
}

std::string marked(const std::string& name) {
  return kEmbeddedPrefix + name;
}

}  // namespace

fs::path embedded_folder() {
  const auto program = running_program();
  const fs::path candidates[] = {
      program.parent_path().parent_path() / "share" / "smdm-eval" / "embedded",
      fs::path(SMDM_SOURCE_DIR) / "embedded"};
  for (const auto& folder : candidates) {
    if (is_folder(folder)) return folder;
  }
  throw Error(ErrorKind::usage, "the embedded checkpoints are not there: looked for " +
                                    candidates[0].string() + " and " + candidates[1].string() +
                                    "; wanted --model DIR and --data DIR");
}

std::vector<EvaluationPart> evaluation_parts(std::vector<Task> tasks, const Settings& settings) {
  check_usage(settings);
  if (!settings.model) return embedded_parts(std::move(tasks), settings);
  const auto& data = settings.data.value();
  EvaluationPart part{
      .tasks = std::move(tasks), .settings = settings, .model = {}, .embedded = false};
  if (is_micro_world(data)) {
    part.embedded = true;
    for (auto& task : part.tasks) {
      static_cast<void>(specialist_of(task));
      task = on_invented_data(std::move(task));
    }
    if (data == kEmbeddedData) part.settings.data = (embedded_folder() / "data").string();
  }
  return {std::move(part)};
}

std::string announcement(const EvaluationPart& part) {
  if (!part.embedded) return "";
  const auto model =
      part.model.empty() ? part.settings.model.value() : "the embedded " + part.model;
  return model +
         " on the embedded micro world: an invented data set in the benchmarks' forms, not the "
         "benchmarks themselves";
}

void mark_as_embedded(const EvaluationPart& part, RunRecord& run) {
  if (!part.embedded) return;
  if (!part.model.empty()) run.model.name = part.model;
  run.smdm_eval["data_set"] = kEmbeddedDataset;
  for (auto& task : run.tasks) {
    task.name = marked(task.name);
    if (task.alias) task.alias = marked(*task.alias);
    task.config["task"] = task.name;
    task.config["dataset_path"] = kEmbeddedDataset;
    task.config.erase("dataset_name");
    task.config.erase("dataset_kwargs");
  }
  for (auto& group : run.groups) {
    group.name = marked(group.name);
    for (auto& name : group.tasks) name = marked(name);
  }
}

}  // namespace smdm
