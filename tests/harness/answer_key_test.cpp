// Keys tell apart whatever changes an answer, and nothing else.
#include "harness/journal/answer_key.hpp"

#include <cstdlib>
#include <filesystem>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "harness/run/ready.hpp"
#include "harness/settings/decide.hpp"
#include "tasks/ask/catalog.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/command.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;

Settings embedded(const std::string& model) {
  const auto root = fs::path(SMDM_SOURCE_DIR) / "embedded";
  Settings settings;
  settings.model = (root / model).string();
  settings.data = (root / "data").string();
  return settings;
}

Json work_of(const std::string& task, const Settings& settings) {
  const auto session = open_session(model_settings(settings));
  std::vector<std::string> notes;
  const auto found = find_tasks(std::vector<std::string>{task}).front();
  return work_identity(decided_for(found, settings, session, notes), session);
}

/// Whether a change of settings changes the key of a task's answers.
bool matters(const std::string& task,
             const std::string& model,
             const std::function<void(Settings&)>& change) {
  auto settings = embedded(model);
  const auto before = work_of(task, settings);
  change(settings);
  return work_of(task, settings) != before;
}

Item question() {
  return {.name = "a",
          .document = {},
          .asked = Request{},
          .ids = {.requests = {{.context = {1, 2}, .continuation = {3}},
                               {.context = {1, 2}, .continuation = {4}}},
                  .prompt = {},
                  .verdicts = {{.metric = "acc", .divisors = {1.0, 1.0}}}}};
}

/// The digest that the build would have for a tree.
std::string build_digest_of(const fs::path& tree, const std::string& settings = "g++") {
  const auto out = tree / "out.cpp";
  const auto result = test::run_command(
      "cmake", {"-DROOT=" + tree.string(), "-DOUT=" + out.string(), "-DSETTINGS=" + settings, "-P",
                std::string(SMDM_SOURCE_DIR) + "/cmake/build_digest.cmake"});
  REQUIRE(result.code == 0);
  return test::read_file(out);
}

}  // namespace

TEST_CASE("settings that change numbers change keys, others do not") {
  const std::string mdm = "micro-base-mdm";
  CHECK(matters("piqa", mdm, [](Settings& s) { s.seed = 1; }));
  CHECK(matters("piqa", mdm, [](Settings& s) { s.cfg = 0.5; }));
  CHECK(matters("piqa", mdm, [](Settings& s) { s.greedy = true; }));
  CHECK(matters("piqa", mdm, [](Settings& s) { s.racing = true; }));
  CHECK(matters("piqa", mdm, [](Settings& s) { s.estimator = "mc"; }));
  CHECK(matters("piqa", mdm, [](Settings& s) { s.estimator = "chain-rule"; }));
  CHECK(matters("piqa", mdm, [](Settings& s) { s.estimator = "duel"; }));
  CHECK(matters("piqa", mdm, [](Settings& s) { s.target_error = 0.1; }));
  CHECK_FALSE(matters("piqa", mdm, [](Settings& s) { s.batch_size = 3; }));
  CHECK_FALSE(matters("piqa", mdm, [](Settings& s) { s.threads = 1; }));
  CHECK_FALSE(matters("piqa", mdm, [](Settings& s) { s.limit = 3.0; }));
  CHECK_FALSE(matters("piqa", mdm, [](Settings& s) { s.steps = 7; }));  // of generations
  const std::string gsm8k = "micro-gsm8k-mdm";
  CHECK(matters("gsm8k", gsm8k, [](Settings& s) { s.steps = 7; }));
  CHECK(matters("gsm8k", gsm8k, [](Settings& s) { s.stages = 2; }));
  CHECK(matters("gsm8k", gsm8k, [](Settings& s) { s.temperature = 0.5; }));
  CHECK(matters("gsm8k", gsm8k, [](Settings& s) { s.sampler = "margin"; }));
  CHECK(matters("gsm8k", gsm8k, [](Settings& s) { s.trace = "t"; }));
  CHECK(matters("gsm8k", gsm8k, [](Settings& s) { s.kv_cache = "prefix"; }));
  CHECK_FALSE(matters("gsm8k", gsm8k, [](Settings& s) { s.kv_cache = "none"; }));
  CHECK_FALSE(matters("piqa", mdm, [](Settings& s) { s.kv_cache = "dual"; }));
  CHECK_FALSE(matters("gsm8k", "micro-gsm8k-arm", [](Settings& s) { s.kv_cache = "dual"; }));
  CHECK_FALSE(matters("gsm8k", gsm8k, [](Settings& s) { s.mc_samples = 64; }));
  CHECK(matters("mt_bench", gsm8k, [](Settings& s) { s.chat_template = "chatml"; }));
  CHECK_FALSE(
      matters("mt_bench", gsm8k, [](Settings& s) { s.chat_template = "plain"; }));  // its own
}

