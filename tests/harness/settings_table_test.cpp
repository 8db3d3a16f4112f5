// Every row of the table of settings, as it shows in stored runs: two tiny runs that differ in that
// setting alone. One that changes numbers is recorded, and compare, gate and leaderboard notice it;
// one that changes only the speed shows nowhere, and every score is the same to the last bit.
#include <iostream>
#include <map>
#include <random>
#include <sstream>

#include <CLI/CLI.hpp>

#include "harness/cli/compare.hpp"
#include "harness/cli/leaderboard.hpp"
#include "harness/cli/options.hpp"
#include "harness/jobs/embedded.hpp"
#include "harness/jobs/jobs.hpp"
#include "harness/settings/decide.hpp"
#include "models/matmul.hpp"
#include "tests/harness/stored_runs.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/checkpoint_writer.hpp"
#include "tests/support/command.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;
using test::contains;
using Given = std::vector<std::pair<std::string, Json>>;

/// Warnings of the gate.
constexpr const char* kOtherSettings = "other settings than the baseline's";
constexpr const char* kOtherModel = "another model than the baseline's";

/// How a setting is seen to work.
struct Example {
  std::string name;
  Given both;  ///< what both runs are given
  Json other;  ///< what the second one is given for the setting
};

Given with(Given given, const Given& more) {
  given.insert(given.end(), more.begin(), more.end());
  return given;
}

Given piqa(const Given& more = {}) {
  return with({{"task", {"piqa"}}, {"limit", 2.0}}, more);
}

/// A question whose second stage fits.
Given gsm8k() {
  return {{"task", {"gsm8k"}}, {"limit", 1.0}, {"stages", 2}, {"total-length", 64}, {"steps", 4}};
}

/// Short texts.
Given curse() {
  return {{"task", {"reverse_curse_d2n"}}, {"limit", 2.0}, {"total-length", 32}, {"steps", 4}};
}

/// Answers of 16 tokens, most of which end early.
Given answer(const Given& more) {
  return with({{"task", {"reverse_curse_d2n"}}, {"limit", 2.0}, {"gen-length", 16}}, more);
}

std::vector<Example> generation_examples() {
  const Given llada = {{"sampler", "llada"}, {"steps", 4}};
  const Given noisy = {{"steps", 4}, {"temperature", 3.0}};
  const Given dream = with(noisy, {{"sampler", "dream"}, {"eos", "ignore"}});
  const Given published = {
      {"sampler", "factor"}, {"factor", 0.001}, {"temperature", 3.0}, {"eos", "ignore"}};
  const Given uncertain = {{"sampler", "margin"}, {"temperature", 1.5}, {"eos", "ignore"}};
  const Given blocks = with(llada, {{"steps", 16}, {"block-length", 4}});
  return {{"gen-length", answer({{"steps", 4}}), 2},
          {"block-length", answer(with(llada, {{"block-length", 16}})), 8},
          {"threshold", answer({{"sampler", "threshold"}, {"threshold", 0.99}}), 0.05},
          {"factor", answer({{"sampler", "factor"}, {"factor", 0.1}}), 20.0},
          {"entropy-bound", answer({{"sampler", "entropy-bound"}, {"entropy-bound", 0.0}}), 20.0},
          {"remasking", answer(llada), "random"},
          {"algorithm", answer(dream), "origin"},
          {"algorithm-temperature", answer(dream), 50.0},
          {"parity", answer(published), true},
          {"top-p", answer(noisy), 0.1},
          {"top-k", answer(noisy), 1},
          {"eos", answer(with(blocks, {{"eos", "ignore"}})), "finish"},
          {"kv-cache", answer(uncertain), "dual"},
          {"kv-refresh", answer(with(uncertain, {{"kv-cache", "dual"}})), 1},
          {"logits-eos-inf", answer(llada), true},
          {"confidence-eos-eot-inf", answer(llada), true},
          {"stop", answer(noisy), {"a", "e"}}};
}

/// Two turns of a few tokens each.
Given dialogue(const Given& more = {}) {
  return with({{"task", {"mt_bench"}}, {"limit", 2.0}, {"steps", 4}}, more);
}

