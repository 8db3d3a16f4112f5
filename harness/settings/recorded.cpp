#include "harness/settings/recorded.hpp"

#include "evaluators/racing/race.hpp"
#include "harness/settings/estimators.hpp"

namespace smdm {
namespace {

/// What `settings` says of one setting; null: nothing.
Json recorded_value(const Setting& setting,
                    const Settings& decided,
                    const DecisionFor& what,
                    ModelKind kind) {
  if (setting.effect != Effect::number || setting.recorded_at != nullptr) return nullptr;
  if (setting.recorded != nullptr) return setting.recorded(decided, what, kind);
  if (!is_used(setting, what.work, kind)) return nullptr;
  if (setting.use.where != nullptr && !setting.use.where(decided)) return nullptr;
  const auto value = read(setting, decided);
  return value == Json::array() ? Json() : value;
}

Json recorded_settings(const Settings& decided, const DecisionFor& what, ModelKind kind) {
  Json settings = Json::object();
  for (const auto& setting : all_settings()) {
    auto value = recorded_value(setting, decided, what, kind);
    if (!value.is_null()) settings[recorded_name(setting)] = std::move(value);
  }
  // No settings, but they might have been, and change numbers.
  if (decided.racing) settings["racing_rows"] = kRaceRows;
  const bool estimates = what.work == Work::likelihood && kind == ModelKind::mdm;
  const auto version = estimates ? estimator_version(decided) : std::nullopt;
  if (version) settings["estimator_version"] = *version;
  return settings;
}

}  // namespace

Json recorded(const Settings& decided, const DecisionFor& what, ModelKind kind) {
  auto settings = recorded_settings(decided, what, kind);
  auto known = settings;
  known["seed"] = decided.seed.value();
  known["cfg_convention"] = kGuidanceConvention;
  const bool estimates = what.work == Work::likelihood && kind == ModelKind::mdm;
  if (estimates && follows_auto_rule(decided)) known["estimator_rule"] = auto_rule(decided);
  Json json = Json::object();
  // The keys that blocks have had since before there was `settings`, in their order. Settings that
  // come later stand in `settings` alone.
  for (const char* key :
       {"seed", "estimator", "racing_error", "racing_rows", "mc_samples", "mc_strata",
        "estimator_rule", "max_rows", "target_error", "prompt_reuse", "packing", "greedy",
        "sampler", "steps", "total_length", "temperature", "cfg_second", "cfg", "cfg_convention"}) {
    if (known.contains(key)) json[key] = known.at(key);
  }
  json["settings"] = std::move(settings);
  return json;
}

}  // namespace smdm