TEST_CASE("keys depend on what is asked of the model, not on where it stands") {
  const WorkKey key("m", "p", "w", "s");
  const auto same = question();
  auto named = same;
  named.name = "other";
  named.document = {{"a", 1}};
  named.cluster = "c";
  CHECK(key.of(named) == key.of(same));
  std::set<std::string> keys = {key.of(same)};
  const auto differs = [&](const Item& item) { return keys.insert(key.of(item)).second; };
  auto item = same;
  item.ids.requests[1].continuation = {5};
  CHECK(differs(item));
  item = same;
  item.ids.requests[0].suffix = {5};
  CHECK(differs(item));
  item = same;
  item.ids.requests[0] = {.context = {1}, .continuation = {2, 3}};  // the same ids in their order
  CHECK(differs(item));
  item = same;
  item.ids.requests.pop_back();
  CHECK(differs(item));
  item = same;
  item.ids.verdicts[0].divisors[1] = 2.0;
  CHECK(differs(item));
  item = same;
  item.sample = 1;
  CHECK(differs(item));
  item = same;
  item.ids.canvas = true;
  CHECK(differs(item));
  item = same;
  item.ids.prompt = {0};
  CHECK(differs(item));
  item = same;
  item.ids.length = 9;
  CHECK(differs(item));
  item = same;
  item.ids.later_turns = {"ab"};
  CHECK(differs(item));
  item.ids.later_turns = {"a", "b"};
  CHECK(differs(item));
  for (const auto& other : {WorkKey("n", "p", "w", "s"), WorkKey("m", "q", "w", "s"),
                            WorkKey("m", "p", "v", "s"), WorkKey("m", "p", "w", "t")})
    CHECK(keys.insert(other.of(same)).second);
}

TEST_CASE("a model is its files, wherever they lie") {
  const Json identity = {{"kind", "mdm"},           {"weights", "model.safetensors"},
                         {"weights_sha256", "a"},   {"tokenizer", "/x/tokenizer.model"},
                         {"tokenizer_sha256", "b"}, {"dtype", "f32"}};
  auto elsewhere = identity;
  elsewhere["tokenizer"] = "/y/tokenizer.model";
  CHECK(model_identity(elsewhere) == model_identity(identity));
  for (const char* part : {"weights_sha256", "tokenizer_sha256", "dtype", "kind"}) {
    auto other = identity;
    other[part] = "z";
    CHECK(model_identity(other) != model_identity(identity));
  }
}

TEST_CASE("a machine is its processor and what libraries choose kernels by") {
  const auto session = open_session(model_settings(embedded("micro-base-mdm")));
  const auto before = machine_of(session);
  CHECK_FALSE(before.at("level").get<std::string>().empty());
  ::setenv("MKL_DEBUG_CPU_TYPE", "5", 1);
  const auto after = machine_of(session);
  ::unsetenv("MKL_DEBUG_CPU_TYPE");
  CHECK(after != before);
  CHECK(machine_of(session) == before);
}

TEST_CASE("a build is its sources that numbers depend on, committed or not") {
  const test::TemporaryFolder folder;
  const auto& tree = folder.path();
  for (const char* file : {"base/a.cpp", "models/b.hpp", "evaluators/x/c.cpp", "harness/run/d.cpp",
                           "harness/jobs/e.cpp", "docs/f.md", "tasks/g.cpp"}) {
    fs::create_directories((tree / file).parent_path());
    test::write_file(tree / file, "1");
  }
  const auto before = build_digest_of(tree);
  const auto changes = [&](const char* file) {
    test::write_file(tree / file, "2");
    const bool changed = build_digest_of(tree) != before;
    test::write_file(tree / file, "1");
    return changed;
  };
  for (const char* file : {"base/a.cpp", "models/b.hpp", "evaluators/x/c.cpp", "harness/run/d.cpp"})
    CHECK(changes(file));
  for (const char* file : {"harness/jobs/e.cpp", "docs/f.md"}) CHECK_FALSE(changes(file));
  CHECK(changes("tasks/g.cpp"));  // of which results are made, but no answers
  CHECK(build_digest_of(tree, "clang++") != before);
  fs::rename(tree / "base/a.cpp", tree / "base/z.cpp");
  CHECK(build_digest_of(tree) != before);
}

}  // namespace smdm
