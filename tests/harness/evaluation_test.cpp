// Which settings win, and what the preset of the paper sets.
#include "base/error.hpp"
#include "harness/settings/data.hpp"
#include "harness/settings/decide.hpp"
#include "harness/settings/layers.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"

namespace smdm {
namespace {

DecisionFor for_task(const std::string& task, Work work) {
  return {.task = task, .work = work, .two_stages = task == "gsm8k"};
}

Decided all_decided(const Settings& settings,
                    const std::string& task,
                    Work work,
                    ModelKind kind = ModelKind::mdm) {
  std::vector<std::string> notes;
  return decide(settings, for_task(task, work), kind, notes);
}

/// Every setting with the value that the configs are made of.
Settings decided(const Settings& settings,
                 const std::string& task,
                 Work work,
                 ModelKind kind = ModelKind::mdm,
                 const Settings& own = {}) {
  std::vector<std::string> notes;
  static_cast<void>(decide(settings, for_task(task, work), kind, notes, own));  // throws
  auto values = layered(settings, for_task(task, work), kind, own, notes);
  complete(values, for_task(task, work), kind);
  return values;
}

std::vector<std::string> notes_of(const Settings& settings,
                                  const std::string& task,
                                  Work work,
                                  ModelKind kind = ModelKind::mdm) {
  std::vector<std::string> notes;
  static_cast<void>(decide(settings, for_task(task, work), kind, notes));
  return notes;
}

LikelihoodConfig likelihood_config(const Settings& settings, const std::string& task) {
  return std::get<LikelihoodSettings>(all_decided(settings, task, Work::likelihood).work).config;
}

}  // namespace

TEST_CASE("defaults") {
  const auto likelihood = decided({}, "piqa", Work::likelihood);
  CHECK(likelihood.estimator == "auto");
  CHECK(likelihood.mc_samples == 32);
  CHECK(likelihood.mc_strata == 32);
  CHECK(likelihood.cfg == 0.0);
  CHECK(likelihood.seed == 0);
  const auto gsm8k = decided({}, "gsm8k", Work::generation);
  CHECK(gsm8k.steps == 256);
  CHECK(gsm8k.total_length == 256);
  CHECK(gsm8k.temperature == 0.0);
  CHECK(gsm8k.sampler == "confidence");
  const auto config = std::get<GenerationSettings>(all_decided({}, "gsm8k", Work::generation).work);
  CHECK(std::get<UnmaskingConfig>(config.generator).policy.sampler == Sampler::confidence);
  CHECK(config.second_cfg == 0.0);
  CHECK(decided({}, "", Work::generation).steps == 64);
}

TEST_CASE("estimators have budgets of their own, and auto says its rule") {
  Settings settings;
  const auto of = [&](const std::string& estimator) {
    settings.estimator = estimator;
    return decided(settings, "piqa", Work::likelihood);
  };
  CHECK(of("mc").mc_samples == 1024);
  CHECK(of("fixed-count").mc_samples == 128);
  CHECK(of("balanced").mc_samples == 32);
  const auto config = [&](const std::string& estimator) {
    settings.estimator = estimator;
    return likelihood_config(settings, "piqa").estimator;
  };
  CHECK(std::get<ExactSum>(config("exact")).max_rows == 4096);
  CHECK(std::get<FixedCount>(config("fixed-count")).rows == 128);
  CHECK_FALSE(std::get<Balanced>(config("balanced")).exact_over_full_rows);
  CHECK(std::get<Balanced>(config("auto")).exact_over_full_rows);
  CHECK(std::get<Balanced>(config("auto")).prompt_reuse == PromptReuse::automatic);
  settings.prompt_reuse = "off";
  CHECK(std::get<Balanced>(config("auto")).prompt_reuse == PromptReuse::off);
  settings = {};
  settings.mc_samples = 20;  // no multiple of the strata, which only mc has
  settings.mc_strata = 16;
  CHECK(notes_of(settings, "piqa", Work::likelihood) ==
        std::vector<std::string>{
            "piqa: estimator auto: exact where 2^L - 1 <= 20 for a target of L tokens, "
            "else balanced with 20 rows",
            "piqa: auto does not use --mc-strata"});
  const auto recorded = all_decided(settings, "piqa", Work::likelihood).recorded;
  CHECK(recorded.at("estimator_rule").get<std::string>().starts_with("exact where 2^L - 1 <= 20"));
  CHECK(recorded.at("prompt_reuse") == "auto");
  const auto rule = [&] {
    return all_decided(settings, "piqa", Work::likelihood)
        .recorded.at("estimator_rule")
        .get<std::string>();
  };
  settings.target_error = 0.1;
  CHECK(rule() ==
        "exact where 2^L - 1 <= 24 for a target of L tokens, else balanced with 24 rows, and more "
        "until the standard error is below 0.1 nats, at most 4096");
  settings.target_error.reset();
  settings.mc_samples = 3'000'000;
  CHECK(rule().starts_with("exact where 2^L - 1 <= 3000000 and L <= 20 for"));
  settings.mc_samples = 20;
  settings.estimator = "mc";
  CHECK_THROWS_KIND(decided(settings, "piqa", Work::likelihood), usage);
}

TEST_CASE("a budget belongs to its estimator, across layers too") {
  Settings settings;
  settings.preset = "smdm";
  settings.estimator = "balanced";
  const auto hellaswag = decided(settings, "hellaswag", Work::likelihood);  // mc 1024 in the preset
  CHECK(hellaswag.mc_samples == 32);
  CHECK(hellaswag.cfg == 0.7);
}

TEST_CASE("a race asked for wins over a checkpoint's own estimator") {
  Settings own;
  own.estimator = "chain-rule";
  Settings settings;
  const auto estimator = [&] {
    return decided(settings, "piqa", Work::likelihood, ModelKind::mdm, own).estimator;
  };
  CHECK(estimator() == "chain-rule");
  settings.racing = true;
  CHECK(estimator() == "auto");
}

TEST_CASE("racing and target errors go with auto and balanced alone") {
  const auto refused = [](const Settings& settings) {
    try {
      static_cast<void>(decided(settings, "piqa", Work::likelihood));
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::usage) throw;
      return true;
    }
    return false;
  };
  Settings settings;
  settings.racing = true;
  CHECK_FALSE(refused(settings));
  settings.racing_error = 0.5;
  CHECK(refused(settings));
  settings.racing_error = 0.05;
  settings.target_error = 0.1;
  CHECK(refused(settings));
  settings.racing = false;
  CHECK_FALSE(refused(settings));
  settings.max_rows = 31;
  CHECK(refused(settings));
  settings.max_rows = 64;
  settings.target_error = -0.1;
  CHECK(refused(settings));
  settings.target_error = 0.1;
  for (const auto* estimator : {"mc", "fixed-count", "exact", "chain-rule"}) {
    settings.estimator = estimator;
    CHECK(refused(settings));
    Settings racing;
    racing.estimator = estimator;
    racing.racing = true;
    CHECK(refused(racing));
  }
}

