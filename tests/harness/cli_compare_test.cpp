// `smdm-eval compare` as a user starts it: comparisons, baselines, the gate, and bad input.
#include <filesystem>

#include "base/json.hpp"
#include "tests/harness/stored_runs.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/command.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;
using test::check_refused;
using test::contains;
using test::copy_of;
using test::edit;
using test::evaluated;
using test::file_in;

using Arguments = std::vector<std::string>;

constexpr int kUsage = 2;
constexpr int kResults = 6;
constexpr int kGate = 8;

/// A run of the embedded autoregressive model on two tasks: nothing in it is drawn at random.
fs::path exact_run(const fs::path& folder) {
  return evaluated({"--task", "piqa,boolq", "--backend", "arm", "--limit", "40"}, folder);
}

/// The same of a Monte Carlo estimate.
fs::path drawn_run(const fs::path& folder, const std::string& seed) {
  return evaluated({"--task", "piqa,boolq", "--estimator", "mc", "--mc-samples", "16", "--seed",
                    seed, "--limit", "40"},
                   folder);
}

/// The regression: a checkpoint that was trained for something else.
fs::path wrong_checkpoint(const fs::path& folder) {
  const auto model = fs::path(SMDM_SOURCE_DIR) / "embedded" / "micro-gsm8k-arm";
  return evaluated(
      {"--task", "piqa,boolq", "--model", model.string(), "--data", "embedded", "--limit", "40"},
      folder);
}

test::CommandResult compare(Arguments arguments) {
  arguments.insert(arguments.begin(), "compare");
  return test::smdm_eval(arguments);
}

fs::path baseline_of(const std::vector<fs::path>& runs, const fs::path& file) {
  Arguments arguments = {"--make-baseline", file.string()};
  for (const auto& run : runs) arguments.push_back(run.string());
  const auto result = compare(arguments);
  INFO(result.err);
  REQUIRE(result.code == 0);
  return file;
}

}  // namespace

TEST_CASE("masked diffusion against autoregressive, in parts") {
  const test::TemporaryFolder folder;
  const auto run = [&](const std::string& kind) {
    return evaluated({"--task", "piqa,lambada_standard,gsm8k", "--backend", kind, "--limit", "10"},
                     folder.path() / kind)
        .string();
  };
  const auto mdm = run("mdm");
  const auto arm = run("arm");
  const auto changed = (folder.path() / "changed.jsonl").string();
  const auto result = compare({mdm, arm, "--changed", changed});
  INFO(result.err);
  REQUIRE(result.code == 0);
  for (const char* part : {"micro_gsm8k", "micro_lambada_standard", "micro_piqa", "perplexity ↓",
                           "micro-base-mdm", "micro-gsm8k-arm"})
    CHECK(contains(result.out, part));
  CHECK(contains(result.err, "warning: likelihoods: "));
  CHECK(contains(result.err, "against exact values"));
  for (const auto& line : test::lines_of(test::read_file(changed)))
    CHECK(Json::parse(line).at("a") != Json::parse(line).at("b"));
  check_refused({"compare", mdm, arm, "--changed", changed}, kResults, "exists");
  const auto json = compare({mdm, arm, "--json"});
  REQUIRE(json.code == 0);
  const auto parsed = Json::parse(json.out);
  CHECK(parsed.at("tasks").size() == 3);
  CHECK(parsed.at("tasks").at(1).at("metrics").at(0).at("test") == "permutation");
  CHECK(compare({mdm, arm, "--json"}).out == json.out);
}

TEST_CASE("runs over other documents are not compared") {
  const test::TemporaryFolder folder;
  const auto some = evaluated({"--task", "piqa", "--limit", "5"}, folder.path() / "some");
  const auto more = evaluated({"--task", "piqa", "--limit", "6"}, folder.path() / "more");
  check_refused({"compare", some.string(), more.string()}, kResults,
                "micro_piqa: wanted the same documents in both runs, got 5 and 6, 5 of them");
  check_refused({"compare", some.string(), some.string()}, kResults, "the same one twice");
}

