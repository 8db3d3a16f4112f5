#include "training/settings.hpp"

#include "models/formats/smdm.hpp"

namespace smdm::training {
namespace {

Json objective_json(const Objective& objective) {
  if (std::holds_alternative<NextToken>(objective)) return {{"name", "next_token"}};
  if (std::holds_alternative<ExactMasks>(objective)) return {{"name", "exact_masks"}};
  return {{"name", "bernoulli_masks"}, {"epsilon", std::get<BernoulliMasks>(objective).epsilon}};
}

Json adamw_json(const AdamW& adam) {
  return {{"name", "adamw"},
          {"beta_1", adam.beta_1},
          {"beta_2", adam.beta_2},
          {"epsilon", adam.epsilon}};
}

Json optimizer_json(const Optimizer& optimizer) {
  if (const auto* adam = std::get_if<AdamW>(&optimizer)) return adamw_json(*adam);
  const auto& muon = std::get<Muon>(optimizer);
  return {{"name", "muon"}, {"momentum", muon.momentum}, {"rest", adamw_json(muon.rest)}};
}

}  // namespace

Json settings_of(const StepOptions& options, const Corpus& corpus) {
  auto model = options.model;
  model.kind = options.kind;
  return {{"model", Json::parse(smdm_config_text(model))},
          {"dtype", options.compute == ComputeType::bf16 ? "bf16" : "f32"},
          {"objective", objective_json(options.objective)},
          {"optimizer", optimizer_json(options.update.optimizer)},
          {"weight_decay", options.update.weight_decay},
          {"clip", options.update.clip},
          {"learning_rate", options.rate.highest},
          {"lowest_rate_share", options.rate.lowest_share},
          {"warm_up_steps", options.rate.warm_up},
          {"steps", options.rate.steps},
          {"rows_per_step", options.batches.rows},
          {"random_length", options.batches.random_length},
          {"random_length_of", options.batches.cut_unit == CutUnit::row ? "row" : "batch"},
          {"tokens_per_forward", options.tokens_per_forward},
          {"seed", options.batches.seed},
          {"corpus",
           {{"sha256", corpus.digests()},
            {"ids_sha256", corpus.ids_digest()},
            {"rows", corpus.size()},
            {"tokens", corpus.tokens()}}}};
}

}  // namespace smdm::training