TEST_CASE("the preset is the paper's") {
  Settings settings;
  settings.preset = "smdm";
  const auto of = [&](const std::string& task) {
    return decided(settings, task, Work::likelihood);
  };
  CHECK(of("lambada_standard").estimator == "chain-rule");
  CHECK(of("lambada_standard").cfg == 1.1);
  CHECK(of("lambada_standard").greedy);
  for (const auto* task : {"openbookqa", "boolq"}) {
    CHECK(of(task).estimator == "chain-rule");
    CHECK(of(task).cfg == 1.6);
  }
  CHECK(of("piqa").estimator == "chain-rule");
  CHECK(of("piqa").cfg == 0.6);
  for (const auto& [task, cfg] : {std::pair("arc_easy", 0.6), std::pair("social_iqa", 0.6),
                                  std::pair("race", 0.7), std::pair("hellaswag", 0.7)}) {
    CHECK(of(task).estimator == "mc");
    CHECK(of(task).mc_samples == 1024);
    CHECK(of(task).mc_strata == 16);
    CHECK(of(task).cfg == cfg);
  }
  const auto gsm8k = decided(settings, "gsm8k", Work::generation);
  CHECK(gsm8k.steps == 256);
  CHECK(gsm8k.cfg == 0.1);
  CHECK(gsm8k.cfg_second == 0.1);
  CHECK(gsm8k.temperature == 0.1);
}