TEST_CASE("the gate passes an equal run and names what a planted regression breaks") {
  const test::TemporaryFolder folder;
  const auto first = exact_run(folder.path() / "first");
  const auto baseline = baseline_of({first}, folder.path() / "baseline.json").string();
  const auto again = exact_run(folder.path() / "again");
  const auto junit = (folder.path() / "junit.xml").string();
  const auto good = compare({"--gate", baseline, again.string(), "--junit", junit});
  INFO(good.err);
  CHECK(good.code == 0);
  CHECK(contains(good.out, "equal"));
  CHECK(contains(test::read_file(junit), "failures=\"0\""));
  const auto wrong = wrong_checkpoint(folder.path() / "wrong");
  const auto bad = compare({"--gate", baseline, wrong.string(), "--junit", junit});
  CHECK(bad.code == kGate);
  CHECK(contains(bad.out, "FAIL micro_boolq acc,none: "));
  CHECK(contains(test::lines_of(bad.err).back(),
                 "smdm-eval: error: the gate failed: micro_boolq acc,none"));
  CHECK(contains(test::read_file(junit), "<failure type=\"repeatability\""));
  test::check_report("junit", junit);
  const auto json = compare({"--gate", baseline, wrong.string(), "--json"});
  CHECK(json.code == kGate);
  CHECK(Json::parse(json.out).at("passed") == false);
  // A verdict that was lost is not one: the gate's own exit code is kept where it failed.
  const auto into_full = [&](const std::string& line) {
    return test::run_command(
        "/bin/sh", {"-c", "\"$1\" " + line + " >/dev/full", "sh", SMDM_BINARY_DIR "/bin/smdm-eval",
                    first.string(), again.string(), wrong.string(), baseline});
  };
  for (const auto& [line, code] :
       {std::pair("compare \"$2\" \"$3\"", 1), std::pair("compare --json \"$2\" \"$3\"", 1),
        std::pair("compare --gate \"$5\" \"$3\"", 1),
        std::pair("compare --gate \"$5\" \"$4\"", kGate),
        std::pair("leaderboard list \"$2\"", 1)}) {
    const auto lost = into_full(line);
    INFO(line << "\n" << lost.err);
    CHECK(lost.code == code);
    const auto lines = test::lines_of(lost.err);
    CHECK(contains(lines.back(),
                   code == kGate ? "the gate failed" : "standard output cannot be written"));
  }
}

TEST_CASE("another seed passes a gate over repeats, and its own seed must be equal") {
  const test::TemporaryFolder folder;
  std::vector<fs::path> repeats;
  for (const char* seed : {"0", "1", "2"})
    repeats.push_back(drawn_run(folder.path() / (std::string("seed-") + seed), seed));
  const auto baseline = baseline_of(repeats, folder.path() / "baseline.json").string();
  const auto other = compare({"--gate", baseline, drawn_run(folder.path() / "new", "7").string()});
  CHECK(other.code == 0);
  CHECK(contains(other.out, "repeatability"));
  const auto same = compare({"--gate", baseline, repeats[1].string()});
  CHECK(same.code == 0);
  CHECK(contains(same.out, "equal"));
  const auto wrong = wrong_checkpoint(folder.path() / "wrong");
  CHECK(compare({"--gate", baseline, wrong.string()}).code == kGate);
}

TEST_CASE("baselines are not overwritten unless asked") {
  const test::TemporaryFolder folder;
  const auto run = evaluated({"--task", "piqa", "--limit", "3"}, folder.path() / "run").string();
  const auto file = folder.path() / "baseline.json";
  test::write_file(file, "mine");
  check_refused({"compare", "--make-baseline", file.string(), run}, kResults, "exists");
  CHECK(test::read_file(file) == "mine");
  CHECK(compare({"--make-baseline", file.string(), run, "--replace"}).code == 0);
  CHECK(contains(test::read_file(file), "smdm_eval_baseline"));
  check_refused({"compare", "--make-baseline", (folder.path() / "b.json").string(), run, run},
                kResults, "the same one twice");
  CHECK_FALSE(fs::exists(folder.path() / "b.json"));
}

