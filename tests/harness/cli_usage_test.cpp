// What a user gets for a command line that cannot be: one line, and the documented exit code.
#include "tests/support/catch.hpp"
#include "tests/support/command.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

using test::contains;

using Arguments = std::vector<std::string>;

constexpr int kUsage = 2;
constexpr int kData = 3;
constexpr int kCheckpoint = 4;

/// The run fails with a code, prints nothing on standard output and one line of error with `part`
/// in it.
void check_error(const Arguments& arguments, int code, const std::string& part) {
  const auto result = test::smdm_eval(arguments);
  INFO(result.err);
  CHECK(result.code == code);
  CHECK(result.out.empty());
  const auto lines = test::lines_of(result.err);
  REQUIRE(!lines.empty());
  CHECK(contains(lines.back(), "smdm-eval: error: "));
  CHECK(contains(lines.back(), part));
}

std::string model(const std::string& name) {
  return (test::golden() / (name + ".safetensors")).string();
}

}  // namespace

TEST_CASE("a command line that asks for nothing or for the unknown") {
  check_error({}, kUsage, "nothing to do");
  check_error({"--mc-sampels", "3"}, kUsage, "\"--mc-samples\"");
  check_error({"bensh"}, kUsage, "\"bench\"");
  check_error({"--task", "hellaswg", "--model", "x", "--data", "y"}, kUsage, "hellaswag");
  check_error({"--estimator", "exakt"}, kUsage, "exakt");
  check_error({"--requests", "a", "--prompts", "b"}, kUsage, "one of");
  check_error({"--steps", "many"}, kUsage, "--steps");
  check_error({"--config", "/nonexistent.toml"}, kUsage, "nonexistent.toml");
}

TEST_CASE("a model needs data and data need a model, which is said in one line") {
  check_error({"--task", "gsm8k", "--model", model("mdm-tiny")}, kUsage, "--data embedded");
  check_error({"--task", "gsm8k", "--data", "somewhere"}, kUsage, "--model");
}

TEST_CASE("settings out of range are refused before anything is computed") {
  const test::TemporaryFolder folder;
  const auto file = (folder.path() / "in.jsonl").string();
  test::write_file(file, R"({"id": 1, "context_ids": [1], "continuation_ids": [2]})"
                         "\n");
  const auto with = [&](Arguments more, const std::string& name = "mdm-tiny") {
    Arguments arguments = {"--requests", file, "--model", model(name)};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  };
  check_error(with({"--cfg", "-1"}), kUsage, "--cfg: wanted a number >= 0");
  check_error(with({"--cfg", "nan"}), kUsage, "--cfg");
  check_error(with({"--estimator", "mc", "--mc-samples", "100"}), kUsage,
              "multiple of --mc-strata 32");
  check_error(with({"--mc-samples", "0"}), kUsage, "--mc-samples: wanted at least 1");
  check_error(with({"--seed", "4294967296"}), kUsage, "--seed: wanted less than 2^32");
  check_error(with({"--batch-size", "0"}), kUsage, "--batch-size: wanted at least 1");
  check_error(with({"--threads", "0"}), kUsage, "--threads: wanted at least 1");
  check_error(with({"--device", "tpu"}), kUsage, "wanted auto, cpu, cuda or cuda:N");
  check_error(with({"--cfg", "0.5"}, "arm-tiny"), kUsage, "0 for an autoregressive model");
}

