// The samplers against recorded runs of the published code (tests/golden/hf/*/samplers.json): the
// ids that come out and the step in which each position is revealed, once with the mask excluded
// and once as published, where the mask may be drawn. Recorded draws are replayed.
#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/error.hpp"
#include "evaluators/generation/unmask.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/families.hpp"
#include "tests/support/golden_model.hpp"

namespace smdm {
namespace {

using Json = nlohmann::json;
using test::Ids;

bool is_set(const Json& recorded, const char* key) {
  return recorded.contains(key) && !recorded.at(key).is_null();
}

PolicyConfig dream_policy(const Json& recorded) {
  return {.sampler = Sampler::dream,
          .steps = recorded.at("steps"),
          .end_time = recorded.at("eps"),
          .algorithm = value_named(kAllDreamAlgorithms, recorded.at("alg").get<std::string>()),
          .algorithm_temperature =
              is_set(recorded, "alg_temp") ? recorded.at("alg_temp").get<double>() : 0.0};
}

PolicyConfig policy_of(const Json& recorded) {
  if (recorded.at("sampler") == "dream") return dream_policy(recorded);
  PolicyConfig policy{.sampler = Sampler::llada,
                      .steps = recorded.at("steps"),
                      .block_length = recorded.at("block_length")};
  if (recorded.value("remasking", "") == "random") policy.remasking = Remasking::random;
  if (is_set(recorded, "threshold")) {
    policy.sampler = Sampler::threshold;
    policy.threshold = recorded.at("threshold");
  }
  if (is_set(recorded, "factor")) {
    policy.sampler = Sampler::factor;
    policy.factor = recorded.at("factor");
    policy.takes_last_candidate = true;
  }
  return policy;
}

SpecialTokens special_of(const Json& recorded) {
  SpecialTokens special;
  if (recorded.value("logits_eos_inf", false)) special.barred.push_back(recorded.at("eos_id"));
  if (recorded.value("confidence_eos_eot_inf", false))
    special.unranked = {recorded.at("eos_id"), recorded.at("eot_id")};
  return special;
}

UnmaskingConfig config_of(const Json& recorded, bool keeps_mask) {
  UnmaskingConfig config{.policy = policy_of(recorded),
                         .temperature = recorded.at("temperature"),
                         .cfg = recorded.value("cfg_scale", 0.0),
                         .gen_length = recorded.at("gen_length").get<std::int64_t>(),
                         .keeps_mask = keeps_mask,
                         .special = special_of(recorded)};
  if (is_set(recorded, "top_p")) config.top_p = recorded.at("top_p");
  if (is_set(recorded, "top_k")) config.top_k = recorded.at("top_k");
  return config;
}

/// One run, watched step by step.
struct Watched {
  std::vector<std::size_t> hidden;                  ///< positions that are hidden now
  std::map<std::size_t, std::int64_t> reveal_step;  ///< of the others
  std::int64_t steps = 0;                           ///< that revealed something
  Generation generation;
};

/// The draw recorded for a position: in lists as long as the canvas or, of Dream, one number for
/// each hidden position.
double recorded_draw(const Json& recorded,
                     const Watched& watched,
                     std::int64_t step,
                     std::size_t position) {
  const auto& list = recorded.at("draws").at(static_cast<std::size_t>(step));
  if (recorded.at("sampler") != "dream") return list.at(position);
  const auto place = std::ranges::find(watched.hidden, position);
  return list.at(static_cast<std::size_t>(place - watched.hidden.begin()));
}

Watched run(const LanguageModel& model, const Json& recorded, bool keeps_mask) {
  const auto config = config_of(recorded, keeps_mask);
  const auto prompt = recorded.at("prompt_ids").get<Ids>();
  const auto mask = std::get<MaskedDiffusion>(model.info().objective).mask_id;
  // Fast-dLLM's loops run the model for steps that reveal something alone.
  const bool by_forward = recorded.at("sampler") == "fast_dllm";
  Watched watched;
  for (auto i = prompt.size(); i < prompt.size() + static_cast<std::size_t>(*config.gen_length);
       ++i)
    watched.hidden.push_back(i);
  UnmaskingPrompt asked{.ids = prompt, .draws = {}, .cfg = config.cfg};
  const auto draw = [&](std::int64_t step, std::size_t position) {
    return recorded_draw(recorded, watched, step, position);
  };
  asked.draws.choice = [draw](std::int64_t step, std::size_t position) {
    return static_cast<float>(draw(step, position));
  };
  asked.draws.exponential = draw;
  asked.trace = [&](std::int64_t step, std::span<const Candidate> revealed) {
    for (const auto& one : revealed) {
      if (one.token == mask) continue;
      watched.reveal_step[one.position] = by_forward ? watched.steps : step;
      std::erase(watched.hidden, one.position);
    }
    ++watched.steps;
  };
  std::optional<UnmaskingPrompt> next = std::move(asked);
  unmask(
      model, [&] { return std::exchange(next, std::nullopt); }, config,
      [&](std::size_t, const Generation& generation) { watched.generation = generation; });
  return watched;
}

Json steps_of(const Watched& watched, std::size_t prompt) {
  Json steps = Json::array();
  for (auto i = prompt; i < watched.generation.output_ids.size(); ++i) {
    const auto found = watched.reveal_step.find(i);
    steps.push_back(found == watched.reveal_step.end() ? Json() : Json(found->second));
  }
  return steps;
}

/// Forwards of the published run that revealed something.
std::int64_t busy_forwards(const Json& recorded) {
  if (!recorded.contains("revealed_per_forward")) {
    auto steps = recorded.at("reveal_step").get<std::vector<std::int64_t>>();
    std::ranges::sort(steps);
    steps.erase(std::ranges::unique(steps).begin(), steps.end());
    return std::ssize(steps);
  }
  const auto& counts = recorded.at("revealed_per_forward");
  return std::count_if(counts.begin(), counts.end(), [](const Json& one) { return one != 0; });
}

/// @param wanted  what the run should give: the record itself or its `mask_excluded`
void check_run(const LanguageModel& model,
               const Json& recorded,
               const Json& wanted,
               bool keeps_mask) {
  INFO(recorded.dump() << (keeps_mask ? ", as published" : ", mask excluded"));
  const auto watched = run(model, recorded, keeps_mask);
  CHECK(watched.generation.output_ids == wanted.at("output_ids").get<Ids>());
  CHECK(steps_of(watched, recorded.at("prompt_ids").size()) == wanted.at("reveal_step"));
  const auto forwards = busy_forwards(wanted);
  CHECK(watched.generation.forwards == forwards);
  CHECK(watched.steps == forwards);
  CHECK(watched.generation.rows == forwards * (recorded.value("cfg_scale", 0.0) > 0.0 ? 2 : 1));
}

TEST_CASE("samplers.json: ids and steps of every recorded run, and of those without the mask") {
  std::map<std::string, int> cases;
  for (const std::string family : {"llada", "dream", "a2d_qwen3"}) {
    const auto model = test::family_model(family);
    const auto file = test::family_json(family, "samplers.json");
    for (const auto& recorded : file.at("cases")) {
      if (recorded.value("alg", "") == "confidence_threshold") continue;  // none of ours
      const auto& excluded = recorded.at("mask_excluded");
      check_run(*model, recorded, excluded == "same" ? recorded : excluded, false);
      check_run(*model, recorded, recorded, true);
      cases[family] += 1;
      cases["mask chosen"] += recorded.at("mask_chosen") == true ? 1 : 0;
    }
  }
  CHECK(cases == std::map<std::string, int>{
                     {"a2d_qwen3", 56}, {"dream", 85}, {"llada", 168}, {"mask chosen", 4}});
}

TEST_CASE(
    "samplers.json: a published loop that never ends is an error, and ends without the mask") {
  const auto model = test::family_model("llada");
  const auto endless = test::family_json("llada", "samplers.json").at("endless");
  CHECK(endless.size() == 1);
  for (const auto& recorded : endless) {
    check_run(*model, recorded, recorded.at("mask_excluded"), false);
    try {
      (void)run(*model, recorded, true);
      FAIL("it ended");
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::failure);
    }
  }
}

}  // namespace
}  // namespace smdm