TEST_CASE("the presets of LLaDA and Dream are their published commands") {
  const std::vector<std::string> llada_tasks = {"arc_challenge", "hellaswag", "piqa"};
  const std::vector<std::string> dream_tasks = {"arc_easy", "arc_challenge", "hellaswag", "piqa",
                                                "race"};
  for (const auto& [preset, tasks, cfg, suffix] : {std::tuple("llada", llada_tasks, 0.5, "none"),
                                                   std::tuple("dream", dream_tasks, 0.0, "eos")}) {
    Settings settings;
    settings.preset = preset;
    for (const auto& task : tasks) {
      INFO(preset << " " << task);
      const auto all = decided(settings, task, Work::likelihood);
      CHECK(all.estimator == "fixed-count");
      CHECK(all.mc_samples == 128);
      CHECK(all.cfg == cfg);
      CHECK(all.suffix == suffix);
    }
    // Nothing was published for the others.
    CHECK(notes_of(settings, "boolq", Work::likelihood).front().find("nothing was published") !=
          std::string::npos);
    settings.suffix = "none";
    CHECK(decided(settings, "piqa", Work::likelihood).suffix == "none");
  }
}

TEST_CASE("the presets of LLaDA and Dream for gsm8k are their published samplers") {
  Settings settings;
  settings.preset = "llada";
  const auto llada = decided(settings, "gsm8k", Work::generation);
  CHECK(llada.sampler == "llada");
  CHECK(llada.gen_length == 1024);
  CHECK(llada.steps == 1024);
  CHECK(llada.block_length == 1024);
  CHECK(llada.stages == 1);
  // Blocks are those of its own sampler.
  settings.sampler = "threshold";
  CHECK(decided(settings, "gsm8k", Work::generation).block_length == 32);
  settings = {};
  settings.preset = "dream";
  const auto dream = decided(settings, "gsm8k", Work::generation);
  CHECK(dream.sampler == "dream");
  CHECK(dream.gen_length == 256);
  CHECK(dream.steps == 256);
  CHECK(dream.algorithm == "entropy");
  CHECK(dream.top_p == 0.95);
  CHECK(dream.temperature == 0.0);
  // An answer's length and that of the whole text are two ways to say one thing.
  settings.total_length = 48;
  CHECK_FALSE(decided(settings, "gsm8k", Work::generation).gen_length.has_value());
}

TEST_CASE("the reverse curse has the reference's lengths, and its guidance under the preset") {
  Settings settings;
  for (const auto* task : {"reverse_curse_d2n", "reverse_curse_n2d", "reverse_curse_d2n_reverse",
                           "reverse_curse_n2d_reverse"}) {
    const auto plain = decided(settings, task, Work::generation);
    CHECK(plain.steps == 32);
    CHECK(plain.total_length == 52);
    CHECK(plain.cfg == 0.0);
    Settings preset;
    preset.preset = "smdm";
    const auto paper = decided(preset, task, Work::generation);
    CHECK(paper.sampler == "confidence");
    CHECK(paper.steps == 32);
    CHECK(paper.total_length == 52);
    CHECK(paper.cfg == 0.8);
    CHECK(paper.temperature == 0.0);
    CHECK(decided(preset, task, Work::generation, ModelKind::arm).total_length == 52);
    // The paper's settings are of generation; a likelihood probe takes nothing from them.
    CHECK(decided(preset, task, Work::likelihood).cfg == 0.0);
    const auto notes = notes_of(preset, task, Work::likelihood);
    REQUIRE(notes.size() == 2);  // and the rule of auto
    CHECK(notes[0].find("nothing was published for it") != std::string::npos);
  }
  settings.steps = 7;
  settings.total_length = 40;
  CHECK(decided(settings, "reverse_curse_d2n", Work::generation).steps == 7);
  CHECK(decided(settings, "reverse_curse_d2n", Work::generation).total_length == 40);
}