/// Questions for a model that reads every template.
Given own_dialogue(const fs::path& folder) {
  const auto questions = folder / "questions.jsonl";
  test::write_file(questions, R"({"question_id": 1, "category": "a", "turns": ["Hi", "Ho"]}
{"question_id": 2, "category": "a", "turns": ["Ha"]}
)");
  return {{"task", {"mt_bench"}},
          {"model", (test::golden() / "hf" / "a2d_llama").string()},
          {"data", questions.string()},
          {"total-length", 120},
          {"steps", 4},
          {"template", "plain"}};
}

/// A template of the user's, whose answers end before a text.
std::string template_file(const fs::path& folder, const std::string& stop) {
  const auto file = folder / ("until-" + stop + ".json");
  const Json chat = {{"template_version", 1},
                     {"user", "{question}"},
                     {"assistant", " {answer}"},
                     {"stop", Json::array({stop})}};
  test::write_file(file, chat.dump());
  return file.string();
}

/// Targets that are too long for a race's first look to enumerate.
Given long_race() {
  return {{"task", {"hellaswag"}}, {"limit", 3.0}, {"racing", true}, {"racing-error", 0.001}};
}

/// Two dates a document, so that either gives periods.
const char* const kDatedTexts =
    R"({"title": "News from Cedarton", "abstract": "Mayor Leo opened the museum.", "text": "A bag of bread costs 7 coins.", "day": "2023-01-05", "sent": "2023-02-01"}
{"title": "News from Mapleby", "abstract": "Mayor Gina opened the museum.", "text": "People talk about races and stables.", "day": "2023-01-07", "sent": "2023-01-03"}
{"title": "News from Oakton", "abstract": "Mayor Kate opened the hospital.", "text": "A bag of cheese costs 3 coins.", "day": "2023-02-05", "sent": "2023-02-02"}
{"title": "News from Larchton", "abstract": "Mayor Olga opened the station.", "text": "People talk about charts and moons.", "day": "2023-02-09", "sent": "2023-01-04"}
)";

Given corpus(const fs::path& data, const Given& more = {}) {
  return with({{"task", {"temporal_shift"}},
               {"model", (embedded_folder() / "micro-base-mdm").string()},
               {"data", data.string()},
               {"date-field", "day"},
               {"mc-samples", 32}},  // errors below the values, as a baseline wants them
              more);
}

/// A converted model (A2D) with random weights and the embedded tokenizer: its files say neither
/// the mask nor the shift.
void write_a2d(const fs::path& folder) {
  const auto embedded = embedded_folder() / "micro-base-mdm";
  const auto like = Json::parse(test::read_file(embedded / "config.json"));
  const auto vocabulary = like.at("padded_vocab_size").get<std::int64_t>();
  constexpr std::int64_t kWidth = 16;
  constexpr std::int64_t kInner = 32;
  fs::create_directories(folder);
  fs::copy_file(embedded / "tokenizer.model", folder / "tokenizer.model");
  const Json config = {
      {"model_type", "a2d-llama"}, {"hidden_size", kWidth},    {"intermediate_size", kInner},
      {"num_hidden_layers", 1},    {"num_attention_heads", 2}, {"vocab_size", vocabulary},
      {"rms_norm_eps", 1e-5},      {"rope_theta", 10000.0},    {"max_position_embeddings", 64}};
  test::write_file(folder / "config.json", config.dump());
  std::mt19937 random(1);
  std::normal_distribution<float> normal(0.0F, 0.4F);
  test::TensorMap tensors;
  const auto add = [&](const std::string& name, const std::vector<std::int64_t>& shape) {
    auto& tensor = tensors[name];
    tensor.shape = shape;
    std::int64_t values = 1;
    for (const auto size : shape) values *= size;
    tensor.values.resize(static_cast<std::size_t>(values));
    for (auto& value : tensor.values) value = normal(random) + (shape.size() == 1 ? 1.0F : 0.0F);
  };
  add("model.embed_tokens.weight", {vocabulary, kWidth});
  add("lm_head.weight", {vocabulary, kWidth});
  add("model.norm.weight", {kWidth});
  const std::string layer = "model.layers.0.";
  for (const char* norm : {"input_layernorm", "post_attention_layernorm"})
    add(layer + norm + ".weight", {kWidth});
  for (const char* matrix : {"q_proj", "k_proj", "v_proj", "o_proj"})
    add(layer + "self_attn." + matrix + ".weight", {kWidth, kWidth});
  for (const char* matrix : {"gate_proj", "up_proj"})
    add(layer + "mlp." + matrix + ".weight", {kInner, kWidth});
  add(layer + "mlp.down_proj.weight", {kWidth, kInner});
  test::write_safetensors(folder / "model.safetensors", tensors, test::StoredType::f32);
}

