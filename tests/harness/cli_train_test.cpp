// `smdm-eval train` as a user runs it.
#include <chrono>
#include <csignal>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <sys/wait.h>
#include <unistd.h>

#include "base/json.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/command.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;
using test::contains;
using test::read_file;
using test::smdm_eval;
using test::write_file;

using Arguments = std::vector<std::string>;

class Training {
 public:
  Training() {
    std::string rows;
    for (int i = 0; i < 40; ++i)
      rows += "{\"prompt_ids\": [" + std::to_string(i % 10) + "], \"answer_ids\": [" +
              std::to_string(i % 10 + 1) + ", " + std::to_string(i % 10 + 2) + "]}\n";
    write_file(corpus(), rows);
  }

  [[nodiscard]] fs::path path(const std::string& name) const { return folder_.path() / name; }
  [[nodiscard]] fs::path corpus() const { return path("corpus.jsonl"); }

  [[nodiscard]] Arguments arguments(const std::string& output, const Arguments& more = {}) const {
    Arguments all = {"train",
                     "--corpus",
                     corpus().string(),
                     "--output",
                     path(output).string(),
                     "--layers",
                     "1",
                     "--width",
                     "16",
                     "--heads",
                     "2",
                     "--context",
                     "8",
                     "--vocabulary",
                     "16",
                     "--threads",
                     "1",
                     "--batch-rows",
                     "8"};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }

 private:
  test::TemporaryFolder folder_;
};

/// Starts the program and kills it with SIGKILL as soon as a file exists.
void run_and_kill(const Arguments& arguments, const fs::path& file) {
  const auto program = std::string(SMDM_BINARY_DIR) + "/bin/smdm-eval";
  std::vector<char*> argv = {const_cast<char*>(program.c_str())};
  for (const auto& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const auto child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    execv(program.c_str(), argv.data());
    _exit(127);
  }
  int status = 0;
  pid_t ended = 0;
  while (!fs::exists(file) && (ended = waitpid(child, &status, WNOHANG)) == 0)
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  REQUIRE(ended == 0);  // it was still at work
  kill(child, SIGKILL);
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE((WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL));
}

TEST_CASE("train, then evaluate what was trained", "[train]") {
  const Training training;
  for (const std::string kind : {"mdm", "arm"}) {
    const auto result = smdm_eval(
        training.arguments(kind, {"--backend", kind, "--steps", "60", "--optimizer", "muon", "--lr",
                                  "0.01", "--mask-schedule", "exact", "--plot", "--validation",
                                  training.corpus().string(), "--save-dtype", "bf16"}));
    INFO(result.err);
    REQUIRE(result.code == 0);
    CHECK(result.out.empty());
    for (const auto* file : {"config.json", "model.safetensors", "training.json", "log.jsonl",
                             "loss.svg", "training_state.safetensors"})
      CHECK(fs::exists(training.path(kind) / file));
    const auto summary = Json::parse(read_file(training.path(kind) / "training.json"));
    CHECK(summary.at("step") == 60);
    CHECK(summary.at("validation_loss").get<double>() < 1.0);

    write_file(training.path("requests.jsonl"),
               "{\"id\": 0, \"context_ids\": [3], \"continuation_ids\": [4, 5]}\n"
               "{\"id\": 1, \"context_ids\": [3], \"continuation_ids\": [9, 9]}\n");
    const auto scored = smdm_eval({"--requests", training.path("requests.jsonl").string(),
                                   "--model", training.path(kind).string(), "--mc-samples", "32"});
    INFO(scored.err);
    REQUIRE(scored.code == 0);
    const auto lines = test::lines_of(scored.out);
    REQUIRE(lines.size() == 2);
    CHECK(Json::parse(lines[0]).at("nats").get<double>() >
          Json::parse(lines[1]).at("nats").get<double>() + 1.0);
  }
}

TEST_CASE("killed and resumed, the same bits", "[train]") {
  const Training training;
  const Arguments length = {"--steps", "400", "--checkpoint-interval", "20", "--resume"};
  const auto whole = smdm_eval(training.arguments("whole", length));
  REQUIRE(whole.code == 0);
  const auto arguments = training.arguments("killed", length);
  run_and_kill(arguments, training.path("killed") / "log.jsonl");
  run_and_kill(arguments, training.path("killed") / "training_state.safetensors");
  const auto rest = smdm_eval(arguments);
  INFO(rest.err);
  REQUIRE(rest.code == 0);
  for (const auto* file : {"training_state.safetensors", "model.safetensors"})
    CHECK(read_file(training.path("whole") / file) == read_file(training.path("killed") / file));
}

