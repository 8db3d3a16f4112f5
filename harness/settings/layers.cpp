// Layers are merged from the top: each fills in what those above have left open. Some settings
// belong together (a budget to its estimator, the guidance of a second stage to that of the first),
// so a layer that decides one of them takes the other from the layers below.
#include "harness/settings/layers.hpp"

#include <sstream>
#include <utility>

#include "evaluators/likelihood/all_estimators.hpp"
#include "harness/settings/presets.hpp"
#include "harness/settings/unused.hpp"

namespace smdm {
namespace {

bool changes_numbers(const Setting& setting) {
  return setting.effect == Effect::number;
}

/// The part of undecided() that is about texts.
void clear_generation(const Settings& above, Settings& below) {
  // Numbers of a sampler are those of the one that was meant.
  if (above.sampler && below.sampler && above.sampler != below.sampler) {
    below.block_length.reset();
    below.top_p.reset();
    below.top_k.reset();
  }
  // An answer's length is its number of steps, too, unless somebody says both.
  if (above.gen_length && !above.steps) below.steps.reset();
  // An answer's length and that of the whole text are two ways to say one thing.
  if (above.gen_length) below.total_length.reset();
  if (above.total_length) below.gen_length.reset();
  if (above.chat_template_file) below.chat_template.reset();
}

/// `below` without what `above` has decided. A second stage that nobody mentions has the guidance
/// of the first, and a budget is that of its estimator.
Settings undecided(Settings below, const Settings& above) {
  if (above.cfg) below.cfg_second.reset();
  if (above.estimator && below.estimator && above.estimator != below.estimator) {
    below.mc_samples.reset();
    below.mc_strata.reset();
  }
  clear_generation(above, below);
  // Only the estimators that can go on adding rows have a target error to reach.
  const bool other = above.estimator && !std::holds_alternative<Balanced>(
                                            value_named(kAllEstimators, *above.estimator));
  if (above.racing || other) below.target_error.reset();
  for (const auto& setting : all_settings()) {
    if (changes_numbers(setting) && is_given(setting, above)) clear(setting, below);
  }
  return below;
}

/// Takes from `below` what `settings` does not say.
void fill(Settings& settings, const Settings& below) {
  const auto rest = undecided(below, settings);
  for (const auto& setting : all_settings()) {
    if (changes_numbers(setting) && is_given(setting, rest))
      write(setting, settings, read(setting, rest));
  }
}

/// Takes out of `settings` what the work has no use for.
void clear_unused(Settings& settings, Work work, ModelKind kind) {
  for (const auto& setting : all_settings()) {
    if (changes_numbers(setting) && !is_used(setting, work, kind)) clear(setting, settings);
  }
}

/// What an autoregressive model takes from a preset or a checkpoint, out of `settings`.
Settings without_diffusion(Settings& settings, Work work) {
  Settings kept;
  for (const auto& setting : all_settings()) {
    const bool taken = changes_numbers(setting) && is_used(setting, work, ModelKind::arm) &&
                       !setting.default_of_diffusion && is_given(setting, settings);
    if (!taken) continue;
    write(setting, kept, read(setting, settings));
    clear(setting, settings);
  }
  return kept;
}

/// What a layer below the command line says of one kind of work. Samplers are those of generations,
/// unless the layer itself asks for the likelihood under one.
Settings of_work(Settings layer, const DecisionFor& what) {
  if (what.work != Work::likelihood || layer.estimator == Duel::kName) return layer;
  for (const auto& setting : all_settings()) {
    if (is_of_samplers(setting)) clear(setting, layer);
  }
  return layer;
}

/// As a command line would say them, each behind a space.
std::string list_of(const Settings& settings) {
  std::ostringstream text;
  for (const auto& setting : all_settings()) {
    const auto value = read(setting, settings);
    if (!is_given(setting, settings) || value.is_array()) continue;
    text << " --" << name_of(setting);
    if (value.is_boolean()) continue;
    if (value.is_number_float()) {
      text << " " << value.get<double>();  // six digits, "1" for 1.0
    } else {
      text << " " << (value.is_string() ? value.get<std::string>() : value.dump());
    }
  }
  return text.str();
}

/// What the checkpoint asks for itself where `above` has not decided, with a printed line about it.
Settings own_defaults(const Settings& own,
                      const Settings& above,
                      const DecisionFor& what,
                      ModelKind kind,
                      std::vector<std::string>& notes) {
  auto defaults = undecided(of_work(own, what), above);
  clear_unused(defaults, what.work, ModelKind::mdm);
  if (kind == ModelKind::arm) defaults = without_diffusion(defaults, what.work);
  const auto list = list_of(defaults);
  if (!list.empty()) notes.push_back("defaults of the checkpoint, " + what.task + ":" + list);
  return defaults;
}

/// The preset for a task, with a printed line about it. An autoregressive model takes nothing from
/// it: estimator, guidance, steps and noise are those of diffusion.
Settings preset_of(const Settings& settings,
                   const DecisionFor& what,
                   ModelKind kind,
                   std::vector<std::string>& notes) {
  if (!settings.preset) return {};
  auto preset = preset_settings(value_named(kAllPresets, *settings.preset), what.task);
  const bool for_generation = preset && preset->steps;
  // A task of generation may be asked by likelihood instead (--probe), which no paper does.
  if (for_generation != (what.work == Work::generation)) preset.reset();
  const auto where =
      "preset " + *settings.preset + (what.task.empty() ? "" : ", " + what.task) + ":";
  if (!preset) {
    notes.push_back(where + " nothing was published for it; defaults are used");
    return {};
  }
  if (kind == ModelKind::arm) {
    const auto kept = without_diffusion(*preset, what.work);
    notes.push_back(where +
                    " an autoregressive model is scored exactly and decodes greedily; skipped" +
                    list_of(*preset));
    return kept;
  }
  notes.push_back(where + list_of(*preset));
  return *preset;
}

}  // namespace

Settings layered(const Settings& asked,
                 const DecisionFor& what,
                 ModelKind kind,
                 const Settings& own,
                 std::vector<std::string>& notes) {
  auto all = asked;
  const auto preset = preset_of(asked, what, kind, notes);
  if (kind == ModelKind::arm) note_autoregressive(asked, what.work, notes);
  fill(all, preset);
  // Who asks for a race or a target error has chosen among the estimators that know them.
  if ((all.racing || all.target_error) && !all.estimator) all.estimator = Balanced::kAutoName;
  if (all.orders && !all.estimator) all.estimator = Orders::kName;
  fill(all, own_defaults(own, all, what, kind, notes));
  fill(all, of_work(task_defaults(what.task), what));
  return all;
}

void complete(Settings& settings, const DecisionFor& what, ModelKind kind) {
  clear_unused(settings, what.work, kind);
  for (const auto& setting : all_settings()) {
    if (!changes_numbers(setting) || is_given(setting, settings)) continue;
    const auto value =
        setting.fallback_of != nullptr ? setting.fallback_of(settings, what) : setting.fallback;
    if (!value.is_null()) write(setting, settings, value);
  }
}

}  // namespace smdm