Given a2d(const fs::path& folder) {
  return piqa({{"model", folder.string()},
               {"data", "embedded"},
               {"mask-id", 0}});  // the unknown piece: no text holds it
}

std::vector<Example> likelihood_examples() {
  const Given balanced = {{"estimator", "balanced"}, {"mc-samples", 8}};
  const Given mc = {{"estimator", "mc"}, {"mc-samples", 32}};
  const Given target = {{"estimator", "balanced"}, {"target-error", 0.01}, {"mc-samples", 8}};
  const Given reuse_off = {{"estimator", "balanced"}, {"prompt-reuse", "off"}, {"mc-samples", 8}};
  return {{"backend", piqa(), "arm"},
          {"dtype", piqa(), "bf16"},
          {"rope-tables", piqa(), "f32"},
          {"preset", piqa(), "smdm"},
          {"probe", curse(), "likelihood"},
          {"estimator", piqa(balanced), "fixed-count"},
          {"mc-samples", piqa(mc), 64},
          {"mc-strata", piqa(mc), 8},
          {"orders", piqa({{"task", {"hellaswag"}}, {"orders", "4"}}), "6"},
          {"max-rows", piqa(with(target, {{"max-rows", 16}})), 8},
          {"target-error", piqa(balanced), 0.05},
          {"racing", piqa(balanced), true},
          {"racing-error", long_race(), 0.4},
          {"prompt-reuse", piqa(reuse_off), "on"},
          {"cfg", piqa(), 0.5},
          {"suffix", piqa(), "eos"},
          {"greedy", piqa(), true},
          {"seed", piqa(mc), 1},
          {"limit", piqa(), 3.0}};
}

std::vector<Example> examples(const fs::path& data, const fs::path& converted) {
  auto all = likelihood_examples();
  const auto of_generations = generation_examples();
  all.insert(all.end(), of_generations.begin(), of_generations.end());
  const auto folder = converted.parent_path();
  const std::vector<Example> others = {
      {"mask-id", a2d(converted), 2},
      {"shift", a2d(converted), "on"},
      {"bos", a2d(converted), "off"},
      {"cfg-second", gsm8k(), 1.0},
      {"sampler", curse(), "ancestral"},
      {"steps", curse(), 3},
      {"total-length", curse(), 40},
      {"temperature", curse(), 1.0},
      {"stages", gsm8k(), 1},
      {"template", own_dialogue(folder), "llama-3"},
      {"template-file", dialogue({{"template-file", template_file(folder, "zzz")}}),
       template_file(folder, "=")},
      {"packing", corpus(data), "stream"},
      {"text-fields", corpus(data), {"title"}},
      {"date-field", corpus(data), "sent"},
      {"period", corpus(data), {"year"}},
      {"reference-period", corpus(data), "2023-02"},
      {"batch-size", piqa(), 3},
      {"device", piqa(), "cpu"},
      {"threads", piqa(), 1},
      {"rendezvous-timeout", piqa(), 5},
      {"rank-timeout", piqa(), 5}};
  all.insert(all.end(), others.begin(), others.end());
  return all;
}

/// What is printed while it lives, kept from the test's own output.
class Printed {
 public:
  Printed() : out_(std::cout.rdbuf(text.rdbuf())), err_(std::cerr.rdbuf(told.rdbuf())) {}
  ~Printed() {
    std::cout.rdbuf(out_);
    std::cerr.rdbuf(err_);
  }
  Printed(const Printed&) = delete;
  Printed& operator=(const Printed&) = delete;

  std::ostringstream text;  ///< standard output
  std::ostringstream told;  ///< standard error

 private:
  std::streambuf* out_;
  std::streambuf* err_;
};

struct Stored {
  fs::path folder;
  std::string table;  ///< as it was printed
  Json results;
  std::string samples;
};

/// Runs each set of settings once.
class Runs {
 public:
  const Stored& of(const Given& given) {
    Json key = Json::object();
    Settings settings;
    for (const auto& [name, value] : given) {
      write(setting_named(name), settings, value);
      key[name] = value;
    }
    auto& run = runs_[key.dump()];
    if (!run.folder.empty()) return run;
    run.folder = folder_.path() / std::to_string(runs_.size());
    settings.output = run.folder.string();
    const Printed printed;
    run_tasks(settings);
    run.table = printed.text.str();
    run.results = Json::parse(test::read_file(test::file_in(run.folder, "results_")));
    for (const auto& [task, block] : run.results.at("smdm_eval").at("tasks").items()) {
      const auto file = test::file_in(run.folder, "samples_" + task + "_");
      run.samples += test::read_file(file);
    }
    return run;
  }

