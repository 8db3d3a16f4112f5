/// What is said about options that were given for nothing.
#pragma once

#include <string>
#include <vector>

#include "harness/settings/table.hpp"

namespace smdm {

/// What an autoregressive model has no use for, and no other kind of work either way.
/// @throws Error(usage)  if it is asked for guidance, which it cannot have
void note_autoregressive(const Settings& given, Work work, std::vector<std::string>& notes);

/// What generations and corpora have no use for, whatever the model.
void note_work(const Settings& given,
               const DecisionFor& what,
               ModelKind kind,
               std::vector<std::string>& notes);

/// What the estimator (or the race) of a likelihood has no use for.
void note_estimator(const Settings& given,
                    const Settings& decided,
                    const std::string& task,
                    std::vector<std::string>& notes);

/// One of the settings that samplers use: of generations, and of likelihoods under DUEL alone.
[[nodiscard]] bool is_of_samplers(const Setting& setting);

/// "piqa: ", or nothing outside tasks.
[[nodiscard]] std::string before_note(const std::string& task);

}  // namespace smdm
