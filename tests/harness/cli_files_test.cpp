// --requests, --prompts and --rescore on files, as programs use them; expected values are the
// golden ones.
#include <algorithm>
#include <fstream>

#include <nlohmann/json.hpp>

#include "tests/support/catch.hpp"
#include "tests/support/command.hpp"
#include "tests/support/golden_cases.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

using test::golden_cases;

using Json = nlohmann::json;
using Arguments = std::vector<std::string>;

std::string model(const std::string& name) {
  return (test::golden() / (name + ".safetensors")).string();
}

/// Writes JSON lines, runs the program on them, and reads the JSON lines of its standard output.
class Pipe {
 public:
  std::vector<Json> operator()(const std::string& job,
                               const std::vector<Json>& input,
                               const Arguments& more) {
    const auto file = folder_.path() / "in.jsonl";
    std::string text;
    for (const auto& line : input) text += line.dump() + "\n";
    test::write_file(file, text);
    Arguments arguments = {job, file.string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    last = test::smdm_eval(arguments);
    INFO(last.err);
    REQUIRE(last.code == 0);
    std::vector<Json> output;
    for (const auto& line : test::lines_of(last.out)) output.push_back(Json::parse(line));
    return output;
  }
  test::CommandResult last;

 private:
  test::TemporaryFolder folder_;
};

bool close(double got, double wanted) {
  return std::abs(got - wanted) <= 1e-4 * (1.0 + std::abs(wanted));
}

std::vector<Json> some_requests() {
  std::vector<Json> requests;
  for (int i = 0; i < 12; ++i) {
    Json request = {{"id", i}, {"context_ids", Json::array()}, {"continuation_ids", Json::array()}};
    for (int k = 0; k < 3 + i; ++k) request["context_ids"].push_back((37 * i + 11 * k) % 320);
    for (int k = 0; k < 1 + i % 5; ++k)
      request["continuation_ids"].push_back((91 * i + 7 * k + 5) % 320);
    requests.push_back(request);
  }
  return requests;
}

}  // namespace

TEST_CASE("chain rule from the command line equals the reference") {
  int checked = 0;
  for (const auto& example : golden_cases("chain_rule.json")) {
    if (example.at("padding").get<bool>()) continue;
    const std::vector<Json> input = {{{"id", "x"},
                                      {"context_ids", example.at("prefix")},
                                      {"continuation_ids", example.at("target")}}};
    Pipe pipe;
    const auto output = pipe("--requests", input,
                             {"--model", model(example.at("checkpoint")), "--estimator",
                              "chain-rule", "--cfg", example.at("cfg").dump(), "--output", "-"});
    REQUIRE(output.size() == 1);
    CHECK(close(output[0].at("nats"), -example.at("nll").get<double>()));
    CHECK(output[0].at("bound") == "chain_rule");
    CHECK(output[0].at("standard_error").is_null());
    CHECK(output[0].at("is_greedy").is_null());
    const auto length = static_cast<int>(example.at("target").size());
    CHECK(output[0].at("rows") == length * (example.at("cfg") == 0.0 ? 1 : 2));
    ++checked;
  }
  CHECK(checked == 10);
}

TEST_CASE("greedy verdicts and autoregressive values from the command line equal the reference") {
  for (const auto& example : golden_cases("greedy_suffix.json")) {
    if (example.value("padding", false) || !example.value("greddy", true)) continue;
    const std::vector<Json> input = {{{"id", 1},
                                      {"context_ids", example.at("prefix")},
                                      {"continuation_ids", example.at("target")}}};
    Pipe pipe;
    const auto output = pipe("--requests", input,
                             {"--model", model(example.at("checkpoint")), "--estimator",
                              "chain-rule", "--cfg", example.at("cfg").dump(), "--greedy"});
    CHECK(output.at(0).at("is_greedy") == example.at("is_greedy"));
  }
  for (const auto& example : golden_cases("arm.json")) {
    if (example.at("kind") != "loglikelihood") continue;
    const std::vector<Json> input = {{{"id", 1},
                                      {"context_ids", example.at("prefix")},
                                      {"continuation_ids", example.at("target")}}};
    Pipe pipe;
    const auto output =
        pipe("--requests", input, {"--model", model(example.at("checkpoint")), "--greedy"});
    CHECK(close(output.at(0).at("nats"), example.at("ll")));
    CHECK(output.at(0).at("is_greedy") == example.at("is_greedy"));
    CHECK(output.at(0).at("bound") == "exact");
  }
}

