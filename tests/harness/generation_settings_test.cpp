// Which sampler a model has, what each may be told, and what becomes of it.
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/json.hpp"
#include "evaluators/likelihood/duel.hpp"
#include "harness/settings/decide.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"

namespace smdm {
namespace {

using test::contains;
using Given = std::vector<std::pair<std::string, Json>>;

Settings settings_of(const Given& given) {
  Settings settings;
  for (const auto& [name, value] : given) write(setting_named(name), settings, value);
  return settings;
}

DecisionFor prompts_of(const std::string& family) {
  return {.task = "", .work = Work::generation, .family = family};
}

Decided decided(const Given& given,
                const DecisionFor& what = prompts_of("smdm"),
                ModelKind kind = ModelKind::mdm) {
  std::vector<std::string> notes;
  return decide(settings_of(given), what, kind, notes);
}

UnmaskingConfig sampled(const Given& given, const DecisionFor& what = prompts_of("smdm")) {
  const auto all = decided(given, what);
  return std::get<UnmaskingConfig>(std::get<GenerationSettings>(all.work).generator);
}

/// What a refusal says; "" where there is none.
std::string refusal(const Given& given,
                    const DecisionFor& what = prompts_of("smdm"),
                    ModelKind kind = ModelKind::mdm) {
  try {
    (void)decided(given, what, kind);
  } catch (const Error& error) {
    CHECK(error.kind() == ErrorKind::usage);
    return error.what();
  }
  return "";
}

TEST_CASE("a family is sampled by its own sampler, and its answers end where they end") {
  CHECK(sampled({}).policy.sampler == Sampler::confidence);
  CHECK(sampled({}).ending.eos == EosRule::ignore);
  CHECK(sampled({}, prompts_of("llada")).policy.sampler == Sampler::llada);
  CHECK(sampled({}, prompts_of("llada")).ending.eos == EosRule::finish);
  CHECK(sampled({}, prompts_of("dream")).policy.sampler == Sampler::dream);
  CHECK(sampled({}, prompts_of("a2d-qwen3")).policy.sampler == Sampler::confidence);
  CHECK(sampled({}, prompts_of("llada")).temperature == 0.0);
  const auto chosen = sampled({{"sampler", "ancestral"}}, prompts_of("llada"));
  CHECK(chosen.policy.sampler == Sampler::ancestral);
  CHECK(chosen.ending.eos == EosRule::ignore);
}

TEST_CASE("two stages are the protocol of the samplers that it was published with") {
  const auto gsm8k = [](const std::string& family) {
    return DecisionFor{
        .task = "gsm8k", .work = Work::generation, .two_stages = true, .family = family};
  };
  const auto stages = [](const Decided& all) {
    return std::get<GenerationSettings>(all.work).second_cfg ? 2 : 1;
  };
  CHECK(stages(decided({}, gsm8k("smdm"))) == 2);
  CHECK(stages(decided({}, gsm8k("llada"))) == 1);
  const auto asked = decided({{"stages", 2}}, gsm8k("llada"));
  CHECK(stages(asked) == 2);
  CHECK(std::get<UnmaskingConfig>(std::get<GenerationSettings>(asked.work).generator).ending.eos ==
        EosRule::ignore);
  CHECK(contains(refusal({{"gen-length", 32}}, gsm8k("smdm")), "--gen-length: wanted --stages 1"));
}

TEST_CASE("an option that the sampler does not use is refused, by both names") {
  const std::vector<std::pair<std::string, std::pair<std::string, Json>>> unused = {
      {"confidence", {"block-length", 4}},
      {"confidence", {"threshold", 0.5}},
      {"ancestral", {"factor", 1.0}},
      {"llada", {"threshold", 0.5}},
      {"llada", {"algorithm", "entropy"}},
      {"threshold", {"steps", 8}},
      {"factor", {"steps", 8}},
      {"entropy-bound", {"steps", 8}},
      {"entropy-bound", {"factor", 2.0}},
      {"margin", {"entropy-bound", 2.0}},
      {"margin", {"parity", true}},
      {"entropy", {"remasking", "random"}},
      {"entropy", {"logits-eos-inf", true}},
      {"dream", {"block-length", 4}},
      {"dream", {"confidence-eos-eot-inf", true}},
      {"threshold", {"algorithm-temperature", 0.5}}};
  for (const auto& [sampler, option] : unused) {
    const auto said = refusal({{"sampler", sampler}, option});
    INFO(sampler << " --" << option.first << ": " << said);
    CHECK(contains(said, "--" + option.first + ": wanted a sampler that uses it, got " + sampler));
  }
  CHECK(refusal({{"sampler", "llada"},
                 {"gen-length", 16},
                 {"block-length", 8},
                 {"steps", 8},
                 {"remasking", "random"},
                 {"logits-eos-inf", true},
                 {"top-p", 0.9},
                 {"parity", true}})
            .empty());
  // Of an autoregressive model nobody asks for the sampler.
  CHECK(refusal({{"threshold", 0.5}}, prompts_of("llama"), ModelKind::arm).empty());
}

TEST_CASE("what the sampler is told reaches it") {
  const auto config = sampled({{"sampler", "factor"},
                               {"factor", 2.5},
                               {"gen-length", 24},
                               {"block-length", 6},
                               {"parity", true},
                               {"temperature", 0.3},
                               {"top-p", 0.7},
                               {"top-k", 9},
                               {"eos", "cut"}});
  CHECK(config.policy.sampler == Sampler::factor);
  CHECK(config.policy.factor == 2.5);
  CHECK(config.policy.block_length == 6);
  CHECK(config.policy.takes_last_candidate);
  CHECK(config.keeps_mask);
  CHECK(config.gen_length == 24);
  CHECK(config.top_p == 0.7);
  CHECK(config.top_k == 9);
  CHECK(config.ending.eos == EosRule::cut);
  CHECK(sampled({{"sampler", "threshold"}}).policy.block_length == 32);
  CHECK(sampled({{"sampler", "llada"}}).policy.block_length == 0);
  CHECK(sampled({{"sampler", "llada"}, {"gen-length", 40}}).policy.steps == 40);
  CHECK(sampled({}).policy.steps == 64);
}

TEST_CASE("a cache is asked for, and belongs to texts of masked diffusion models") {
  CHECK(sampled({}).kv_cache.caching == KvCaching::none);
  const auto dual = sampled({{"kv-cache", "dual"}, {"kv-refresh", 4}}).kv_cache;
  CHECK(dual.caching == KvCaching::dual);
  CHECK(dual.refresh == 4);
  CHECK(sampled({{"kv-cache", "prefix"}}).kv_cache.refresh == 0);
  const auto recorded = [](const Given& given) { return decided(given).recorded.at("settings"); };
  CHECK_FALSE(recorded({}).contains("kv_cache"));
  CHECK_FALSE(recorded({{"kv-cache", "none"}}).contains("kv_refresh"));
  CHECK(recorded({{"kv-cache", "dual"}}).at("kv_cache") == "dual");
  CHECK(recorded({{"kv-cache", "dual"}}).at("kv_refresh") == 0);
  CHECK(contains(refusal({{"kv-refresh", 4}}),
                 "--kv-refresh: wanted --kv-cache prefix or dual beside it, got none"));
  CHECK(contains(refusal({{"kv-cache", "dual"}, {"kv-refresh", -1}}), "--kv-refresh: wanted"));
  CHECK(contains(refusal({{"kv-cache", "dual"}}, DecisionFor{}),
                 "--kv-cache: wanted --prompts or --task"));
  const DecisionFor piqa{.task = "piqa"};
  CHECK(contains(refusal({{"kv-cache", "dual"}, {"estimator", "duel"}}, piqa),
                 "--kv-cache: wanted a sampler that uses it, got duel with margin"));
  CHECK_FALSE(decided({{"kv-cache", "dual"}}, piqa).recorded.at("settings").contains("kv_cache"));
  std::vector<std::string> notes;
  (void)decide(settings_of({{"kv-cache", "dual"}}), prompts_of("llama"), ModelKind::arm, notes);
  REQUIRE(notes.size() == 1);
  CHECK(notes.front() == "an autoregressive model does not use --kv-cache");
}

TEST_CASE("lengths, blocks and numbers that cannot be are refused") {
  const Given llada = {{"sampler", "llada"}, {"gen-length", 24}};
  const auto with = [&](Given more) {
    more.insert(more.begin(), llada.begin(), llada.end());
    return refusal(more);
  };
  CHECK(
      contains(with({{"block-length", 5}}), "--block-length: wanted a divisor of --gen-length 24"));
  CHECK(contains(with({{"block-length", 8}, {"steps", 10}}),
                 "--steps: wanted a multiple of the 3 blocks, got 10"));
  CHECK(with({{"block-length", 8}, {"steps", 9}}).empty());
  CHECK(contains(refusal({{"gen-length", 8}, {"total-length", 16}}),
                 "--gen-length: wanted no --total-length beside it"));
  const auto other = [](const std::string& sampler, const std::string& name, const Json& value) {
    return refusal({{"sampler", sampler}, {name, value}});
  };
  for (const double threshold : {0.0, -0.1, 1.1}) {
    CHECK(contains(other("threshold", "threshold", threshold),
                   "--threshold: wanted a number above 0 and at most 1"));
  }
  CHECK(other("threshold", "threshold", 1.0).empty());
  CHECK(contains(other("factor", "factor", 0.0), "--factor: wanted a number above 0"));
  CHECK(contains(other("entropy-bound", "entropy-bound", -1.0), "--entropy-bound: wanted"));
  CHECK(contains(other("dream", "algorithm-temperature", -1.0), "--algorithm-temperature: wanted"));
  CHECK(contains(other("llada", "top-p", 0.0), "--top-p: wanted"));
  CHECK(contains(other("llada", "top-k", 0), "--top-k: wanted at least 1"));
  CHECK(contains(refusal({{"samples", 0}}), "--samples: wanted at least 1"));
  CHECK(contains(refusal({{"samples", 2}}, {.task = "gsm8k", .work = Work::generation}),
                 "--samples: wanted --prompts"));
}

TEST_CASE("duel takes samplers whose positions follow from the logits, and says why no other") {
  const DecisionFor requests;
  const auto duel = [&](Given more) {
    more.insert(more.begin(), {"estimator", "duel"});
    return more;
  };
  const auto config = [&](const Given& more) {
    const auto all = decided(duel(more), requests);
    const auto& likelihood = std::get<LikelihoodSettings>(all.work);
    return std::get<Duel>(likelihood.config.estimator);
  };
  CHECK(config({}).policy.sampler == Sampler::margin);
  CHECK(config({}).policy.steps == 0);
  CHECK(config({}).tokens.temperature == 1.0);
  CHECK(config({{"sampler", "entropy"}, {"steps", 3}, {"temperature", 0.5}}).policy.steps == 3);
  CHECK(config({{"sampler", "dream"}}).policy.algorithm == DreamAlgorithm::topk_margin);
  const auto refused = [&](const Given& more) { return refusal(duel(more), requests); };
  CHECK(
      contains(refused({{"sampler", "threshold"}}), "threshold: it ranks positions by the tokens"));
  CHECK(contains(refused({{"sampler", "ancestral"}}), "ancestral: it chooses positions by chance"));
  CHECK(contains(refused({{"sampler", "dream"}, {"algorithm", "origin"}}), "by chance"));
  CHECK(contains(refused({{"sampler", "dream"}, {"algorithm-temperature", 0.5}}), "by chance"));
  CHECK(contains(refused({{"sampler", "margin"}, {"threshold", 0.5}}),
                 "--threshold: wanted a sampler that uses it, got duel with margin"));
  const auto recorded = decided(duel({{"block-length", 4}}), requests).recorded.at("settings");
  CHECK(recorded.at("sampler") == "margin");
  CHECK(recorded.at("block_length") == 4);
  CHECK(recorded.at("temperature") == 1.0);
  CHECK_FALSE(recorded.contains("mc_samples"));
  // Those of the task's generations are left aside.
  const DecisionFor probed{.task = "reverse_curse_d2n"};
  const auto probe = decided(duel({}), probed);
  CHECK(std::get<Duel>(std::get<LikelihoodSettings>(probe.work).config.estimator).policy.steps ==
        0);
  // Other estimators record nothing of samplers.
  const auto other = decided({{"sampler", "llada"}}, {.task = "piqa"}).recorded.at("settings");
  CHECK_FALSE(other.contains("sampler"));
  CHECK_FALSE(other.contains("temperature"));
}

TEST_CASE("what changes nothing of a text is refused, and what is asked in vain is said") {
  // A likelihood has no masks that are drawn.
  const DecisionFor piqa{.task = "piqa"};
  CHECK(contains(refusal({{"estimator", "duel"}, {"sampler", "dream"}, {"parity", true}}, piqa),
                 "--parity"));
  // Nothing is ranked.
  const Given origin = {{"sampler", "dream"}, {"algorithm", "origin"}};
  CHECK(refusal(origin).empty());
  auto tempered = origin;
  tempered.emplace_back("algorithm-temperature", 0.5);
  CHECK(contains(refusal(tempered), "--algorithm-temperature"));
  CHECK(contains(
      refusal({{"sampler", "llada"}, {"remasking", "random"}, {"confidence-eos-eot-inf", true}}),
      "--confidence-eos-eot-inf"));
  // A second stage would go on behind the end of the first.
  const DecisionFor gsm8k{.task = "gsm8k", .work = Work::generation, .two_stages = true};
  CHECK(refusal({}, gsm8k).empty());
  for (const Given& end :
       {Given{{"stop", {"x"}}}, Given{{"eos", "finish"}}, Given{{"eos", "cut"}}}) {
    CHECK(contains(refusal(end, gsm8k), "--stages 1"));
    auto one = end;
    one.emplace_back("stages", 1);
    CHECK(refusal(one, gsm8k).empty());
  }
  // A gap is as long as what stood in it.
  const DecisionFor infill{.task = "infill", .work = Work::generation, .gaps = true};
  CHECK(refusal({}, infill).empty());
  for (const Given& given : {Given{{"stop", {"x"}}}, Given{{"eos", "ignore"}},
                             Given{{"gen-length", 3}}, Given{{"total-length", 3}}})
    CHECK(contains(refusal(given, infill), "a gap is as long as what stood in it"));
  // Requests are no texts.
  const DecisionFor requests{};
  for (const Given& given :
       {Given{{"sampler", "threshold"}}, Given{{"stop", {"x"}}}, Given{{"samples", 3}},
        Given{{"gen-length", 3}}, Given{{"steps", 3}}, Given{{"temperature", 0.5}}}) {
    INFO(given.front().first);
    CHECK(contains(refusal(given, requests), "wanted --prompts or --task, got --requests"));
  }
  CHECK(refusal({{"estimator", "duel"}, {"temperature", 0.5}, {"steps", 3}}, requests).empty());

  std::vector<std::string> notes;
  (void)decide(settings_of({{"samples", 3}}), prompts_of("smdm"), ModelKind::mdm, notes);
  REQUIRE(notes.size() == 1);
  CHECK(contains(notes.front(), "all answers to a prompt will be the same"));
  notes.clear();
  (void)decide(settings_of({{"samples", 3}, {"sampler", "ancestral"}}), prompts_of("smdm"),
               ModelKind::mdm, notes);
  CHECK(notes.empty());
}

TEST_CASE("an answer's length is its number of steps unless somebody says both") {
  const DecisionFor reverse{.task = "reverse_curse_d2n", .work = Work::generation};
  CHECK(sampled({}, reverse).policy.steps == 32);
  CHECK(sampled({{"gen-length", 12}}, reverse).policy.steps == 12);
  CHECK(sampled({{"gen-length", 12}, {"steps", 5}}, reverse).policy.steps == 5);
  const DecisionFor gsm8k{.task = "gsm8k", .work = Work::generation, .two_stages = true};
  const auto mixed =
      sampled({{"preset", "dream"}, {"sampler", "llada"}, {"gen-length", 16}}, gsm8k);
  CHECK(mixed.policy.steps == 16);
  CHECK(mixed.top_p == 1.0);
}

}  // namespace
}  // namespace smdm