  [[nodiscard]] fs::path new_path() { return folder_.path() / ("new-" + std::to_string(++made_)); }

 private:
  test::TemporaryFolder folder_;
  std::map<std::string, Stored> runs_;
  int made_ = 0;
};

/// `settings` of every task.
Json settings_of(const Stored& run) {
  Json all = Json::object();
  for (const auto& [task, block] : run.results.at("smdm_eval").at("tasks").items())
    all[task] = block.at("settings");
  return all;
}

/// What a job of `compare` prints, its warnings included; or the error that it ends with.
std::string told_by(const CompareSettings& job) {
  const Printed printed;
  try {
    run_compare(job);
  } catch (const Error& error) {
    const bool worse = error.kind() == ErrorKind::gate;  // a verdict, which warnings stand before
    if (!worse) return std::string("refused: ") + error.what();
  }
  return printed.told.str() + printed.text.str();
}

std::string compared(const Stored& a, const Stored& b) {
  CompareSettings job;
  job.runs = {a.folder.string(), b.folder.string()};
  return told_by(job);
}

/// The verdict on `b` by a baseline of `a`, which passes that itself.
std::string gated(const Stored& a, const Stored& b, const fs::path& baseline) {
  CompareSettings make;
  make.runs = {a.folder.string()};
  make.make_baseline = baseline.string();
  CHECK_FALSE(contains(told_by(make), "refused: "));
  CompareSettings judge;
  judge.gate = baseline.string();
  judge.runs = {a.folder.string()};
  const auto own = told_by(judge);
  INFO("the gate tells of the baseline's own run: " << own);
  CHECK_FALSE(contains(own, "refused: "));
  CHECK_FALSE(contains(own, kOtherSettings));
  CHECK_FALSE(contains(own, kOtherModel));
  judge.runs = {b.folder.string()};
  return told_by(judge);
}

/// How many entries a leaderboard of these runs has.
std::size_t entries_of(const std::vector<std::string>& runs, const fs::path& folder) {
  CLI::App app;
  LeaderboardSettings settings;
  add_leaderboard(app, settings);
  std::vector<std::string> arguments = {"leaderboard", "export"};
  arguments.insert(arguments.end(), runs.begin(), runs.end());
  arguments.insert(arguments.end(), {"--output", folder.string()});
  app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  const Printed printed;
  run_leaderboard(settings);
  const auto file = Json::parse(test::read_file(folder / "leaderboard.json"));
  return file.at("benchmarks").size() + file.at("embedded").size();
}

/// Whether a comparison says what differs. A preset and a kind of model show as the settings that
/// they bring, and other seeds are no warning but stand beside the runs' names.
bool tells(const std::string& comparison, const Setting& setting) {
  if (contains(comparison, "refused: ")) return true;
  const auto name = name_of(setting);
  if (name == "seed") return contains(comparison, "seed 0") && contains(comparison, "seed 1");
  if (name == "preset" || name == "backend")
    return contains(comparison, "warning: estimator: ") || contains(comparison, "warning: cfg: ");
  return contains(comparison, recorded_name(setting) + ": ");
}

struct Pair {
  const Setting& setting;
  const Stored& a;
  const Stored& b;
};

/// The setting alone tells the runs apart, wherever runs are put side by side.
void check_noticed(const Pair& pair, Runs& runs) {
  const auto& [setting, a, b] = pair;
  if (setting.recorded_at == nullptr) {
    CHECK(settings_of(a) != settings_of(b));
    CHECK(contains(settings_of(b).dump(), "\"" + recorded_name(setting) + "\""));
  } else if (!std::string(setting.recorded_at).empty()) {
    const Json::json_pointer at(setting.recorded_at);
    CHECK(a.results.at(at) != b.results.at(at));
  } else {
    CHECK(settings_of(a) != settings_of(b));
  }
  CHECK((a.samples != b.samples || a.table != b.table));
  const auto comparison = compared(a, b);
  INFO("compare tells: " << comparison);
  CHECK(tells(comparison, setting));
  const auto verdict = gated(a, b, runs.new_path());
  INFO("the gate tells: " << verdict);
  // Other seeds are what a gate is for.
  const bool seen = contains(verdict, "refused: ") || contains(verdict, kOtherSettings) ||
                    contains(verdict, kOtherModel) || name_of(setting) == "seed";
  CHECK(seen);
  const auto of_a = entries_of({a.folder.string()}, runs.new_path());
  const auto of_b = entries_of({b.folder.string()}, runs.new_path());
  CHECK(entries_of({a.folder.string(), b.folder.string()}, runs.new_path()) == of_a + of_b);
}