TEST_CASE("ids come back unchanged and in input order") {
  auto input = some_requests();
  input[0]["id"] = "a \"quoted\" \u00e9";
  input[1]["id"] = 12345678901234567LL;
  input[2]["id"] = 0.5;
  Pipe pipe;
  const auto output = pipe(
      "--requests", input,
      {"--model", model("mdm-tiny"), "--estimator", "mc", "--mc-samples", "8", "--mc-strata", "4"});
  REQUIRE(output.size() == input.size());
  for (std::size_t i = 0; i < input.size(); ++i) CHECK(output[i].at("id") == input[i].at("id"));
  CHECK(output[0].at("bound") == "lower");
  CHECK(output[0].at("standard_error").get<double>() >= 0.0);
}

TEST_CASE("lines share rows only where they say that they are one question") {
  const auto line = [](int id, const Json& continuation) {
    return Json{{"id", id},
                {"context_ids", {5, 6, 7}},
                {"continuation_ids", continuation},
                {"question", "q"}};
  };
  std::vector<Json> together = {line(0, {8, 9}), line(1, {8, 10}), line(2, {8, 9})};
  auto apart = together;
  for (auto& one : apart) one.erase("question");
  for (const char* name : {"mdm-tiny", "arm-tiny"}) {
    Pipe pipe;
    const auto shared = pipe("--requests", together, {"--model", model(name)});
    const auto alone = pipe("--requests", apart, {"--model", model(name)});
    for (std::size_t i = 0; i < together.size(); ++i) {
      CHECK(shared[i].at("id") == alone[i].at("id"));
      CHECK(shared[i].at("nats") == alone[i].at("nats"));
      CHECK(alone[i].at("rows") == alone[0].at("rows"));
      CHECK(shared[i].at("rows").get<int>() <= alone[i].at("rows").get<int>());
    }
    CHECK(shared[2].at("rows").get<int>() < alone[2].at("rows").get<int>());
    // Only neighbours belong together.
    const std::vector<Json> parted = {together[0], apart[1], together[2]};
    for (const auto& one : pipe("--requests", parted, {"--model", model(name)}))
      CHECK(one.at("rows") == alone[0].at("rows"));
  }
  together[1]["context_ids"] = {5, 6};
  test::TemporaryFolder folder;
  const auto file = folder.path() / "in.jsonl";
  test::write_file(file, together[0].dump() + "\n" + together[1].dump() + "\n");
  const auto refused = test::smdm_eval({"--requests", file.string(), "--model", model("mdm-tiny")});
  CHECK(refused.code == 3);
  CHECK(refused.err.find("in.jsonl:2: field \"question\": wanted the context") !=
        std::string::npos);
  test::write_file(file,
                   R"({"id": 0, "context_ids": [1], "continuation_ids": [2], "question": []})");
  CHECK(test::smdm_eval({"--requests", file.string(), "--model", model("mdm-tiny")}).code == 3);
}

TEST_CASE("one round of strata has no standard error") {
  Pipe pipe;
  const auto output =
      pipe("--requests", some_requests(),
           {"--model", model("mdm-tiny"), "--estimator", "mc", "--mc-samples", "8"});
  for (const auto& line : output) CHECK(line.at("standard_error").is_null());
}

