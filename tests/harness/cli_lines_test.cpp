// What lines of --requests, --prompts and --rescore may hold: ids of any kind, references that are
// answers; and what becomes of a line that the model has no numbers for.
#include <cmath>
#include <string>
#include <vector>

#include "tests/support/catch.hpp"
#include "tests/support/checkpoint_writer.hpp"
#include "tests/support/command.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

using Arguments = std::vector<std::string>;

std::string model(const std::string& name) {
  return (test::golden() / (name + ".safetensors")).string();
}

}  // namespace

TEST_CASE("ids come back as they are written") {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "in.jsonl";
  const Arguments ids = {"18446744073709551616",
                         "18446744073709551617",
                         "-9223372036854775809",
                         "1.10",
                         "1e5",
                         "-0",
                         "1E+2",
                         "0.10",
                         "1e400",
                         "7",
                         R"("7")",
                         "12345678901234567890123"};
  const auto come_back = [&](const std::string& job, const std::string& rest,
                             const Arguments& more) {
    std::string text;
    for (const auto& id : ids) text.append(R"({"id": )").append(id).append(rest).append("}\n");
    test::write_file(file, text);
    Arguments arguments = {job, file.string()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const auto result = test::smdm_eval(arguments);
    INFO(result.err);
    REQUIRE(result.code == 0);
    const auto lines = test::lines_of(result.out);
    REQUIRE(lines.size() == ids.size());
    for (std::size_t i = 0; i < ids.size(); ++i)
      CHECK(lines[i].starts_with(R"({"id":)" + ids[i] + ","));
  };
  come_back("--rescore", R"(, "generation": "#### 5", "reference": "5")", {"--task", "gsm8k"});
  come_back("--requests", R"(, "context_ids": [1], "continuation_ids": [2])",
            {"--model", model("arm-tiny")});
  come_back("--prompts", R"(, "prompt_ids": [1, 2])",
            {"--model", model("arm-tiny"), "--total-length", "3"});
}

TEST_CASE("questions that differ beyond 64 bits are two, those of one value are one") {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "in.jsonl";
  const auto code = [&](const std::string& first, const std::string& second) {
    const auto line = [](const std::string& question, const std::string& context) {
      return R"({"id": 1, "continuation_ids": [3], "question": )" + question +
             R"(, "context_ids": )" + context + "}\n";
    };
    test::write_file(file, line(first, "[1]") + line(second, "[2]"));
    return test::smdm_eval({"--requests", file.string(), "--model", model("arm-tiny")}).code;
  };
  constexpr int kOneContextWanted = 3;
  CHECK(code("18446744073709551616", "18446744073709551617") == 0);
  CHECK(code("18446744073709551616", "18446744073709551616") == kOneContextWanted);
  CHECK(code("1.1", "1.10") == kOneContextWanted);
}

TEST_CASE("a reference without an answer is refused before any verdict") {
  const test::TemporaryFolder folder;
  const auto file = folder.path() / "in.jsonl";
  for (const char* reference : {"", " ", "\\t", "meters", "$"}) {
    INFO(reference);
    const auto line = [](const std::string& answer) {
      return R"({"id": 1, "generation": "x", "reference": ")" + answer + "\"}\n";
    };
    test::write_file(file, line("1") + line(reference));
    const auto result = test::smdm_eval({"--rescore", file.string(), "--task", "gsm8k"});
    CHECK(result.code == 3);
    CHECK(result.out.empty());
    CHECK(result.err.find("in.jsonl:2: field \"reference\": wanted a gold answer, got an empty "
                          "answer") != std::string::npos);
  }
}

TEST_CASE("a checkpoint whose logits overflow is an error with the line") {
  const test::TemporaryFolder folder;
  const auto requests = folder.path() / "requests.jsonl";
  const auto prompts = folder.path() / "prompts.jsonl";
  test::write_file(requests, R"({"id": 1, "context_ids": [1, 2], "continuation_ids": [3, 4]})"
                             "\n");
  test::write_file(prompts, R"({"id": 1, "prompt_ids": [1, 2]})"
                            "\n");
  for (const char* kind : {"mdm", "arm"}) {
    const auto config = test::small_config(kind);
    auto tensors = test::random_tensors(config, test::StoredType::f32, 1);
    for (auto& value : tensors.at("lm_head.weight").values) value = std::copysign(3e38F, value);
    const auto checkpoint = folder.path() / kind;
    test::write_checkpoint(checkpoint, config, tensors);
    for (const char* dtype : {"f32", "bf16"}) {
      const auto refused = [&](Arguments arguments, const std::string& where) {
        arguments.insert(arguments.end(), {"--model", checkpoint.string(), "--dtype", dtype});
        const auto result = test::smdm_eval(arguments);
        INFO(kind << " " << dtype << " " << result.err);
        CHECK(result.code == 4);
        CHECK(result.out.empty());
        CHECK(result.err.find(where + ":1: wanted finite log") != std::string::npos);
      };
      refused({"--requests", requests.string()}, "requests.jsonl");
      refused({"--prompts", prompts.string(), "--total-length", "4"}, "prompts.jsonl");
      if (kind != std::string("mdm")) continue;
      refused({"--requests", requests.string(), "--cfg", "0.5"}, "requests.jsonl");
      refused({"--prompts", prompts.string(), "--total-length", "4", "--temperature", "1"},
              "prompts.jsonl");
    }
  }
}

}  // namespace smdm
