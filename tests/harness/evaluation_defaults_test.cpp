// evaluation.json: what is read, what is refused, and who wins.
#include "base/error.hpp"
#include "harness/settings/checkpoint_defaults.hpp"
#include "harness/settings/decide.hpp"
#include "harness/settings/layers.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

using test::contains;

class DefaultsFile {
 public:
  explicit DefaultsFile(const std::string& text) { test::write_file(path(), text); }
  [[nodiscard]] std::filesystem::path path() const { return folder_.path() / kEvaluationFile; }

 private:
  test::TemporaryFolder folder_;
};

EvaluationDefaults read(const std::string& text) {
  const DefaultsFile file(text);
  return read_evaluation_defaults(file.path());
}

std::string refusal(const std::string& text) {
  try {
    static_cast<void>(read(text));
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::checkpoint) throw;
    return error.what();
  }
  return "accepted";
}

DecisionFor for_task(const std::string& task, Work work) {
  return {.task = task, .work = work, .two_stages = task == "gsm8k"};
}

/// Every setting with the value that the configs are made of.
Settings decided_by(const Settings& settings,
                    const DecisionFor& what,
                    ModelKind kind,
                    std::vector<std::string>& notes,
                    const Settings& own) {
  auto values = layered(settings, what, kind, own, notes);
  complete(values, what, kind);
  return values;
}

const char* const kFile = R"({"evaluation_version": 1, "tasks": {
  "gsm8k": {"steps": 8, "total-length": 48, "temperature": 0.5, "stages": 1, "cfg": 0.25},
  "zero-shot": {"estimator": "chain-rule", "cfg": 1}, "piqa": {"mc-samples": 64}}})";

TEST_CASE("defaults are found by task, else by group") {
  const auto defaults = read(kFile);
  CHECK(defaults_of(defaults, "gsm8k").steps == 8);
  CHECK(defaults_of(defaults, "gsm8k").temperature == 0.5);
  CHECK(defaults_of(defaults, "gsm8k").stages == 1);
  CHECK(defaults_of(defaults, "boolq").estimator == "chain-rule");
  CHECK(defaults_of(defaults, "boolq").cfg == 1.0);  // a whole number is a number too
  CHECK_FALSE(defaults_of(defaults, "piqa").estimator.has_value());
  CHECK_FALSE(defaults_of(defaults, "arc_challenge").estimator.has_value());
  CHECK(read_evaluation_defaults("/nonexistent/evaluation.json").empty());
}

TEST_CASE("files that say something else are refused") {
  CHECK(contains(refusal("{"), "wanted {\"evaluation_version\": 1"));
  CHECK(contains(refusal(R"({"evaluation_version": 2, "tasks": {}})"), "evaluation_version"));
  const auto with = [](const std::string& settings) {
    return refusal(R"({"evaluation_version": 1, "tasks": {"piqa": )" + settings + "}}");
  };
  CHECK(contains(with(R"({"seed": 3})"), "piqa: no task can be given a default of \"seed\""));
  CHECK(contains(with(R"({"steps": 1.5})"), "steps: wanted a whole number, got 1.5"));
  CHECK(contains(with(R"({"steps": 18446744073709551615})"), "wanted a whole number below 2^63"));
  CHECK(contains(with(R"({"cfg": -0.25})"), "cfg: wanted a number >= 0, got -0.25"));
  CHECK(contains(with(R"({"cfg": "high"})"), "cfg: wanted a number, got \"high\""));
  CHECK(contains(with(R"({"estimator": "exakt"})"), "estimator: wanted auto or exact or balanced"));
  CHECK(contains(with("[]"), "wanted an object"));
  const std::string deep = std::string(200'000, '[') + std::string(200'000, ']');
  CHECK(contains(with(deep), "wanted an object, got an array of 1"));
  CHECK(contains(with(R"({"steps": 0})"), "steps: wanted at least 1, got 0"));
  CHECK(contains(with(R"({"stages": 3})"), "stages: wanted 1 or 2, got 3"));
  CHECK(contains(with(R"({"cfg": -1})"), "cfg: wanted a number >= 0, got -1"));
  CHECK(contains(refusal(R"({"evaluation_version": 1, "tasks": {"gsm8": {}}})"), "\"gsm8\""));
}

TEST_CASE(
    "an option wins over a preset, a preset over the checkpoint, the checkpoint over defaults") {
  const auto own = defaults_of(read(kFile), "gsm8k");
  std::vector<std::string> notes;
  Settings settings;
  settings.cfg = 2.0;
  const auto decided =
      decided_by(settings, for_task("gsm8k", Work::generation), ModelKind::mdm, notes, own);
  CHECK(decided.cfg == 2.0);
  CHECK(decided.cfg_second == 2.0);
  CHECK(decided.steps == 8);
  CHECK(decided.total_length == 48);
  CHECK(decided.stages == 1);
  REQUIRE(notes.size() == 1);
  CHECK(contains(notes.front(), "defaults of the checkpoint, gsm8k:"));
  CHECK(contains(notes.front(), "--steps 8"));

  settings.preset = "smdm";
  const auto preset =
      decided_by(settings, for_task("gsm8k", Work::generation), ModelKind::mdm, notes, own);
  CHECK(preset.steps == 256);
  CHECK(preset.temperature == 0.1);
  CHECK(preset.stages == 2);
}

TEST_CASE("an autoregressive model takes lengths alone from its file") {
  const auto own = defaults_of(read(kFile), "gsm8k");
  std::vector<std::string> notes;
  const auto decided =
      decided_by({}, for_task("gsm8k", Work::generation), ModelKind::arm, notes, own);
  CHECK(decided.total_length == 48);
  CHECK(decided.cfg == 0.0);
  CHECK(decided.temperature == 0.0);
}

TEST_CASE("the note names only what the checkpoint decided") {
  const auto own = defaults_of(read(kFile), "gsm8k");
  std::vector<std::string> notes;
  Settings settings;
  settings.steps = 4;
  static_cast<void>(
      decide(settings, for_task("gsm8k", Work::generation), ModelKind::mdm, notes, own));
  REQUIRE(notes.size() == 1);
  CHECK(notes.front().find("--steps") == std::string::npos);
  CHECK(contains(notes.front(), "--total-length 48"));
}

TEST_CASE("what concerns another kind of work is left aside") {
  const auto own = defaults_of(read(kFile), "gsm8k");
  std::vector<std::string> notes;
  const auto decided =
      decided_by({}, for_task("gsm8k", Work::likelihood), ModelKind::mdm, notes, own);
  CHECK(decided.temperature == 0.0);
  CHECK(decided.cfg == 0.25);
}

TEST_CASE("there are one or two stages") {
  std::vector<std::string> notes;
  Settings settings;
  settings.stages = 3;
  CHECK_THROWS(decide(settings, for_task("gsm8k", Work::generation), ModelKind::mdm, notes));
}

}  // namespace
}  // namespace smdm
