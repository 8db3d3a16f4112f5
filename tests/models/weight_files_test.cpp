// Checkpoints in shards: the index decides which files are read and where each tensor stands, and
// each way in which files and index can disagree has an error of its own.
#include "models/weight_files.hpp"

#include <map>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>
#include <torch/types.h>

#include "models/checkpoint.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/checkpoint_writer.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;
using test::contains;

constexpr const char* kFirst = "model-00001-of-00002.safetensors";
constexpr const char* kSecond = "model-00002-of-00002.safetensors";

test::TensorMap one_tensor(const std::string& name, float value = 1.0F) {
  return {{name, {.shape = {2}, .values = {value, 2.0F}}}};
}

void write_shard(const fs::path& path, const test::TensorMap& tensors) {
  test::write_safetensors(path, tensors, test::StoredType::f32);
}

void write_index(const fs::path& folder, const Json& map) {
  const Json index = {{"metadata", {{"total_size", 16}}}, {"weight_map", map}};
  test::write_file(folder / kWeightsIndex, index.dump(1));
}

/// Two shards with a tensor each, and their index.
void write_two(const fs::path& folder) {
  write_shard(folder / kFirst, one_tensor("a"));
  write_shard(folder / kSecond, one_tensor("b", 3.0F));
  write_index(folder, {{"a", kFirst}, {"b", kSecond}});
}

/// What reading the folder's weights says; one line that names a path.
std::string refusal(const fs::path& folder) {
  const auto error =
      test::error_text<ErrorKind::checkpoint>([&] { const WeightFiles all(weights_in(folder)); });
  if (!error.empty()) CHECK(contains(error, folder.string()));
  CHECK(error.find('\n') == std::string::npos);
  return error;
}

std::string refusal_of_index(const std::string& text) {
  const test::TemporaryFolder folder;
  write_two(folder.path());
  test::write_file(folder.path() / kWeightsIndex, text);
  auto error = refusal(folder.path());
  CHECK(contains(error, kWeightsIndex));
  return error;
}

std::string refusal_of_shard_name(const Json& name) {
  return refusal_of_index(Json{{"weight_map", {{"a", kFirst}, {"b", name}}}}.dump());
}

/// A checkpoint's tensors spread over shards in turn.
void write_in_shards(const fs::path& folder, const Json& config, const test::TensorMap& tensors) {
  constexpr std::size_t kShards = 3;
  std::vector<test::TensorMap> shards(kShards);
  Json map = Json::object();
  std::size_t next = 0;
  for (const auto& [name, tensor] : tensors) {
    const auto shard = next++ % kShards;
    shards[shard].emplace(name, tensor);
    map[name] = "part-" + std::to_string(shard) + ".safetensors";
  }
  for (std::size_t s = 0; s < kShards; ++s)
    write_shard(folder / ("part-" + std::to_string(s) + ".safetensors"), shards[s]);
  write_index(folder, map);
  test::write_file(folder / "config.json", config.dump());
}

std::unique_ptr<LanguageModel> loaded(const fs::path& folder) {
  CheckpointOptions options;
  options.model = folder;
  return load_model(find_checkpoint(options), ComputeType::f32, torch::kCPU);
}

}  // namespace

TEST_CASE("shards are read as one file, wherever the index puts a tensor") {
  const test::TemporaryFolder folder;
  write_two(folder.path());
  const auto place = weights_in(folder.path());
  CHECK(place.files == std::vector{folder.path() / kFirst, folder.path() / kSecond});
  CHECK(place.name() == folder.path().string());
  const WeightFiles all(place);
  CHECK(all.entries().size() == 2);
  CHECK(all.bytes() == 16);
  CHECK(all.name() == folder.path().string());
  CHECK(all.file_of("a") == (folder.path() / kFirst).string());
  CHECK(all.file_of("b") == (folder.path() / kSecond).string());
  CHECK(all.tensor("b")[0].item<float>() == 3.0F);
  CHECK(contains(test::error_text<ErrorKind::checkpoint>([&] { return all.tensor("c"); }),
                 folder.path().string() + ": tensor \"c\" is missing"));
}

TEST_CASE("a file named as published is read where there is no index") {
  const test::TemporaryFolder folder;
  write_shard(folder.path() / kWeightsFile, one_tensor("a"));
  write_shard(folder.path() / kFirst, one_tensor("b"));
  const auto place = weights_in(folder.path());
  CHECK(place.files == std::vector{folder.path() / kWeightsFile});
  CHECK(!place.index);
  CHECK(place.name() == (folder.path() / kWeightsFile).string());
}

TEST_CASE("an index decides, also beside a file of the usual name, and a broken link to one too") {
  const test::TemporaryFolder folder;
  write_two(folder.path());
  write_shard(folder.path() / kWeightsFile, one_tensor("c"));
  CHECK(WeightFiles(weights_in(folder.path())).entries().size() == 2);
  fs::remove(folder.path() / kWeightsIndex);
  fs::create_symlink("nowhere", folder.path() / kWeightsIndex);
  CHECK(contains(refusal(folder.path()), kWeightsIndex));
}

