/// The settings of samplers: what may stand together, and what they become.
#pragma once

#include <optional>

#include "harness/settings/decided.hpp"
#include "harness/settings/setting.hpp"

namespace smdm {

/// The sampler that settings name, with its numbers.
/// @param decided  complete(), of a masked diffusion model
[[nodiscard]] PolicyConfig policy_config(const Settings& decided);

/// The tokens that it draws from.
[[nodiscard]] TokenRule token_rule(const Settings& decided);

/// DUEL's sampler.
[[nodiscard]] Duel duel_config(const Settings& decided);

/// What its steps keep for later ones.
[[nodiscard]] KvCacheConfig kv_cache_config(const Settings& decided);

/// @param asked  what was given, where that matters: the option that needs tokens that end a text
[[nodiscard]] EndSettings end_settings(const Settings& asked, const Settings& decided);

/// @param asked    as given, before anything was decided
/// @param decided  complete()
/// @throws Error(usage)  if an option was given that the sampler does not use, or lengths, blocks,
///                       steps or sampler do not fit together
void check_generation(const Settings& asked,
                      const Settings& decided,
                      const DecisionFor& what,
                      ModelKind kind);

/// Says what the settings ask for in vain.
void note_generation(const Settings& asked,
                     const Settings& decided,
                     const DecisionFor& what,
                     ModelKind kind,
                     std::vector<std::string>& notes);

}  // namespace smdm