TEST_CASE("a corpus has an estimator of its own") {
  Settings settings;
  const auto usual = decided(settings, "temporal_shift", Work::corpus);
  CHECK(usual.mc_samples == 32);
  const auto corpus = [&](ModelKind kind) {
    return std::get<CorpusSettings>(
        all_decided(settings, "temporal_shift", Work::corpus, kind).work);
  };
  CHECK(corpus(ModelKind::mdm).packing == TextPacking::document);
  const auto config = corpus(ModelKind::mdm).config;
  CHECK(std::get<MonteCarlo>(config.estimator).strata == 1);
  CHECK(std::get<MonteCarlo>(config.estimator).lowest_rate == 1e-3);
  CHECK(std::get<MonteCarlo>(config.estimator).draws_of == DrawsOf::whole_request);
  const auto exact = corpus(ModelKind::arm).config;
  CHECK_FALSE(std::get<TeacherForcing>(exact.estimator).one_bfloat16);
  settings.preset = "smdm";
  CHECK(decided(settings, "temporal_shift", Work::corpus).mc_samples == 128);
  for (const auto kind : {ModelKind::mdm, ModelKind::arm}) {
    CHECK(corpus(kind).packing == TextPacking::stream);
  }
  settings = {};
  settings.cfg = 0.5;
  settings.mc_samples = 100;  // no multiple of the strata, which are not used
  settings.estimator = "mc";
  const auto other = decided(settings, "temporal_shift", Work::corpus);
  CHECK(other.cfg == 0.0);
  CHECK(other.mc_samples == 100);
  CHECK(notes_of(settings, "temporal_shift", Work::corpus) ==
        std::vector<std::string>{"temporal_shift: perplexity does not use --estimator --cfg"});
}

TEST_CASE("options that a kind of work has no use for are told") {
  Settings settings;
  settings.max_rows = 100;
  settings.racing = true;
  settings.racing_error = 0.1;
  settings.prompt_reuse = "on";
  const auto note = [&](const std::string& task, Work work, ModelKind kind) {
    const auto notes = notes_of(settings, task, work, kind);
    return notes.empty() ? "" : notes.back();
  };
  const std::string all = " --max-rows --racing --racing-error --prompt-reuse";
  CHECK(note("temporal_shift", Work::corpus, ModelKind::mdm) ==
        "temporal_shift: perplexity does not use" + all);
  CHECK(note("gsm8k", Work::generation, ModelKind::mdm) == "gsm8k: generation does not use" + all);
  CHECK(note("piqa", Work::likelihood, ModelKind::arm) ==
        "an autoregressive model does not use" + all);
}

TEST_CASE("what a corpus is asked for") {
  Settings settings;
  CHECK_FALSE(corpus_query(settings).most.has_value());
  settings.limit = 0.5;
  CHECK_FALSE(corpus_query(settings).most.has_value());
  settings.limit = 4.0;
  settings.date_field = "day";
  settings.period = {"year"};
  const auto query = corpus_query(settings);
  CHECK(query.most == 4U);
  CHECK(std::get<CalendarUnit>(query.periods) == CalendarUnit::year);
  settings.date_field.reset();
  CHECK_THROWS_KIND(corpus_query(settings), usage);
  settings.date_field = "day";
  settings.period = {"week"};
  CHECK_THROWS_KIND(corpus_query(settings), usage);
}

TEST_CASE("an explicit option wins over the preset") {
  Settings settings;
  settings.preset = "smdm";
  settings.cfg = 0.0;
  settings.estimator = "mc";
  settings.mc_samples = 64;
  const auto piqa = decided(settings, "piqa", Work::likelihood);
  CHECK(piqa.cfg == 0.0);
  CHECK(piqa.estimator == "mc");
  CHECK(piqa.mc_samples == 64);
}

TEST_CASE("an autoregressive model skips the preset in one line and refuses guidance") {
  Settings settings;
  settings.preset = "smdm";
  CHECK(decided(settings, "piqa", Work::likelihood, ModelKind::arm).cfg == 0.0);
  const auto notes = notes_of(settings, "piqa", Work::likelihood, ModelKind::arm);
  REQUIRE(notes.size() == 1);
  CHECK(notes[0].find("skipped") != std::string::npos);
  settings.cfg = 0.5;
  CHECK_THROWS_KIND(decided(settings, "piqa", Work::likelihood, ModelKind::arm), usage);
}

TEST_CASE("limits are counts or fractions, as lm-evaluation-harness has them") {
  CHECK(limited(1000, std::nullopt) == 1000);
  CHECK(limited(1000, 20.0) == 20);
  CHECK(limited(1000, 0.0101) == 11);
  CHECK(limited(10, 20.0) == 10);
  CHECK_THROWS_KIND(limited(10, 0.0), usage);
  CHECK_THROWS_KIND(limited(10, -3.0), usage);
}

}  // namespace smdm
