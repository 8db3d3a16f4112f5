// smdm-eval describe: what it says of checkpoints, and that it reads no weight for it.
#include <filesystem>
#include <fstream>
#include <limits>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/checkpoint_writer.hpp"
#include "tests/support/command.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;
using test::contains;
using Arguments = std::vector<std::string>;

test::CommandResult describe(const fs::path& model, const Arguments& more = {}) {
  Arguments arguments = {"describe", "--model", model.string(), "--device", "cpu"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  return test::smdm_eval(arguments);
}

Json described(const fs::path& model, Arguments more = {}) {
  more.emplace_back("--json");
  const auto result = describe(model, more);
  INFO(result.err);
  REQUIRE(result.code == 0);
  return Json::parse(result.out);
}

fs::path embedded(const char* name) {
  return fs::path(SMDM_SOURCE_DIR) / "embedded" / name;
}

void write_small(const fs::path& folder, const char* kind, test::StoredType type) {
  const auto config = test::small_config(kind);
  test::write_checkpoint(folder, config, test::random_tensors(config, type, 3), type);
}

/// Elements of small_config("mdm"): embedding and head, two layers, the last norm.
constexpr std::int64_t kLayer = 3 * 32 * 32 + 32 * 32 + 3 * 56 * 32;
constexpr std::int64_t kNorms = 5 * 32;
constexpr std::int64_t kParameters = 49 * 32 + 48 * 32 + 2 * kLayer + kNorms;

/// The last run's results below a folder.
Json results_in(const fs::path& folder) {
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().filename().string().starts_with("results_"))
      return Json::parse(test::read_file(entry.path()));
  }
  return {};
}

}  // namespace

TEST_CASE("a checkpoint is described from its configuration and headers") {
  const test::TemporaryFolder folder;
  write_small(folder.path(), "mdm", test::StoredType::bf16);
  const auto json = described(folder.path());
  const Json wanted = {{"family", "smdm"}, {"kind", "mdm"},        {"layers", 2},
                       {"width", 32},      {"heads", 4},           {"key_heads", 4},
                       {"head_size", 8},   {"feed_forward", 56},   {"vocabulary", 48},
                       {"context", 64},    {"window", nullptr},    {"parameters", kParameters},
                       {"dtype", "f32"},   {"tokenizer", nullptr}, {"shifted_logits", false}};
  for (const auto& [key, value] : wanted.items()) {
    INFO(key);
    CHECK(json.at(key) == value);
  }
  CHECK(json.at("ids").at("mask") == 48);
  CHECK(json.at("ids").at("eos").empty());
  const auto& storage = json.at("storage");
  const auto bytes = fs::file_size(folder.path() / "model.safetensors");
  CHECK(storage.at("dtypes") == "bfloat16");
  CHECK(storage.at("bytes") == bytes);
  CHECK(storage.at("files") == Json::array({{{"name", "model.safetensors"}, {"bytes", bytes}}}));
  const auto& memory = json.at("memory");
  CHECK(memory.at("f32_bytes") == 4 * kParameters);
  CHECK(memory.at("bf16_bytes") == 2 * kParameters + 2 * (49 * 32 + kNorms));
  CHECK(memory.at("free_bytes").get<std::uint64_t>() > 0);
  CHECK(memory.at("auto") == "f32");
  CHECK(!json.contains("work"));
}

TEST_CASE("people see the same in a table") {
  const auto result = describe(embedded("micro-base-arm"));
  CHECK(result.code == 0);
  CHECK(result.err.empty());
  for (const char* part :
       {"|family ", "|smdm ", "|kind ", "|arm ", "|eos id ", " pieces, BOS: in front|",
        " GB free on cpu", "|--dtype auto ", "of bfloat16 in 1 file"}) {
    CHECK(contains(result.out, part));
  }
  CHECK(!contains(result.out, "Would run"));
}

TEST_CASE("no weight is read: not a number that none is, nor one that is not on the disk") {
  const test::TemporaryFolder folder;
  auto config = test::small_config("mdm");
  auto tensors = test::random_tensors(config, test::StoredType::f32, 3);
  for (auto& [name, tensor] : tensors)
    tensor.values.assign(tensor.values.size(), std::numeric_limits<float>::quiet_NaN());
  test::write_checkpoint(folder.path(), config, tensors);
  CHECK(described(folder.path()).at("parameters") == kParameters);

  // 400 GB: a header, and a hole for the rest.
  constexpr std::int64_t kRows = 1'000'000'000;
  config["padded_vocab_size"] = kRows;
  const auto extent = [&](std::int64_t begin, std::int64_t rows) {
    const auto row = static_cast<std::int64_t>(sizeof(float)) * 32;
    return nlohmann::json{{"dtype", "F32"},
                          {"shape", {rows, 32}},
                          {"data_offsets", {begin * row, (begin + rows) * row}}};
  };
  const nlohmann::json header = {{"transformer.wte.weight", extent(0, kRows + 1)},
                                 {"lm_head.weight", extent(kRows + 1, kRows)}};
  const auto file = folder.path() / "model.safetensors";
  test::write_file(file, test::safetensors_bytes(header.dump(), ""));
  fs::resize_file(file, fs::file_size(file) + (2 * kRows + 1) * 128);
  test::write_file(folder.path() / "config.json", config.dump());
  const auto json = described(folder.path());
  CHECK(json.at("parameters") == (2 * kRows + 1) * 32);
  CHECK(json.at("memory").at("f32_bytes") == (2 * kRows + 1) * 128);
}