TEST_CASE("shards and index that disagree are refused with tensor and file") {
  const test::TemporaryFolder folder;
  const auto& path = folder.path();
  write_two(path);
  CHECK(refusal(path).empty());

  fs::remove(path / kSecond);
  CHECK(contains(refusal(path), "missing shard " + std::string(kSecond) +
                                    ", named by the index: found nothing there"));
  fs::create_directory(path / kSecond);
  CHECK(contains(refusal(path), "found a folder"));
  fs::remove(path / kSecond);

  write_shard(path / kSecond, one_tensor("a"));
  CHECK(contains(refusal(path), "tensor \"a\" stands in " + (path / kFirst).string() + " too"));

  auto more = one_tensor("b");
  more.merge(one_tensor("extra"));
  write_shard(path / kSecond, more);
  CHECK(contains(refusal(path),
                 (path / kSecond).string() + ": tensor \"extra\" is not named by the index"));

  write_shard(path / kFirst, one_tensor("b"));
  write_shard(path / kSecond, one_tensor("a"));
  CHECK(contains(refusal(path), (path / kFirst).string() + ": tensor \"b\" stands in " + kSecond +
                                    " by the index"));

  write_shard(path / kFirst, one_tensor("a"));
  write_shard(path / kSecond, {});
  CHECK(contains(refusal(path), (path / kSecond).string() + ": tensor \"b\" is missing"));

  test::write_file(path / kSecond, "short");
  CHECK(contains(refusal(path), (path / kSecond).string() + ": truncated"));
}

TEST_CASE("a malformed index is refused") {
  CHECK(contains(refusal_of_index(""), "wanted JSON"));
  CHECK(contains(refusal_of_index("[1"), "wanted JSON"));
  CHECK(contains(refusal_of_index(std::string(200000, '[')), "wanted JSON"));
  for (const auto* text :
       {"[]", "{}", R"({"weight_map": []})", R"({"weight_map": {}})", R"({"weight_map": null})"}) {
    CHECK(contains(refusal_of_index(text), "wanted \"weight_map\", an object with a file"));
  }
  CHECK(contains(refusal_of_index(std::string(R"({"weight_map": {"a": ")") + kFirst +
                                  R"(", "a": ")" + kSecond + "\"}}"),
                 "tensor \"a\" is named twice"));
}

TEST_CASE("shards are plain names in the index's folder") {
  const std::vector<Json> wrong = {"",
                                   ".",
                                   "..",
                                   "/etc/passwd",
                                   "../x.safetensors",
                                   "a\\b",
                                   3,
                                   nullptr,
                                   std::string("x\0y", 3),
                                   Json::array(),
                                   Json::object()};
  for (const auto& name : wrong) {
    CHECK(contains(refusal_of_shard_name(name),
                   "tensor \"b\": wanted the name of a file in the same folder"));
  }
}

TEST_CASE("weights of other formats are named, read or not") {
  const test::TemporaryFolder folder;
  const auto& path = folder.path();
  for (const auto* name : {"pytorch_model.bin", "pytorch_model-00001-of-00002.bin", "model.gguf",
                           "training_args.bin", "notes.txt"})
    test::write_file(path / name, "x");
  const auto error = refusal(path);
  CHECK(contains(error, "model.safetensors: wanted the model's weights, found nothing there"));
  CHECK(contains(error, "model.gguf, pytorch_model-00001-of-00002.bin, pytorch_model.bin"));

  write_two(path);
  write_shard(path / kWeightsFile, one_tensor("c"));
  fs::create_directory(path / "original");
  test::write_file(path / "original" / "consolidated.00.pth", "x");
  test::write_file(path / "consolidated.safetensors", "x");
  CHECK(other_weights_in(path, weights_in(path).files) ==
        std::vector<std::string>{"consolidated.safetensors", "model.gguf", "model.safetensors",
                                 "pytorch_model-00001-of-00002.bin", "pytorch_model.bin",
                                 "original/consolidated.00.pth"});
}

TEST_CASE("a checkpoint gives the same numbers in one file and in shards") {
  const auto config = test::small_config("mdm");
  const auto tensors = test::random_tensors(config, test::StoredType::f32, 5);
  const test::TemporaryFolder whole;
  const test::TemporaryFolder parts;
  test::write_checkpoint(whole.path(), config, tensors);
  write_in_shards(parts.path(), config, tensors);
  const auto ids = torch::arange(12, torch::kInt64).reshape({2, 6});
  CHECK(torch::equal(loaded(whole.path())->dense_logits(ids),
                     loaded(parts.path())->dense_logits(ids)));
}

TEST_CASE("shards that transformers wrote are read: every tensor and its values") {
  for (const auto& [family, shards] : {std::pair{"hf_llama", 3}, {"llada", 2}, {"dream", 2}}) {
    INFO(family);
    const auto folder = test::golden() / "hf" / family;
    const WeightFiles all(weights_in(folder));
    const auto index = Json::parse(test::read_file(folder / kWeightsIndex));
    CHECK(weights_in(folder).files.size() == static_cast<std::size_t>(shards));
    CHECK(all.entries().size() == index.at("weight_map").size());
    CHECK(all.bytes() == index.at("metadata").at("total_size"));
    for (const auto& [name, file] : index.at("weight_map").items()) {
      CHECK(all.file_of(name) == (folder / file.get<std::string>()).string());
      CHECK(torch::isfinite(all.tensor(name)).all().item<bool>());
    }
  }
}

}  // namespace smdm