TEST_CASE("what cannot be trained is told in one line", "[train]") {
  const Training training;
  const auto fails = [&](const Arguments& more, int code, const std::string& text) {
    const auto result = smdm_eval(training.arguments("bad", more));
    CHECK(result.code == code);
    CHECK(contains(result.err, text));
    CHECK_FALSE(fs::exists(training.path("bad") / "model.safetensors"));
  };
  fails({}, 2, "wanted one of --steps, --tokens and --flops");
  fails({"--steps", "1", "--tokens", "5"}, 2, "wanted one of --steps, --tokens and --flops");
  fails({"--steps", "1", "--model-size", "6"}, 2, "do not go with --model-size");
  fails({"--steps", "1", "--warmup", "5"}, 2, "unknown option \"--warmup\"");
  fails({"--steps", "1", "--seed", "5000000000"}, 2, "--seed: ");
  fails({"--tokens", "nan"}, 2, "--tokens: wanted a number, got nan");
  fails({"--flops", "inf"}, 2, "--flops: wanted a number, got inf");
  fails({"--steps", "1", "--lr", "nan"}, 2, "--learning-rate: wanted a number, got nan");
  fails({"--steps", "1", "--lr", "-1"}, 2, "--learning-rate: wanted a number from 0");
  fails({"--steps", "1", "--beta-2", "1"}, 2, "--beta-2: wanted a number from 0 to below 1");
  fails({"--steps", "1", "--clip", "-1"}, 2, "--clip: wanted a number from 0");
  fails({"--steps", "1", "--warm-up", "-5"}, 2, "--warm-up: wanted at least 0, got -5");
  fails({"--steps", "1", "--key-heads", "-1"}, 2, "--key-heads: wanted at least 0, got -1");
  fails({"--steps", "1", "--mask-epsilon", "0"}, 2,
        "--mask-epsilon: wanted a number from 1e-09 to 1");
  fails({"--steps", "1", "--fill", "1000000000000"}, 3, "wanted rows filled up to at most 8");
  fails({"--steps", "0"}, 2, "--steps: wanted at least 1, got 0");
  fails({"--steps", "9", "--lr", "1e18", "--warm-up", "0"}, 7, "there is no checkpoint before it");
  write_file(training.corpus(), "{\"text_ids\": [1]}\nnonsense\n");
  fails({"--steps", "1"}, 3, "corpus.jsonl:2: wanted a JSON object");
  write_file(training.corpus(), "");
  fails({"--steps", "1"}, 3, "corpus.jsonl: wanted at least one row of text");
  write_file(training.corpus(), "{\"text_ids\": [1, 1, 1, 1, 1, 1, 1, 1, 1]}\n");
  fails({"--steps", "1"}, 3, "corpus.jsonl:1: wanted at most 8 tokens, the context, got 9");
}

TEST_CASE("training makes SMDM's models and no others", "[train]") {
  const Training training;
  for (const auto& [folder, family] : std::vector<std::pair<std::string, std::string>>{
           {"hf_llama", "llama"}, {"hf_gpt2", "gpt2"}, {"llada", "llada"}, {"mdlm", "mdlm"}}) {
    const auto config = test::golden() / "hf" / folder / "config.json";
    const auto result = smdm_eval({"train", "--corpus", training.corpus().string(), "--output",
                                   training.path("bad").string(), "--model-config", config.string(),
                                   "--steps", "1"});
    CHECK(result.code == 4);
    CHECK(contains(result.err, config.string() +
                                   ": training makes SMDM's models, got the configuration of "
                                   "family " +
                                   family));
    CHECK_FALSE(fs::exists(training.path("bad") / "model.safetensors"));
  }
}

TEST_CASE("a folder with a model is not trained over", "[train]") {
  const Training training;
  REQUIRE(smdm_eval(training.arguments("once", {"--steps", "2"})).code == 0);
  const auto again = smdm_eval(training.arguments("once", {"--steps", "2"}));
  CHECK(again.code == 6);
  CHECK(contains(again.err, "wanted a folder without a model, or a training to resume"));
  const auto other = smdm_eval(training.arguments("once", {"--steps", "3", "--resume"}));
  CHECK(other.code == 4);
  CHECK(contains(other.err, "steps was 2, now 3"));
}

}  // namespace
}  // namespace smdm