/// Nothing but the speed is another.
void check_unnoticed(const Pair& pair, Runs& runs) {
  const auto& [setting, a, b] = pair;
  CHECK(settings_of(a) == settings_of(b));
  CHECK_FALSE(contains(settings_of(b).dump(), "\"" + recorded_name(setting) + "\""));
  CHECK(a.results.at("results") == b.results.at("results"));
  CHECK(a.samples == b.samples);
  CHECK(a.table == b.table);
  CHECK_FALSE(contains(compared(a, b), recorded_name(setting) + ": "));
  CHECK_FALSE(contains(gated(a, b, runs.new_path()), kOtherSettings));
  CHECK(entries_of({a.folder.string(), b.folder.string()}, runs.new_path()) ==
        entries_of({a.folder.string()}, runs.new_path()));
}

/// The device of a run that says none is a GPU where there is one, and equal only to rounding.
bool can_be_seen(const Setting& setting) {
  return setting.member != setting_named("device").member ||
         packing_limits("auto", std::nullopt).rows_per_forward ==
             packing_limits("cpu", std::nullopt).rows_per_forward;
}

std::string help_text() {
  CLI::App app;
  Settings settings;
  add_options(app, settings);
  return app.help();
}

}  // namespace

TEST_CASE("every setting shows where it should, and only there") {
  keep_matmul_reproducible();
  const test::TemporaryFolder folder;
  test::write_file(folder.path() / "dated.jsonl", kDatedTexts);
  write_a2d(folder.path() / "a2d");
  const auto all = examples(folder.path() / "dated.jsonl", folder.path() / "a2d");
  const auto help = help_text();
  Runs runs;
  for (const auto& setting : all_settings()) {
    const auto name = name_of(setting);
    INFO("--" << name);
    CHECK(contains(help, "--" + name));
    const auto example = std::ranges::find(all, name, &Example::name);
    CHECK((setting.effect == Effect::job) == (example == all.end()));
    if (example == all.end() || !can_be_seen(setting)) continue;
    const Pair pair{.setting = setting,
                    .a = runs.of(example->both),
                    .b = runs.of(with(example->both, {{name, example->other}}))};
    if (setting.effect == Effect::number) {
      check_noticed(pair, runs);
    } else if (setting.effect == Effect::speed) {
      check_unnoticed(pair, runs);
    }
  }
}

TEST_CASE("a setting has one row, and one that changes numbers says for which work") {
  std::vector<std::string> names;
  for (const auto& setting : all_settings()) {
    INFO(name_of(setting));
    CHECK(std::ranges::find(names, name_of(setting)) == names.end());
    names.push_back(name_of(setting));
    const bool used = !setting.use.diffusion.empty() || !setting.use.autoregressive.empty();
    CHECK((setting.effect == Effect::number) == used);
    CHECK((setting.recorded_at == nullptr || setting.effect == Effect::number));
    // Files name values by their type, and flags and lists are no defaults.
    if (setting.checkpoint_default) CHECK_FALSE(read(setting, {}).is_boolean());
  }
}

TEST_CASE("docs/cli.md names every option, and its tables no other") {
  const auto page = test::read_file(fs::path(SMDM_SOURCE_DIR) / "docs" / "cli.md");
  for (const auto& setting : all_settings()) {
    INFO("--" << name_of(setting));
    CHECK(contains(page, "--" + name_of(setting)));
  }
  const auto help = help_text();
  std::size_t options = 0;
  for (const auto& line : test::lines_of(page)) {
    if (!line.starts_with("| `--")) continue;
    const auto name = line.substr(3, line.find_first_of("` ", 3) - 3);
    INFO(name);
    CHECK(contains(help, name));
    ++options;
  }
  CHECK(options > 20);
}

}  // namespace smdm