TEST_CASE("numbers of options are decimal and nothing else, in every subcommand") {
  for (const char* wrong : {"0x10", "0b1", "0o7", "1'000", "1_000", "1e3", "nan", " 5", "5 "})
    check_error({"--seed", wrong}, kUsage,
                std::string("--seed: wanted a whole number, got ") + wrong);
  for (const char* wrong : {"0x1p3", "inf", "nan", "1,5", " 1"})
    check_error({"--cfg", wrong}, kUsage, std::string("--cfg: wanted a number, got ") + wrong);
  check_error({"--seed", "-1"}, kUsage, "--seed: wanted a whole number from 0 to");
  check_error({"--steps", "99999999999999999999"}, kUsage, "--steps: wanted a whole number from");
  check_error({"bench", "--threads", "0x1"}, kUsage, "--threads: wanted a whole number, got 0x1");
  check_error({"bench", "--seconds", "inf"}, kUsage, "--seconds: wanted a number, got inf");
  check_error({"microworld", "--output", "o", "--seed", "0x1"}, kUsage, "--seed: wanted a whole");
  const auto train = [](const std::string& option, const std::string& value) {
    return Arguments{"train", "--corpus", "c", "--output", "o", "--tokens", "5", option, value};
  };
  check_error(train("--width", "0b1"), kUsage, "--width: wanted a whole number, got 0b1");
  check_error(train("--steps", "010"), kUsage, "wanted one of --steps, --tokens and --flops");
  check_error(train("--random-length", "1.5"), kUsage,
              "--random-length: wanted a number from 0 to 1, got 1.5");
  check_error(train("--clip", "-0.123456789"), kUsage, "got -0.123456789");
}

TEST_CASE("numbers in errors are as the user wrote them") {
  const Arguments task = {"--task", "piqa", "--limit"};
  for (const char* wrong : {"1.5", "-2", "0", "1000000.5"}) {
    auto arguments = task;
    arguments.emplace_back(wrong);
    check_error(arguments, kUsage,
                std::string("--limit: wanted a whole number of documents, or a fraction below 1, "
                            "got ") +
                    wrong);
  }
  check_error({"--task", "piqa", "--backend", "arm", "--cfg", "0.1"}, kUsage,
              "0 for an autoregressive model, got 0.1");
}

TEST_CASE("an option without a value, with an empty one or given twice is named") {
  for (const char* option : {"--model", "--output", "--seed", "--task", "--config"}) {
    const auto name = std::string(option);
    check_error({option}, kUsage, name + ": wanted a value, got none");
    check_error({option, ""}, kUsage, name + ": wanted a value, got an empty one");
    check_error({name + "=", "x"}, kUsage, name + ": wanted a value, got an empty one");
    check_error({option, "--limit", "3"}, kUsage,
                name + ": wanted a value, got the option --limit");
  }
  check_error({"--seed", "1", "--seed", "2"}, kUsage, "--seed: wanted one value, got 1 and 2");
  check_error({"--limit", "1", "-L", "2"}, kUsage, "--limit: wanted one value, got 1 and 2");
  check_error({"train", "--corpus", "c", "--output", "--resume"}, kUsage,
              "--output: wanted a value, got the option --resume");
  check_error({"microworld", "--output", ""}, kUsage, "--output: wanted a value");
  check_error({"compare", "", "b"}, kUsage, "RUN: wanted a value, got an empty one");
}

TEST_CASE("a name that nobody knows is answered by the nearest one of its place") {
  check_error({"comapre", "a", "b"}, kUsage, "did you mean \"compare\"?");
  check_error({"compare", "a", "b", "--jsn"}, kUsage, "compare: unknown option \"--jsn\"");
  check_error({"compare", "a", "b", "--jsn"}, kUsage, "did you mean \"--json\"?");
  check_error({"train", "--stepz", "4"}, kUsage, "did you mean \"--steps\"?");
  check_error({"bench", "--estimatorz"}, kUsage, "did you mean \"--estimators\"?");
  check_error({"leaderboard", "exprt"}, kUsage, "did you mean \"export\"?");
  check_error({"leaderboard", "export", "--outptu", "x"}, kUsage,
              "leaderboard export: unknown option \"--outptu\": did you mean \"--output\"?");
  check_error({"--mc-sample=5"}, kUsage, "did you mean \"--mc-samples\"?");
  check_error({"-task", "x"}, kUsage, "did you mean \"--task\"?");
  check_error({"-model", "x"}, kUsage, "unknown option \"-model\": did you mean \"--model\"?");
  check_error({"--estimator", "balancd"}, kUsage, "fixed-count, orders, mc, chain-rule, duel, ");
  check_error({"--estimator", "balancd"}, kUsage, " or in-view, got balancd");
  check_error({"--estimator", "balancd"}, kUsage, "did you mean balanced?");
  check_error({"bench", "--dtype", "f32,bf61"}, kUsage, "got bf61: did you mean bf16?");
}