TEST_CASE("scores are the same to the last bit for every batch size, order and thread count") {
  for (const char* name : {"mdm-tiny", "mdm-gqa", "arm-tiny", "arm-gqa"}) {
    for (const char* dtype : {"f32", "bf16"}) {
      const auto input = some_requests();
      const auto scores = [&](const std::vector<Json>& lines, const Arguments& more) {
        Arguments arguments = {"--model", model(name),   "--dtype", dtype,     "--mc-samples",
                               "16",      "--mc-strata", "4",       "--greedy"};
        if (std::string(name).starts_with("mdm"))
          arguments.insert(arguments.end(), {"--cfg", "0.7"});
        arguments.insert(arguments.end(), more.begin(), more.end());
        Pipe pipe;
        std::map<int, std::string> by_id;
        for (const auto& line : pipe("--requests", lines, arguments)) {
          auto value = line;
          by_id[line.at("id").get<int>()] = value.at("nats").dump() +
                                            value.at("standard_error").dump() +
                                            value.at("is_greedy").dump();
        }
        return by_id;
      };
      INFO(name << " " << dtype);
      const auto wanted = scores(input, {});
      for (const char* batch : {"1", "7", "64"})
        CHECK(scores(input, {"--batch-size", batch}) == wanted);
      auto reversed = input;
      std::reverse(reversed.begin(), reversed.end());
      std::swap(reversed[2], reversed[7]);
      CHECK(scores(reversed, {"--batch-size", "5", "--threads", "1"}) == wanted);
      CHECK(scores(input, {"--threads", "2"}) == wanted);
      CHECK(scores({input.begin(), input.begin() + 5}, {}) ==
            std::map<int, std::string>(wanted.begin(), std::next(wanted.begin(), 5)));
    }
  }
}

TEST_CASE("generation from the command line equals the reference") {
  int checked = 0;
  for (const auto& example : golden_cases("sampler.json")) {
    const bool greedy = example.at("alg") == "greddy" && example.at("temperature") == 0.0;
    if (!greedy || example.at("prompt").size() != 1) continue;
    Pipe pipe;
    const auto output =
        pipe("--prompts", {{{"id", "p"}, {"prompt_ids", example.at("prompt")[0]}}},
             {"--model", model(example.at("checkpoint")), "--sampler", "confidence", "--steps",
              example.at("steps").dump(), "--total-length", example.at("context_length").dump(),
              "--cfg", example.at("cfg_scale").dump()});
    CHECK(output.at(0).at("output_ids") == example.at("output")[0]);
    CHECK(output.at(0).at("text").is_null());
    CHECK(output.at(0).at("forwards").get<int>() <= example.at("steps").get<int>());
    ++checked;
  }
  CHECK(checked >= 10);
  for (const auto& example : golden_cases("arm.json")) {
    if (example.at("kind") != "generate" || example.at("temperature") != 0.0 ||
        example.at("eos_token_id") != 2)
      continue;
    Pipe pipe;
    const auto output = pipe("--prompts", {{{"id", 1}, {"prompt_ids", example.at("prompt")[0]}}},
                             {"--model", model(example.at("checkpoint")), "--total-length",
                              example.at("context_length").dump()});
    CHECK(output.at(0).at("output_ids") == example.at("output")[0]);
  }
}

TEST_CASE("rescoring equals the reference's verdicts") {
  std::vector<Json> input;
  std::vector<Json> cases;
  for (const auto& one : golden_cases("gsm8k_answers.json")) {
    if (one.at("right_answer") != "") cases.push_back(one);  // an empty one is refused
  }
  REQUIRE(cases.size() > 20);
  for (std::size_t i = 0; i < cases.size(); ++i) {
    input.push_back({{"id", i},
                     {"generation", cases[i].at("prediction")},
                     {"reference", cases[i].at("right_answer")}});
  }
  Pipe pipe;
  const auto output = pipe("--rescore", input, {"--task", "gsm8k"});
  REQUIRE(output.size() == cases.size());
  for (std::size_t i = 0; i < cases.size(); ++i) {
    CHECK(output[i].at("extracted") == cases[i].at("extracted"));
    CHECK(output[i].at("normalized") == cases[i].at("normalized_prediction"));
    CHECK(output[i].at("equal_string") == cases[i].at("equal_string"));
  }
}

