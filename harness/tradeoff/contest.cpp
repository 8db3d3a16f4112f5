// The autoregressive model is another part of the same task, with the settings that it has a use
// for. Settings that come to the same are computed once, under the first one's name.
#include "harness/tradeoff/contest.hpp"

#include <algorithm>
#include <iostream>
#include <iterator>
#include <utility>

#include "base/error.hpp"
#include "base/text/visible.hpp"
#include "harness/run/ready.hpp"
#include "harness/settings/refuse.hpp"
#include "harness/tradeoff/sweep.hpp"

namespace smdm::tradeoff {
namespace {

const char* kind_name(ModelKind kind) {
  return kind == ModelKind::arm ? "an autoregressive one" : "a masked diffusion model";
}

Side open_side(const Settings& settings,
               const Task& task,
               const Json& decisions,
               ModelKind kind,
               const char* option) {
  Side side{.parts = ready_parts(settings, {task}, decisions)};
  const auto found = side.part().session.checkpoint.kind;
  if (found != kind) refuse(option, kind_name(kind), kind_name(found));
  identify(side.parts);
  return side;
}

/// What is said of one model's files is not meant for the other's.
void leave_out_model(Settings& settings) {
  settings.model_size.reset();
  settings.tokenizer.reset();
  settings.mask_id.reset();
  settings.shift.reset();
  settings.rope_tables.reset();
  settings.preset.reset();
}

/// The settings of the autoregressive model; nothing where there is none to compare with.
std::optional<Settings> settings_of_arm(const TradeoffSettings& asked) {
  if (!asked.arm && asked.settings.model) return std::nullopt;
  auto settings = asked.settings;
  for (const auto& setting : all_settings()) {
    const bool diffusion_alone = is_used(setting, Work::generation, ModelKind::mdm) &&
                                 !is_used(setting, Work::generation, ModelKind::arm);
    if (diffusion_alone) clear(setting, settings);
  }
  settings.backend = "arm";
  leave_out_model(settings);
  if (asked.arm) {
    settings.model = asked.arm;
    if (!settings.data) settings.data = kEmbeddedData;
  }
  return settings;
}

/// Checks the documents against settings that they were not encoded for.
void check_items(const Side& side, const Contestant& contestant) {
  const auto& info = side.part().session.model->info();
  check_total_length(contestant.decided, info, contestant.name);
  for (const auto& item : side.task().items)
    check_item(item, {item.name}, contestant.decided, info);
}

/// The one that has the same settings already, or null.
Contestant* same_settings(Contest& contest, const Json& recorded) {
  const auto found = std::ranges::find_if(contest.contestants, [&](const Contestant& other) {
    return other.decided.recorded == recorded;
  });
  return found == contest.contestants.end() ? nullptr : &*found;
}

/// A setting, with its own name in errors.
Decided decided_point(const SweepPoint& point, const Task& task, const Session& session) {
  std::vector<std::string> notes;
  try {
    return decided_for(task, point.settings, session, notes);
  } catch (const Error& error) {
    throw Error(error.kind(), "--sweep: " + point.name + ": " + error.what());
  }
}

void add_point(const SweepPoint& point, Contest& contest) {
  const auto& part = contest.mdm.part();
  Contestant contestant{.name = point.name,
                        .curve = point.curve,
                        .side = &contest.mdm,
                        .decided = decided_point(point, part.part.tasks.front(), part.session)};
  if (auto* same = same_settings(contest, contestant.decided.recorded)) {
    // The sequential point is a curve of its own until a sweep runs through it.
    if (same == &contest.contestants.front() && same->curve == same->name)
      same->curve = point.curve;
    return;
  }
  check_items(contest.mdm, contestant);
  contest.contestants.push_back(std::move(contestant));
}

std::size_t metric_of(const Task& task, const std::optional<std::string>& name) {
  const auto& metrics = info(task).metrics;
  for (std::size_t m = 0; m < metrics.size(); ++m) {
    const bool is_share = metrics[m].is_mean && metrics[m].width == 1;
    if (is_share && (!name || display_name(metrics[m]) == *name || metrics[m].name == *name))
      return m;
  }
  std::string all;
  for (const auto& metric : metrics) {
    if (metric.is_mean && metric.width == 1)
      all += (all.empty() ? "" : ", ") + display_name(metric);
  }
  throw Error(ErrorKind::usage, "--metric: wanted a mean of " + info(task).name + " (" +
                                    (all.empty() ? "it has none" : all) + "), got " +
                                    name.value_or("none"));
}

std::vector<SweepPoint> all_points(const TradeoffSettings& asked, const Decided& base) {
  const auto length = std::get<GenerationSettings>(base.work).total_length();
  auto sweeps = asked.sweeps.empty() ? default_sweeps(length) : asked.sweeps;
  sweeps.insert(sweeps.begin(), sequential_sweep(length));
  std::vector<SweepPoint> points;
  for (const auto& sweep : sweeps) {
    auto more = sweep_points(sweep, asked.settings);
    std::ranges::move(more, std::back_inserter(points));
  }
  return points;
}

}  // namespace

void make_ready(const TradeoffSettings& asked,
                const Task& task,
                const Json& decisions,
                Contest& contest) {
  const auto decided = [&](const char* side) {
    return decisions.is_object() ? decisions.value(side, Json()) : Json();
  };
  contest.contestants.clear();
  contest.arm.reset();
  contest.metric = metric_of(task, asked.metric);
  contest.mdm = open_side(asked.settings, task, decided("mdm"), ModelKind::mdm, "--model");
  for (const auto& point : all_points(asked, contest.mdm.task().decided)) add_point(point, contest);
  if (const auto settings = settings_of_arm(asked)) {
    contest.arm = open_side(*settings, task, decided("arm"), ModelKind::arm, "--arm");
    contest.contestants.push_back({.name = "autoregressive",
                                   .curve = {},
                                   .side = &*contest.arm,
                                   .decided = contest.arm->task().decided});
  } else {
    std::cerr << "no autoregressive model to compare with: that takes --arm\n";
  }
}

Json decisions_of(const Contest& contest) {
  Json decisions = {{"mdm", smdm::decisions_of(contest.mdm.parts)}};
  if (contest.arm) decisions["arm"] = smdm::decisions_of(contest.arm->parts);
  return decisions;
}

RunIdentity identity_of(const Contest& contest) {
  auto identity = smdm::identity_of(contest.mdm.parts, 1);
  identity.rest = {{"tradeoff", std::move(identity.rest)}};
  if (contest.arm) identity.rest["arm"] = smdm::identity_of(contest.arm->parts, 1).rest;
  for (const auto& contestant : contest.contestants)
    identity.rest["settings"][contestant.name] = contestant.decided.recorded;
  return identity;
}

}  // namespace smdm::tradeoff