TEST_CASE("options in front of a subcommand that does not use them are refused") {
  check_error({"--limit", "3", "compare", "a", "b"}, kUsage, "--limit: ");
  check_error({"--config", "/nonexistent", "bench"}, kUsage, "--config: ");
}

TEST_CASE("without arguments there are examples, on standard error") {
  const auto result = test::smdm_eval({});
  CHECK(result.code == kUsage);
  CHECK(result.out.empty());
  for (const char* part : {"smdm-eval --task ", "smdm-eval compare ", "smdm-eval --help"})
    CHECK(contains(result.err, part));
  CHECK(test::lines_of(result.err).size() < 24);
}

TEST_CASE("checkpoints that cannot be used have their own exit code") {
  const test::TemporaryFolder folder;
  const auto file = (folder.path() / "in.jsonl").string();
  test::write_file(file, R"({"id": 1, "context_ids": [1], "continuation_ids": [2]})"
                         "\n");
  const Arguments job = {"--requests", file};
  const auto with = [&](const std::string& path, Arguments more = {}) {
    Arguments arguments = {"--requests", file, "--model", path};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
  };
  check_error(with("/nonexistent"), kCheckpoint, "/nonexistent");
  check_error(with(model("arm-tiny"), {"--backend", "mdm"}), kCheckpoint,
              "--backend mdm contradicts");
  check_error(with(model("mdm-tiny"), {"--model-size", "7"}), kCheckpoint, "wanted one of 6, 19");
  check_error(with(model("mdm-32k"), {"--model-size", "6"}), kCheckpoint, "wanted shape");
  check_error(with(model("mdm-tiny"), {"--tokenizer", file}), kCheckpoint,
              "wanted a tokenizer.json, an object with the field \"model\"");
  const auto words = (folder.path() / "words.model").string();
  test::write_file(words, "no tokenizer\n");
  check_error(with(model("mdm-tiny"), {"--tokenizer", words}), kCheckpoint, "SentencePiece");
  const auto bytes = test::read_file(model("mdm-tiny"));
  const auto cut = folder.path() / "cut.safetensors";
  test::write_file(cut, bytes.substr(0, bytes.size() / 2));
  test::write_file(folder.path() / "cut.config.json",
                   test::read_file(test::golden() / "mdm-tiny.config.json"));
  check_error(with(cut.string()), kCheckpoint, "truncated");
  const std::string nan("\x00\x00\xc0\x7f", 4);
  test::write_file(cut, bytes.substr(0, bytes.size() - nan.size()) + nan);
  check_error(with(cut.string()), kCheckpoint, "it holds NaN");
  test::write_file(folder.path() / "cut.config.json", R"({"model_type": "other"})");
  check_error(with(cut.string()), kCheckpoint, "wanted one of \"llama\", ");
  check_error(with(cut.string()), kCheckpoint, "or the fields of SMDM (block_size, ");
  test::write_file(file, "{}\n");  // read before any time goes into loading a model
  check_error(with("/nonexistent"), kData, "in.jsonl:1");
}

TEST_CASE("help names every option, the guidance convention and the subcommands") {
  const auto result = test::smdm_eval({"--help"});
  CHECK(result.code == 0);
  for (const char* part : {"--task", "--tasks", "--batch_size", "--output_path", "--log_samples",
                           "--limit", "--seed", "--mc-samples", "--cfg-second",
                           "un + (w + 1) * (cond - un)", "bench", "Changes only the speed"}) {
    INFO(part);
    CHECK(contains(result.out, part));
  }
  CHECK(test::smdm_eval({"--version"}).code == 0);
  const auto list = test::smdm_eval({"--list-tasks"});
  CHECK(list.code == 0);
  for (const char* task :
       {"hellaswag", "openbookqa", "arc_easy", "arc_challenge", "boolq", "piqa", "social_iqa",
        "race", "lambada_standard", "lambada_openai", "gsm8k", "zero-shot", "reverse_curse_d2n",
        "reverse_curse_n2d_reverse", "reverse_curse"}) {
    INFO(task);
    CHECK(contains(list.out, task));
  }
}

}  // namespace smdm