TEST_CASE("a configuration file sets every option and the command line wins") {
  const test::TemporaryFolder folder;
  const auto config = folder.path() / "run.toml";
  test::write_file(
      config, "model = \"" + model("mdm-tiny") + "\"\nestimator = \"chain-rule\"\ncfg = 1.1\n");
  const auto example = golden_cases("chain_rule.json").at(1);
  const std::vector<Json> input = {{{"id", 1},
                                    {"context_ids", example.at("prefix")},
                                    {"continuation_ids", example.at("target")}}};
  Pipe pipe;
  CHECK(close(pipe("--requests", input, {"--config", config.string()}).at(0).at("nats"),
              -example.at("nll").get<double>()));
  const auto plain = golden_cases("chain_rule.json").at(0);
  CHECK(
      close(pipe("--requests", input, {"--config", config.string(), "--cfg", "0"}).at(0).at("nats"),
            -plain.at("nll").get<double>()));
  test::write_file(config, "modle = \"x\"\n");
  const auto result = test::smdm_eval({"--config", config.string()});
  CHECK(result.code == 2);
  CHECK(result.err.find("modle") != std::string::npos);
}

TEST_CASE("faults in the input name the line, and leave no output") {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "in.jsonl";
  const auto out = folder.path() / "out.jsonl";
  const auto fails = [&](const std::string& second_line, int code, const std::string& part,
                         const std::string& checkpoint = "mdm-tiny") {
    test::write_file(file, R"({"id": 1, "context_ids": [1, 2], "continuation_ids": [3]})"
                           "\n" +
                               second_line + "\n");
    const auto result = test::smdm_eval({"--requests", file.string(), "--model", model(checkpoint),
                                         "--output", out.string(), "--mc-samples", "1"});
    INFO(result.err);
    CHECK(result.code == code);
    CHECK(result.err.find("in.jsonl:2: ") != std::string::npos);
    CHECK(result.err.find(part) != std::string::npos);
    CHECK(!std::filesystem::exists(out));
  };
  constexpr int kData = 3;
  constexpr int kCheckpoint = 4;
  constexpr int kRequest = 5;
  fails("{", kData, "not valid JSON");
  fails("[]", kData, "wanted a JSON object");
  fails(R"({"context_ids": [1], "continuation_ids": [2]})", kData, "\"id\"");
  fails(R"({"id": 1, "context_ids": [1]})", kData, "continuation_ids");
  fails(R"({"id": 1, "context_ids": ["1"], "continuation_ids": [2]})", kData, "context_ids");
  fails(R"({"id": 1, "context_ids": [-1], "continuation_ids": [2]})", kData, "context_ids");
  fails(R"({"id": 1, "context_ids": [320], "continuation_ids": [2]})", kRequest,
        "outside the vocabulary 0..319");
  fails(R"({"id": 1, "context_ids": [1], "continuation_ids": []})", kRequest,
        "continuation of at least one token");
  fails(R"({"id": 1, "context_ids": [], "continuation_ids": [2]})", kRequest,
        "context of at least one token", "arm-tiny");
  Json long_request = {
      {"id", 1}, {"context_ids", std::vector<int>(128, 1)}, {"continuation_ids", {2}}};
  fails(long_request.dump(), kRequest, "wanted at most 128 tokens, got 129");
  test::write_file(file, R"({"id": 1, "context": "a", "continuation": "b"})");
  const auto result = test::smdm_eval({"--requests", file.string(), "--model", model("mdm-tiny")});
  CHECK(result.code == kCheckpoint);
  CHECK(result.err.find("--tokenizer") != std::string::npos);
}

TEST_CASE("an output that exists or cannot be written is refused") {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "in.jsonl";
  const auto out = folder.path() / "out.jsonl";
  test::write_file(file, R"({"id": 1, "context_ids": [1, 2], "continuation_ids": [3]})");
  const Arguments job = {"--requests", file.string(), "--model", model("mdm-tiny"), "--output"};
  const auto with = [&](const std::string& output) {
    auto arguments = job;
    arguments.push_back(output);
    return test::smdm_eval(arguments);
  };
  constexpr int kResults = 6;
  CHECK(with(out.string()).code == 0);
  const auto first = test::read_file(out);
  CHECK(with(out.string()).code == kResults);
  CHECK(test::read_file(out) == first);
  CHECK(with("/nonexistent/folder/out.jsonl").code == kResults);
  const auto full = with("/dev/full");
  CHECK(full.code == kResults);
  CHECK(full.err.find("o space left") != std::string::npos);
}

}  // namespace smdm