TEST_CASE("work is what an evaluation then computes") {
  const auto data = (fs::path(SMDM_SOURCE_DIR) / "embedded" / "data").string();
  for (const char* model : {"micro-base-mdm", "micro-base-arm"}) {
    INFO(model);
    const Arguments asked = {"--task", "piqa,arc_easy", "--data", data, "--limit", "6"};
    const auto json = described(embedded(model), asked);
    const test::TemporaryFolder folder;
    Arguments run = {"--model", embedded(model).string(), "--output", folder.path().string()};
    run.insert(run.end(), asked.begin(), asked.end());
    REQUIRE(test::smdm_eval(run).code == 0);
    const auto results = results_in(folder.path());
    REQUIRE(json.at("work").size() == 2);
    for (const auto& work : json.at("work")) {
      const auto& task = results.at("smdm_eval").at("tasks").at(work.at("name").get<std::string>());
      CHECK(work.at("documents") == 6);
      CHECK(work.at("counted") == "exact");
      CHECK(work.at("rows") == task.at("rows"));
      CHECK(work.at("tokens") == task.at("tokens"));
      CHECK(work.at("hours").get<double>() > 0.0);
    }
    CHECK(json.at("flops_per_second").get<double>() > 1e6);
  }
}

TEST_CASE("work that depends on answers is told as the least or the most that it can be") {
  const auto data = (fs::path(SMDM_SOURCE_DIR) / "embedded" / "data").string();
  const auto counted = [&](const Arguments& more) {
    Arguments asked = {"--data", data, "--limit", "4"};
    asked.insert(asked.end(), more.begin(), more.end());
    const auto json = described(embedded("micro-base-mdm"), asked);
    CHECK(json.at("work").at(0).at("tokens").get<std::int64_t>() > 0);
    return json.at("work").at(0).at("counted").get<std::string>();
  };
  CHECK(counted({"--task", "piqa", "--racing"}) == "at most");
  CHECK(counted({"--task", "piqa", "--estimator", "balanced", "--target-error", "0.1"}) ==
        "at least");
  CHECK(counted({"--task", "lambada_standard"}) == "at least");
  CHECK(counted({"--task", "gsm8k", "--total-length", "48"}) == "at most");
}

TEST_CASE("requests in ids are counted without a tokenizer, text is not") {
  const test::TemporaryFolder folder;
  write_small(folder.path(), "arm", test::StoredType::f32);
  const auto lines = folder.path() / "lines.jsonl";
  test::write_file(lines, R"({"id": 1, "context_ids": [1, 2], "continuation_ids": [3, 4]})"
                          "\n");
  const auto json = described(folder.path(), {"--requests", lines.string()});
  CHECK(json.at("work").at(0).at("name") == "requests");
  CHECK(json.at("work").at(0).at("rows") == 2);

  const auto table = describe(folder.path(), {"--requests", lines.string()});
  CHECK(contains(table.out, "Would run"));
  CHECK(contains(table.out, "Hours are an estimate"));

  constexpr int kCheckpoint = 4;
  test::write_file(lines, R"({"id": 1, "context": "a", "continuation": "b"})"
                          "\n");
  const auto text = describe(folder.path(), {"--requests", lines.string()});
  CHECK(text.code == kCheckpoint);
  CHECK(contains(text.err, "wanted a tokenizer for text"));
  CHECK(test::lines_of(text.err).size() == 1);
  CHECK(text.out.empty());
}

TEST_CASE("describe refuses what an evaluation refuses, with its exit codes") {
  constexpr int kUsage = 2;
  constexpr int kCheckpoint = 4;
  CHECK(test::smdm_eval({"describe"}).code == kUsage);
  CHECK(describe("no such folder").code == kCheckpoint);
  CHECK(describe(embedded("micro-base-mdm"), {"--task", "piqa"}).code == kUsage);  // no --data
  CHECK(describe(embedded("micro-base-mdm"), {"--task", "piqa", "--requests", "x"}).code == kUsage);
  CHECK(describe(embedded("micro-base-mdm"), {"--output", "x"}).code == kUsage);
  const test::TemporaryFolder folder;
  write_small(folder.path(), "mdm", test::StoredType::f32);
  test::write_file(folder.path() / "model.safetensors.index.json", "{}");
  const auto broken = describe(folder.path());
  CHECK(broken.code == kCheckpoint);
  CHECK(test::lines_of(broken.err).size() == 1);
}

TEST_CASE("weights in shards are described as a whole, those that are not read in a note") {
  const test::TemporaryFolder folder;
  write_small(folder.path(), "mdm", test::StoredType::f32);
  fs::rename(folder.path() / "model.safetensors", folder.path() / "one.safetensors");
  auto map = Json::object();
  const auto config = test::small_config("mdm");
  for (const auto& [name, tensor] : test::random_tensors(config, test::StoredType::f32, 3))
    map[name] = "one.safetensors";
  test::write_file(folder.path() / "model.safetensors.index.json",
                   Json{{"weight_map", map}}.dump());
  test::write_file(folder.path() / "model.gguf", "x");
  const auto result = describe(folder.path(), {"--json"});
  CHECK(result.err == "beside the weights lie model.gguf, which are not read\n");
  CHECK(Json::parse(result.out).at("storage").at("files").at(0).at("name") == "one.safetensors");
}

}  // namespace smdm
