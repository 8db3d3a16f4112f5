/// Named settings per task.
#pragma once

#include <optional>
#include <string>

#include "harness/settings/choices.hpp"
#include "harness/settings/table.hpp"

namespace smdm {

/// The published evaluation settings for a task, as options that a user might have given; empty for
/// a task that was not published with them. smdm: the SMDM paper (Nie et al. 2024,
/// arXiv:2410.18514). llada: the likelihood evaluations of LLaDA-8B-Base
/// (eval_llada_lm_eval.sh of its code). dream: those of Dream-v0-Base-7B (eval_dream_mc.sh of its
/// code). docs/estimators.md says where the formulas of the latter two differ from their code.
[[nodiscard]] std::optional<Settings> preset_settings(Preset preset, const std::string& task);

/// What a task is evaluated with where neither the user nor a preset says it and the general
/// default does not suit it.
[[nodiscard]] Settings task_defaults(const std::string& task);

}  // namespace smdm
