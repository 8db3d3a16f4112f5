/// Generation with either kind of model, in ids.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/request.hpp"
#include "harness/run/session.hpp"
#include "harness/settings/decide.hpp"

namespace smdm {

/// Unmasks or decodes every prompt, by the kind of the model; an autoregressive model stops at the
/// tokenizer's EOS.
/// @param label  for the progress display
/// @param where  names prompt i in errors: "FILE:LINE" or "gsm8k, document 3"
/// @throws Error(request)  for a prompt that the model cannot continue
[[nodiscard]] std::vector<Generation> generate(
    const Session& session,
    const std::vector<std::vector<std::int64_t>>& prompts,
    const Evaluation& evaluation,
    const Settings& settings,
    const std::string& label,
    const std::function<std::string(std::size_t)>& where);

/// @param what  names what is generated, in the error
/// @throws Error(usage)  if prompt and answer together are longer than the model reads
void check_total_length(const LanguageModel& model,
                        std::int64_t total_length,
                        const std::string& what);

/// Checks ids and length of a request or prompt.
/// @param limit  longest sequence allowed, prompt and answer together
/// @throws Error(request)  naming `where`, what was wanted and what came
void check_ids(const LanguageModel& model,
               const std::vector<std::int64_t>& ids,
               std::int64_t limit,
               const std::string& where);

}  // namespace smdm
