// A setting by itself: how its value is kept, what its names mean, and what results say of it.
#include "evaluators/generation/unmask.hpp"
#include "evaluators/likelihood/all_estimators.hpp"
#include "harness/settings/decide.hpp"
#include "tests/support/catch.hpp"

namespace smdm {

TEST_CASE("values of the table are read, written and taken back by their type") {
  Settings settings;
  for (const auto& setting : all_settings()) {
    INFO(name_of(setting));
    CHECK_FALSE(is_given(setting, settings));
  }
  write(setting_named("cfg"), settings, 0.0);
  write(setting_named("seed"), settings, 7);
  write(setting_named("racing"), settings, true);
  write(setting_named("period"), settings, {"year"});
  write(setting_named("threads"), settings, 2);
  CHECK(settings.cfg == 0.0);
  CHECK(settings.seed == 7U);
  CHECK(settings.racing);
  CHECK(settings.period == std::vector<std::string>{"year"});
  CHECK(settings.threads == 2);
  CHECK(is_given(setting_named("cfg"), settings));  // 0 was said
  clear(setting_named("racing"), settings);
  CHECK_FALSE(settings.racing);
  CHECK_THROWS_AS(write(setting_named("steps"), settings, "many"), Json::exception);
  CHECK_THROWS_AS(setting_named("stepps"), std::invalid_argument);
}

TEST_CASE("a name of a closed choice is a value and back, and no other name is one") {
  for (const auto& [name, sampler, steps, blocks, eos] : kAllSamplers) {
    CHECK(value_named(kAllSamplers, name) == sampler);
    CHECK(std::string(name_of(kAllSamplers, sampler)) == name);
  }
  CHECK(names_of(kAllSamplers) == setting_named("sampler").allowed);
  CHECK(names_of(kAllEstimators) == setting_named("estimator").allowed);
  CHECK(std::get<Balanced>(value_named(kAllEstimators, "auto")).exact_over_full_rows);
  CHECK_FALSE(std::get<Balanced>(value_named(kAllEstimators, "balanced")).exact_over_full_rows);
  CHECK_THROWS_AS(value_named(kAllSamplers, "greedy"), std::invalid_argument);
  CHECK_THROWS_AS(value_named(kAllSamplers, ""), std::invalid_argument);
}

TEST_CASE("what is recorded says every setting of the work, and nothing of another") {
  std::vector<std::string> notes;
  const auto settings_for = [&](const Settings& settings, const DecisionFor& what, ModelKind kind) {
    const auto recorded = decide(settings, what, kind, notes).recorded;
    CHECK(std::prev(recorded.end()).key() == "settings");
    return recorded.at("settings");
  };
  CHECK(settings_for({}, {.task = "piqa"}, ModelKind::mdm) == Json{{"estimator", "auto"},
                                                                   {"mc_samples", 32},
                                                                   {"prompt_reuse", "auto"},
                                                                   {"cfg", 0.0},
                                                                   {"greedy", false},
                                                                   {"estimator_version", 2}});
  CHECK(settings_for({}, {.task = "piqa"}, ModelKind::arm) ==
        Json{{"estimator", "exact"}, {"cfg", 0.0}, {"greedy", false}});
  const DecisionFor gsm8k{.task = "gsm8k", .work = Work::generation, .two_stages = true};
  CHECK(settings_for({}, gsm8k, ModelKind::mdm) == Json{{"cfg", 0.0},
                                                        {"cfg_second", 0.0},
                                                        {"sampler", "confidence"},
                                                        {"steps", 256},
                                                        {"total_length", 256},
                                                        {"temperature", 0.0},
                                                        {"stages", 2}});
  CHECK(settings_for({}, gsm8k, ModelKind::arm) == Json{{"cfg", 0.0},
                                                        {"sampler", "autoregressive"},
                                                        {"total_length", 256},
                                                        {"temperature", 0.0},
                                                        {"stages", 1}});
  Settings dated;
  dated.date_field = "day";
  CHECK(settings_for(dated, {.task = "temporal_shift", .work = Work::corpus}, ModelKind::mdm) ==
        Json{{"estimator", "training-loss"},
             {"mc_samples", 32},
             {"cfg", 0.0},
             {"packing", "document"},
             {"date_field", "day"},
             {"period", {"month"}}});
}

}  // namespace smdm
