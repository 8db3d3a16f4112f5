// Likelihoods are counted by running their estimators on made-up answers (count_work()); where real
// answers would decide how much is computed, and for generations, a limit is told.
#include "harness/describe/work.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "harness/jobs/dry_run.hpp"
#include "harness/run/compute.hpp"
#include "models/model_info.hpp"

namespace smdm {
namespace {

/// The estimates that a race falls back to where it never ends early.
LikelihoodConfig without_race(const LikelihoodSettings& settings) {
  auto config = settings.config;
  if (settings.racing) {
    config.estimator = Balanced{.rows = kRaceRows, .prompt_reuse = settings.racing->prompt_reuse};
    config.greedy = false;
  }
  return config;
}

void add_likelihoods(const Session& session,
                     std::span<const Item> items,
                     const Decided& decided,
                     PlannedWork& work) {
  const auto* likelihood = std::get_if<LikelihoodSettings>(&decided.work);
  auto cost = counted(session, items, decided);
  if (!cost) {
    work.extent = likelihood->racing ? Extent::at_most : Extent::at_least;
    cost = count_cost(session.model->info(), items, without_race(*likelihood));
  }
  work.rows = cost->rows;
  work.tokens = cost->tokens;
}

struct Canvas {
  std::int64_t length = 0;
  std::int64_t open = 0;  ///< tokens that are generated
};

Canvas canvas_of(const Encoded& ids, const GenerationSettings& settings, const ModelInfo& info) {
  const auto given = std::ssize(ids.prompt);
  if (ids.canvas) {
    const auto mask_id = std::get<MaskedDiffusion>(info.objective).mask_id;
    return {.length = given, .open = std::ranges::count(ids.prompt, mask_id)};
  }
  const auto length = settings.length_behind(ids.prompt.size());
  return {.length = length, .open = std::max<std::int64_t>(length - given, 0)};
}

/// One pass over a canvas: a masked diffusion model reads all of it at each step, guided twice; an
/// autoregressive one each token once.
void add_pass(std::int64_t length,
              std::int64_t open,
              const UnmaskingConfig* unmasking,
              PlannedWork& work,
              std::int64_t& forwards) {
  if (unmasking == nullptr) {
    forwards += open;
    work.tokens += length;
    return;
  }
  const auto steps = most_steps(unmasking->policy, open);
  forwards += steps;
  work.tokens += steps * length * (unmasking->cfg != 0.0 ? 2 : 1);
}

void add_generations(std::span<const Item> items,
                     const GenerationSettings& settings,
                     const ModelInfo& info,
                     PlannedWork& work) {
  const auto* unmasking = std::get_if<UnmaskingConfig>(&settings.generator);
  std::int64_t forwards = 0;
  for (const auto& item : items) {
    const auto passes = most_passes(item, settings.second_cfg.has_value());
    for (std::int64_t pass = 0; pass < passes; ++pass) {
      auto [length, open] = canvas_of(item.ids, settings, info);
      // A later turn has what was said before it in front of as many tokens, as far as they fit.
      if (settings.chat) length = std::min(length * (pass + 1), info.max_tokens);
      add_pass(length, open, unmasking, work, forwards);
    }
  }
  work.forwards = forwards;
  work.extent = Extent::at_most;
}

}  // namespace

PlannedWork planned_work(const Session& session,
                         std::string name,
                         std::span<const Item> items,
                         const Decided& decided) {
  PlannedWork work{.name = std::move(name),
                   .documents = items.size(),
                   .requests = request_count(items),
                   .rows = {},
                   .forwards = {}};
  if (const auto* generation = std::get_if<GenerationSettings>(&decided.work)) {
    add_generations(items, *generation, session.model->info(), work);
  } else {
    add_likelihoods(session, items, decided, work);
  }
  return work;
}

double hours_of(std::int64_t tokens, const ModelConfig& config, double flops) {
  constexpr double kSeconds = 3600.0;
  const auto operations =
      2.0 * static_cast<double>(tokens) * static_cast<double>(layer_parameters(config));
  return operations / flops / kSeconds;
}

}  // namespace smdm
