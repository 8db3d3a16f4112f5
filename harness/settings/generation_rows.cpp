// The rows of the table that say how a text is generated: sampler, lengths, tokens, and where the
// text ends. Those of samplers are used by the likelihood of what a sampler writes, too.
#include <algorithm>
#include <cmath>
#include <iterator>

#include "base/files/digest.hpp"
#include "evaluators/generation/kv_caching.hpp"
#include "evaluators/generation/samplers.hpp"
#include "harness/settings/chat_template.hpp"
#include "harness/settings/choices.hpp"
#include "harness/settings/rows.hpp"

namespace smdm {
namespace {

using enum Effect;

constexpr Range kOneOrTwo{.wanted = "1 or 2",
                          .holds = [](double v) { return v == 1.0 || v == 2.0; }};
constexpr Range kShare{.wanted = "a number above 0 and at most 1",
                       .holds = [](double v) { return v > 0.0 && v <= 1.0; }};

/// Whether tokens are drawn, or might have been: of likelihoods, DUEL's alone.
bool draws(const Settings& decided) {
  return !decided.estimator || *decided.estimator == kDuelName;
}

const SamplerEntry& sampler_of(const Settings& decided) {
  return entry_of(value_named(kAllSamplers, decided.sampler.value()));
}

template <Sampler... samplers>
bool has_sampler(const Settings& decided) {
  if (!draws(decided)) return false;
  const auto sampler = sampler_of(decided).value;
  return ((sampler == samplers) || ...);
}

bool has_steps(const Settings& decided) {
  return draws(decided) && sampler_of(decided).steps;
}

bool has_blocks(const Settings& decided) {
  return draws(decided) && sampler_of(decided).blocks;
}

/// Dream's ranking may be by chance, where it ranks at all.
bool ranks_as_dream(const Settings& decided) {
  return has_sampler<Sampler::dream>(decided) &&
         decided.algorithm != name_of(kAllDreamAlgorithms, DreamAlgorithm::origin);
}

/// What LLaDA's option changes are confidences.
bool ranks_as_llada(const Settings& decided) {
  return has_sampler<Sampler::llada>(decided) &&
         decided.remasking != name_of(kAllRemaskings, Remasking::random);
}

/// What masked diffusion models use for texts and for the likelihood of what they write.
Use sampling(bool (*where)(const Settings&)) {
  return {.diffusion = {Work::generation, Work::likelihood}, .where = where};
}

/// What they use for texts alone.
Use generating(bool (*where)(const Settings&) = nullptr) {
  return {.diffusion = {Work::generation}, .where = where};
}

/// A family's own sampler; the one whose likelihood is sharpest where that is asked.
Json usual_sampler(const Settings& /*decided*/, const DecisionFor& what) {
  if (what.work == Work::likelihood) return name_of(kAllSamplers, Sampler::margin);
  for (const auto sampler : {Sampler::llada, Sampler::dream}) {
    const auto* name = name_of(kAllSamplers, sampler);
    if (what.family == name) return name;
  }
  return name_of(kAllSamplers, Sampler::confidence);
}

/// What is recorded as the sampler: an autoregressive model decodes token by token.
Json recorded_sampler(const Settings& decided, const DecisionFor& what, ModelKind kind) {
  if (what.work == Work::likelihood && kind == ModelKind::mdm && draws(decided))
    return decided.sampler.value();
  if (what.work != Work::generation) return nullptr;
  return kind == ModelKind::arm ? Json("autoregressive") : Json(decided.sampler.value());
}

/// Only a masked diffusion model answers in two stages, and only where the protocol has them.
Json recorded_stages(const Settings& decided, const DecisionFor& what, ModelKind kind) {
  if (what.work != Work::generation) return nullptr;
  return what.two_stages && kind == ModelKind::mdm ? Json(decided.stages.value()) : Json(1);
}

/// A likelihood has one for each token; so has an answer whose length is known.
Json usual_steps(const Settings& decided, const DecisionFor& what) {
  constexpr int kTaskSteps = 256;
  constexpr int kDialogueSteps = 128;
  constexpr int kPromptSteps = 64;
  if (what.work == Work::likelihood) return nullptr;
  if (decided.gen_length) return *decided.gen_length;
  if (what.dialogue) return kDialogueSteps;
  return what.task.empty() ? kPromptSteps : kTaskSteps;
}

Json usual_total_length(const Settings& decided, const DecisionFor& what) {
  constexpr int kTokens = 256;
  constexpr int kDialogueTokens = 1024;
  if (decided.gen_length || what.gaps) return nullptr;
  return what.dialogue ? kDialogueTokens : kTokens;
}

/// Fast-dLLM's for its own rules; other samplers take the answer as one block.
Json usual_block_length(const Settings& decided, const DecisionFor& /*what*/) {
  constexpr int kTokens = 32;
  return has_sampler<Sampler::threshold, Sampler::factor>(decided) ? Json(kTokens) : Json();
}

/// The protocol of two stages is that of the samplers that it was published with.
Json usual_stages(const Settings& decided, const DecisionFor& /*what*/) {
  return has_sampler<Sampler::confidence, Sampler::ancestral>(decided) ? 2 : 1;
}

/// The likelihood of a sampler that always takes the best token is 0 or minus infinity.
Json usual_temperature(const Settings& decided, const DecisionFor& what) {
  return what.work == Work::likelihood && draws(decided) ? 1.0 : 0.0;
}

/// A second stage goes on from what the first has written, which therefore never finishes early;
/// nothing ends a gap. A turn's answer is always cut at its end.
Json usual_eos(const Settings& decided, const DecisionFor& what) {
  if (what.dialogue) return name_of(kAllEosRules, EosRule::finish);
  const bool two_stages = what.two_stages && decided.stages == 2;
  return name_of(kAllEosRules, two_stages || what.gaps ? EosRule::ignore : sampler_of(decided).eos);
}

/// Nothing where results of before there was a choice say nothing either.
Json recorded_eos(const Settings& decided, const DecisionFor& what, ModelKind kind) {
  const bool used = what.work == Work::generation && kind == ModelKind::mdm;
  const bool ignored = decided.eos == name_of(kAllEosRules, EosRule::ignore);
  return used && !ignored ? Json(decided.eos.value()) : Json();
}

/// Which positions come next.
Rows sampler_rows() {
  return {
      {.names = "--sampler",
       .help = "Order of unmasking (default llada or dream for these families, else confidence; "
               "of --estimator duel margin)",
       .member = &Settings::sampler,
       .effect = number,
       .allowed = names_of(kAllSamplers),
       .use = sampling(draws),
       .checkpoint_default = true,
       .fallback_of = usual_sampler,
       .recorded = recorded_sampler},
      {.names = "--gen-length",
       .help = "Tokens of the answer, in place of --total-length",
       .member = &Settings::gen_length,
       .effect = number,
       .range = kAtLeastOne,
       .use = both_models(Work::generation),
       .checkpoint_default = true},
      {.names = "--steps",
       .help =
           "Denoising steps (default 256 for gsm8k, 32 for reverse_curse, 128 for mt_bench, 64 for "
           "--prompts; "
           "--gen-length where it is given)",
       .member = &Settings::steps,
       .effect = number,
       .range = kAtLeastOne,
       .use = sampling(has_steps),
       .checkpoint_default = true,
       .fallback_of = usual_steps},
      {.names = "--total-length",
       .help = "Tokens of prompt and answer together (default 256; 52 for reverse_curse; 1024 a "
               "turn for "
               "mt_bench)",
       .member = &Settings::total_length,
       .effect = number,
       .range = kAtLeastOne,
       .use = both_models(Work::generation),
       .checkpoint_default = true,
       .fallback_of = usual_total_length},
      {.names = "--block-length",
       .help = "Tokens of a block: blocks are filled from left to right (default 32 for threshold "
               "and factor, else the answer is one)",
       .member = &Settings::block_length,
       .effect = number,
       .range = kAtLeastOne,
       .use = sampling(has_blocks),
       .checkpoint_default = true,
       .fallback_of = usual_block_length},
  };
}

/// The numbers of samplers without a number of steps.
Rows rule_rows() {
  return {
      {.names = "--threshold",
       .help = "threshold: confidence from which a token is revealed (default 0.9)",
       .member = &Settings::threshold,
       .effect = number,
       .range = kShare,
       .use = sampling(has_sampler<Sampler::threshold>),
       .checkpoint_default = true,
       .fallback = PolicyConfig{}.threshold},
      {.names = "--factor",
       .help = "factor: the r-th token needs a confidence of 1 - factor / (r + 1) (default 1)",
       .member = &Settings::factor,
       .effect = number,
       .range = kAboveZero,
       .use = sampling(has_sampler<Sampler::factor>),
       .checkpoint_default = true,
       .fallback = PolicyConfig{}.factor},
      {.names = "--entropy-bound",
       .help = "entropy-bound: nats that the entropies of a step's positions, without the largest, "
               "may sum to (default 0.1)",
       .member = &Settings::entropy_bound,
       .effect = number,
       .range = kFromZero,
       .use = sampling(has_sampler<Sampler::entropy_bound>),
       .checkpoint_default = true,
       .fallback = PolicyConfig{}.entropy_bound},
  };
}

/// How the samplers of published models rank.
Rows ranking_rows() {
  return {
      {.names = "--remasking",
       .help = "llada: by the tokens' confidence (default), or at random",
       .member = &Settings::remasking,
       .effect = number,
       .allowed = names_of(kAllRemaskings),
       .use = sampling(has_sampler<Sampler::llada>),
       .checkpoint_default = true,
       .fallback = name_of(kAllRemaskings, Remasking::low_confidence)},
      {.names = "--algorithm",
       .help = "dream: how positions are ranked (default maskgit_plus; of --estimator duel "
               "topk_margin)",
       .member = &Settings::algorithm,
       .effect = number,
       .allowed = names_of(kAllDreamAlgorithms),
       .use = sampling(has_sampler<Sampler::dream>),
       .checkpoint_default = true,
       .fallback_of = [](const Settings& /*decided*/, const DecisionFor& what) -> Json {
         return name_of(kAllDreamAlgorithms, what.work == Work::likelihood
                                                 ? DreamAlgorithm::topk_margin
                                                 : DreamAlgorithm::maskgit_plus);
       }},
      {.names = "--algorithm-temperature",
       .help = "dream: of the ranking, by chance above 0 (default 0)",
       .member = &Settings::algorithm_temperature,
       .effect = number,
       .range = kFromZero,
       .use = sampling(ranks_as_dream),
       .checkpoint_default = true,
       .fallback = PolicyConfig{}.algorithm_temperature},
      {.names = "--parity",
       .help = "As the published code, slips included: the mask may be drawn; see "
               "docs/generation.md",
       .member = &Settings::parity,
       .effect = number,
       .use = generating(
           has_sampler<Sampler::llada, Sampler::threshold, Sampler::factor, Sampler::dream>)},
  };
}

/// Which tokens are drawn.
Rows token_rows() {
  return {
      {.names = "--temperature",
       .help = "Of the Gumbel noise (default 0: none; 1 of --estimator duel)",
       .member = &Settings::temperature,
       .effect = number,
       .range = kFromZero,
       .use = {.diffusion = {Work::generation, Work::likelihood},
               .autoregressive = {Work::generation},
               .where = draws},
       .checkpoint_default = true,
       .default_of_diffusion = true,
       .fallback_of = usual_temperature},
      {.names = "--top-p",
       .help = "Draw from the surest tokens of this mass alone (default all)",
       .member = &Settings::top_p,
       .effect = number,
       .range = kShare,
       .use = sampling(draws),
       .checkpoint_default = true},
      {.names = "--top-k",
       .help = "Draw from so many of the surest tokens alone (default all)",
       .member = &Settings::top_k,
       .effect = number,
       .range = kAtLeastOne,
       .use = sampling(draws),
       .checkpoint_default = true},
      {.names = "--stages",
       .help = "Of gsm8k on a masked diffusion model: 2 (default with confidence and ancestral), "
               "or 1",
       .member = &Settings::stages,
       .effect = number,
       .range = kOneOrTwo,
       .use = generating(),
       .checkpoint_default = true,
       .fallback_of = usual_stages,
       .recorded = recorded_stages},
  };
}

/// Of a family; nothing where a file says it.
Json usual_template(const Settings& decided, const DecisionFor& what) {
  const bool open = what.dialogue && !decided.chat_template_file;
  return open ? Json(usual_chat_template(what.family)) : Json();
}

/// What stands around the turns of a conversation. A file counts by its content, wherever it lies.
Rows template_rows() {
  return {
      {.names = "--template-file",
       .help = "mt_bench: JSON file of a chat template of one's own (docs/mt-bench.md)",
       .member = &Settings::chat_template_file,
       .effect = number,
       .use = both_models(Work::generation),
       .recorded = [](const Settings& decided, const DecisionFor& what, ModelKind) -> Json {
         if (!what.dialogue || !decided.chat_template_file) return nullptr;
         return sha256_of_file(*decided.chat_template_file);
       }},
      {.names = "--template",
       .help = "mt_bench: chat template (default llada, or chatml for Dream and Qwen, else "
               "vicuna_v1.1)",
       .member = &Settings::chat_template,
       .effect = number,
       .allowed = chat_template_names(),
       .use = both_models(Work::generation),
       .checkpoint_default = true,
       .fallback_of = usual_template,
       .recorded = [](const Settings& decided, const DecisionFor& what, ModelKind) -> Json {
         return what.dialogue && decided.chat_template ? Json(*decided.chat_template) : Json();
       }},
  };
}

/// Where a text ends.
Rows ending_rows() {
  return {
      {.names = "--eos",
       .help = "Tokens that end a text: ignore = tokens like others (default of confidence and "
               "ancestral), finish = stop there, cut = compute everything and cut there",
       .member = &Settings::eos,
       .effect = number,
       .allowed = names_of(kAllEosRules),
       .use = generating(),
       .checkpoint_default = true,
       .fallback_of = usual_eos,
       .recorded = recorded_eos},
      {.names = "--logits-eos-inf",
       .help = "llada: never draw the token that ends a text",
       .member = &Settings::logits_eos_inf,
       .effect = number,
       .use = generating(has_sampler<Sampler::llada>)},
      {.names = "--confidence-eos-eot-inf",
       .help = "llada: reveal tokens that end a text or a turn last",
       .member = &Settings::confidence_eos_eot_inf,
       .effect = number,
       .use = generating(ranks_as_llada)},
      {.names = "--stop",
       .help = "Text that an answer ends before; may be given several times",
       .member = &Settings::stop,
       .effect = number,
       .whole_texts = true,
       .use = both_models(Work::generation)},
      {.names = "--samples",
       .help = "--prompts: answers to each (default 1)",
       .member = &Settings::samples,
       .range = kAtLeastOne},
  };
}

bool caches(const Settings& decided) {
  return draws(decided) && decided.kv_cache != name_of(kAllKvCachings, KvCaching::none);
}

/// Nothing where results of before there was a cache say nothing either.
Json recorded_kv_cache(const Settings& decided, const DecisionFor& what, ModelKind kind) {
  const bool used = what.work == Work::generation && kind == ModelKind::mdm;
  return used && caches(decided) ? Json(decided.kv_cache.value()) : Json();
}

/// What steps take from earlier ones.
Rows cache_rows() {
  return {
      {.names = "--kv-cache",
       .help = "Approximate: keep keys and values between steps: none (default), prefix = of what "
               "stands before the current block, dual = also of what stands behind it",
       .member = &Settings::kv_cache,
       .effect = number,
       .allowed = names_of(kAllKvCachings),
       .use = generating(draws),
       .fallback = name_of(kAllKvCachings, KvCaching::none),
       .recorded = recorded_kv_cache},
      {.names = "--kv-refresh",
       .help = "--kv-cache: compute everything anew every so many steps of a block (default 0: "
               "only in its first)",
       .member = &Settings::kv_refresh,
       .effect = number,
       .range = kFromZero,
       .use = generating(caches),
       .fallback = KvCacheConfig{}.refresh},
  };
}

}  // namespace

Rows generation_rows() {
  Rows all;
  for (auto* part : {sampler_rows, rule_rows, ranking_rows, token_rows, template_rows, cache_rows,
                     ending_rows}) {
    auto rows = part();
    std::ranges::move(rows, std::back_inserter(all));
  }
  return all;
}

}  // namespace smdm
