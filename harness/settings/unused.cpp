// An option that was given and changes nothing is more often a mistake than a wish, so it is named.
// Which options a kind of work uses is read off the table of settings.
#include "harness/settings/unused.hpp"

#include <utility>

#include "harness/settings/choices.hpp"
#include "harness/settings/refuse.hpp"

namespace smdm {
namespace {

/// Whether it was given, and asks for something: guidance of 0 is none, and so is a suffix "none".
bool is_asked(const Setting& setting, const Settings& given) {
  return setting.effect == Effect::number && is_given(setting, given) &&
         read(setting, given) != Json(0.0) && read(setting, given) != Json(kNoSuffix);
}

/// One of the settings that say how a masked diffusion model's likelihood is estimated. Only these
/// are named where other work does not use them: several tasks of one run may each need settings of
/// their own, those of samplers among them.
bool is_of_estimates(const Setting& setting) {
  return is_used(setting, Work::likelihood, ModelKind::mdm) &&
         !is_used(setting, Work::likelihood, ModelKind::arm) && !is_of_samplers(setting);
}

/// Says which options were given for nothing, if any were.
/// @param is_unused  asked about each option given
template <typename IsUnused>
void note_unused(const std::string& who,
                 const Settings& given,
                 const IsUnused& is_unused,
                 std::vector<std::string>& notes) {
  std::string unused;
  for (const auto& setting : all_settings()) {
    if (is_asked(setting, given) && is_unused(setting))
      unused.append(" --").append(name_of(setting));
  }
  if (!unused.empty()) notes.push_back(who + " does not use" + unused);
}

}  // namespace

bool is_of_samplers(const Setting& setting) {
  return setting.use.where != nullptr && is_used(setting, Work::generation, ModelKind::mdm);
}

std::string before_note(const std::string& task) {
  return task.empty() ? std::string() : task + ": ";
}

void note_autoregressive(const Settings& given, Work work, std::vector<std::string>& notes) {
  for (const auto& [name, cfg] :
       {std::pair("--cfg", given.cfg), std::pair("--cfg-second", given.cfg_second)}) {
    if (cfg && *cfg != 0.0) refuse(name, "0 for an autoregressive model", number_text(*cfg));
  }
  if (given.suffix && *given.suffix != kNoSuffix) {
    refuse("--suffix", "none for an autoregressive model, which reads nothing behind the target",
           *given.suffix);
  }
  note_unused(
      "an autoregressive model", given,
      [&](const Setting& setting) {
        const bool of_diffusion = is_used(setting, work, ModelKind::mdm) &&
                                  !is_used(setting, work, ModelKind::arm) &&
                                  (work == Work::generation || !is_of_samplers(setting));
        return of_diffusion || (work == Work::corpus && is_of_estimates(setting));
      },
      notes);
}

void note_work(const Settings& given,
               const DecisionFor& what,
               ModelKind kind,
               std::vector<std::string>& notes) {
  const bool generation = what.work == Work::generation;
  if (what.work == Work::likelihood) return;
  if (what.work == Work::corpus && kind == ModelKind::arm) return;  // note_autoregressive() did
  note_unused(
      before_note(what.task) + (generation ? "generation" : "perplexity"), given,
      [&](const Setting& setting) {
        return is_of_estimates(setting) && !is_used(setting, what.work, ModelKind::mdm);
      },
      notes);
}

void note_estimator(const Settings& given,
                    const Settings& decided,
                    const std::string& task,
                    std::vector<std::string>& notes) {
  note_unused(
      before_note(task) + (decided.racing ? "racing" : decided.estimator.value()), given,
      [&](const Setting& setting) {
        return is_of_estimates(setting) && setting.use.where != nullptr &&
               !setting.use.where(decided);
      },
      notes);
}

}  // namespace smdm