TEST_CASE("bad input ends with a clear error and leaves nothing half-written") {
  const test::TemporaryFolder folder;
  const auto run = evaluated({"--task", "piqa", "--limit", "4"}, folder.path() / "run");
  const auto other = evaluated({"--task", "boolq", "--limit", "4"}, folder.path() / "other");
  const auto damaged = copy_of(run, folder.path() / "damaged");
  const auto baseline = baseline_of({run}, folder.path() / "baseline.json");
  const auto junit = folder.path() / "junit.xml";
  const auto refused = [&](const std::string& text) {
    check_refused({"compare", run.string(), damaged.string()}, kResults, text);
    check_refused(
        {"compare", "--gate", baseline.string(), damaged.string(), "--junit", junit.string()},
        kResults, text);
    CHECK(contains(test::read_file(junit), "<error type=\"results\" message=\""));
    CHECK(contains(test::read_file(junit), "failures=\"0\" errors=\"1\""));
    test::check_report("junit", junit);
  };
  SECTION("a truncated results file") {
    fs::resize_file(file_in(damaged, "results_"), 500);
    refused("not JSON, or truncated");
  }
  SECTION("a truncated samples file") {
    const auto samples = file_in(damaged, "samples_");
    fs::resize_file(samples, fs::file_size(samples) - 10);
    refused(":4: not a sample of ours");
  }
  SECTION("a verdict changed by hand") {
    const auto samples = file_in(damaged, "samples_");
    const bool right = contains(test::read_file(samples), "\"acc,none\":1.0");
    edit(samples, right ? "\"acc,none\":1.0" : "\"acc,none\":0.0",
         right ? "\"acc,none\":0.0" : "\"acc,none\":1.0");
    refused("a file was changed since it was written");
  }
  SECTION("no samples") {
    fs::remove(file_in(damaged, "samples_"));
    refused("the samples of micro_piqa: wanted to read");
  }
  SECTION("answers changed by hand") {
    const auto samples = file_in(damaged, "samples_");
    edit(samples, "\"filtered_resps\":[[\"-", "\"filtered_resps\":[[\"-1");
    refused("wanted the file whose digest the results file has");
  }
  SECTION("a field of another type") {
    edit(file_in(damaged, "results_"), "\"bit_reproducible\": true",
         "\"bit_reproducible\": \"yes\"");
    refused("bit_reproducible: wanted true or false");
  }
  SECTION("a schema of the future") {
    edit(file_in(damaged, "results_"), "\"schema\": 1", "\"schema\": 1000");
    refused("got 1000: written by a newer version");
  }
  SECTION("a baseline of other tasks") {
    check_refused({"compare", "--gate", baseline.string(), other.string()}, kResults,
                  "wanted a run of the baseline's tasks (micro_piqa), got micro_boolq");
  }
  SECTION("no baseline") {
    check_refused({"compare", "--gate", file_in(run, "results_").string(), run.string()}, kResults,
                  "wanted a baseline");
    check_refused({"compare", "--gate", (folder.path() / "absent").string(), run.string()},
                  kResults, "wanted to read");
  }
  SECTION("options that contradict each other") {
    const auto a = run.string();
    check_refused({"compare", a}, kUsage, "wanted two runs, got 1");
    check_refused({"compare", a, a, a}, kUsage, "wanted two runs, got 3");
    check_refused({"compare"}, kUsage, "RUN is required");
    check_refused({"compare", "--gate", baseline.string(), a, a}, kUsage, "wanted one run");
    check_refused({"compare", a, other.string(), "--junit", "x"}, kUsage,
                  "--junit requires --gate");
    check_refused({"compare", a, other.string(), "--jsn"}, kUsage, "unknown option");
    check_refused({"compare", "--make-baseline", (folder.path() / "b").string(), a, "--json"},
                  kUsage, "--json");
    check_refused({"compare", a, other.string(), "--changed", "-"}, kUsage, "wanted a file");
  }
}

TEST_CASE("a run that an older revision stored is read, compared, gated and exported") {
  const test::TemporaryFolder folder;
  const fs::path older = SMDM_SOURCE_DIR "/tests/golden/older_run";
  const auto today =
      evaluated({"--task", "piqa,lambada_standard", "--estimator", "exact", "--limit", "3"},
                folder.path() / "today");
  const auto result = compare({older.string(), today.string(), "--json"});
  INFO(result.err);
  REQUIRE(result.code == 0);
  const auto tasks = Json::parse(result.out).at("tasks");
  REQUIRE(tasks.size() == 2);
  for (const auto& task : tasks) {
    for (const auto& metric : task.at("metrics")) {
      CHECK(metric.at("filter") == "none");  // the older run has nothing else
      CHECK(metric.at("difference").get<double>() == Approx(0.0).margin(1e-5));
    }
  }
  // Against exact likelihoods today's run has the any-order likelihood, and the older one has not.
  const auto exact =
      evaluated({"--task", "piqa,lambada_standard", "--backend", "arm", "--limit", "3"},
                folder.path() / "exact");
  CHECK(contains(compare({today.string(), exact.string()}).out, "acc,any_order"));
  const auto plain = compare({older.string(), exact.string()});
  CHECK(plain.code == 0);
  CHECK_FALSE(contains(plain.out, "any_order"));
  const auto baseline = baseline_of({older}, folder.path() / "baseline.json");
  const auto gate = compare({today.string(), "--gate", baseline.string()});
  INFO(gate.err << gate.out);
  CHECK(gate.code == 0);
  const auto board = folder.path() / "board";
  const auto exported = test::smdm_eval(
      {"leaderboard", "export", older.string(), today.string(), "--output", board.string()});
  INFO(exported.err);
  CHECK(exported.code == 0);
}

}  // namespace smdm
