// --trace: what it says is what was written, and asking for it changes nothing.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/json.hpp"
#include "tests/harness/task_runs.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/command.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

using test::contains;
using Arguments = std::vector<std::string>;

std::vector<Json> lines_in(const std::filesystem::path& file) {
  return test::json_lines(test::read_file(file));
}

/// A folder with two prompts of a golden model.
class Prompts {
 public:
  Prompts() {
    test::write_file(file("in"),
                     "{\"id\": \"a\", \"prompt_ids\": [1, 2, 3]}\n{\"id\": 7, \"prompt_ids\": "
                     "[1, 5]}\n");
  }

  [[nodiscard]] std::filesystem::path file(const std::string& name) const {
    return folder_.path() / (name + ".jsonl");
  }

  [[nodiscard]] test::CommandResult run(const Arguments& more,
                                        const std::string& model = "mdm-tiny") const {
    Arguments arguments = {"--prompts",     file("in").string(),
                           "--model",       (test::golden() / (model + ".safetensors")).string(),
                           "--temperature", "1"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return test::smdm_eval(arguments);
  }

 private:
  test::TemporaryFolder folder_;
};

}  // namespace

TEST_CASE("the steps of a trace put together are the answers") {
  for (const std::string sampler : {"confidence", "ancestral", "llada", "threshold", "dream"}) {
    const Prompts prompts;
    Arguments asked = {"--sampler", sampler, "--gen-length", "12"};
    if (sampler != "threshold") asked.insert(asked.end(), {"--steps", "6"});
    const auto plain = prompts.run(asked);
    asked.insert(asked.end(), {"--samples", "2", "--trace", prompts.file("trace").string()});
    const auto traced = prompts.run(asked);
    INFO(sampler << ": " << plain.err << traced.err);
    REQUIRE(plain.code == 0);
    REQUIRE(traced.code == 0);
    std::map<std::pair<Json, Json>, Json> answers;
    for (const auto& answer : test::json_lines(traced.out))
      answers[{answer.at("id"), answer.at("sample")}] = answer;
    CHECK(answers.size() == 4);
    std::map<std::pair<Json, Json>, std::set<std::int64_t>> revealed;
    std::map<std::pair<Json, Json>, std::int64_t> forwards;
    for (const auto& line : lines_in(prompts.file("trace"))) {
      const std::pair key{line.at("id"), line.at("sample")};
      CHECK(line.at("forward") == forwards[key]++);
      CHECK(line.at("pass") == 0);
      CHECK(line.at("seed") == 0);
      CHECK(line.at("step").get<std::int64_t>() >= line.at("forward").get<std::int64_t>());
      CHECK_FALSE(line.at("revealed").empty());
      for (const auto& one : line.at("revealed")) {
        const auto position = one.at("position").get<std::int64_t>();
        CHECK(revealed[key].insert(position).second);
        CHECK(answers.at(key).at("output_ids").at(static_cast<std::size_t>(position)) ==
              one.at("token"));
        CHECK(one.at("confidence").get<double>() > 0.0);
        CHECK(one.at("confidence").get<double>() <= 1.0);
      }
    }
    for (const auto& [key, answer] : answers) {
      CHECK(revealed.at(key).size() == 12);
      CHECK(forwards.at(key) == answer.at("forwards"));
    }
    // The first answers are those of a run without a trace.
    for (const auto& answer : test::json_lines(plain.out)) {
      CHECK(answers.at({answer.at("id"), 0}).at("output_ids") == answer.at("output_ids"));
    }
  }
}

TEST_CASE("a trace does not depend on what shares a forward") {
  const Prompts prompts;
  const auto trace = [&](const std::string& batch) {
    const auto file = prompts.file("trace-" + batch);
    const auto result = prompts.run(
        {"--gen-length", "8", "--steps", "4", "--batch-size", batch, "--trace", file.string()});
    CHECK(result.code == 0);
    return test::read_file(file);
  };
  const auto alone = trace("1");
  CHECK(!alone.empty());
  CHECK(trace("16") == alone);
}

TEST_CASE("both stages of a task are traced, and its results stay as they are") {
  const test::TemporaryFolder folder;
  const auto run = [&](const std::string& output, const Arguments& more) {
    Arguments arguments = {"--task",  "gsm8k,piqa", "--stages", "2",
                           "--limit", "2",          "--output", (folder.path() / output).string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const auto result = test::smdm_eval(arguments);
    INFO(result.err);
    CHECK(result.code == 0);
    return result.out;
  };
  const auto file = folder.path() / "trace.jsonl";
  const auto plain = run("plain", {});
  CHECK(run("traced", {"--trace", file.string()}) == plain);
  std::set<std::string> passes;
  for (const auto& line : lines_in(file)) {
    CHECK(line.at("task") == "gsm8k");
    CHECK(line.at("revealed").front().contains("piece"));
    passes.insert(line.at("doc_id").dump() + "/" + line.at("pass").dump());
  }
  CHECK(passes == std::set<std::string>{"0/0", "0/1", "1/0", "1/1"});
}

TEST_CASE("a trace is refused where nothing has steps, and where it would overwrite a file") {
  const Prompts prompts;
  const auto file = prompts.file("trace").string();
  const auto refused = [](const test::CommandResult& result, int code, const std::string& words) {
    INFO(result.err);
    CHECK(result.code == code);
    CHECK(contains(result.err, words));
  };
  refused(prompts.run({"--trace", file}, "arm-tiny"), 2,
          "--trace: wanted a masked diffusion model, got an autoregressive one");
  refused(prompts.run({"--trace", "-"}), 2, "--trace: wanted a file, got -");
  refused(prompts.run({"--trace", file, "--output", file}), 2,
          "--trace: wanted another file than --output");
  refused(prompts.run({"--gen-length", "4", "--trace", prompts.file("in").string()}), 6,
          "in.jsonl");
  refused(test::smdm_eval({"--task", "piqa", "--limit", "1", "--trace", file}), 2,
          "--trace: wanted a task that generates with a masked diffusion model, got none");
  refused(test::smdm_eval({"--requests", file, "--trace", file}), 2,
          "--trace: wanted --task or --prompts, got --requests");
  CHECK_FALSE(std::filesystem::exists(file));
}

}  // namespace smdm
