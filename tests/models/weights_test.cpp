// Weights that are not finite are refused with the tensor's name; the names are a table's.
#include "models/weights.hpp"

#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "models/checkpoint.hpp"
#include "models/formats/smdm.hpp"
#include "tests/support/catch.hpp"
#include "tests/support/checkpoint_writer.hpp"
#include "tests/support/errors.hpp"
#include "tests/support/support.hpp"

namespace smdm {
namespace {

using test::contains;

std::string refusal(const std::filesystem::path& folder) {
  return test::error_text<ErrorKind::checkpoint>([&] {
    CheckpointOptions options;
    options.model = folder;
    return load_model(find_checkpoint(options), ComputeType::f32, torch::kCPU);
  });
}

/// A file of the same values in float64, the last of them replaced.
std::string as_f64(const test::TensorMap& tensors, double last) {
  nlohmann::json header = nlohmann::json::object();
  std::vector<double> data;
  for (const auto& [name, tensor] : tensors) {
    const auto begin = data.size() * sizeof(double);
    data.insert(data.end(), tensor.values.begin(), tensor.values.end());
    header[name] = {{"dtype", "F64"},
                    {"shape", tensor.shape},
                    {"data_offsets", {begin, data.size() * sizeof(double)}}};
  }
  data.back() = last;
  std::string bytes(data.size() * sizeof(double), '\0');
  std::memcpy(bytes.data(), data.data(), bytes.size());
  return test::safetensors_bytes(header.dump(), bytes);
}

}  // namespace

TEST_CASE("weights that are not finite are refused with their tensor and their file") {
  const auto config = test::small_config("mdm");
  for (const auto type : {test::StoredType::f32, test::StoredType::bf16}) {
    const auto tensors = test::random_tensors(config, type, 3);
    const test::TemporaryFolder folder;
    const auto with = [&](const std::string& name, float value) {
      auto changed = tensors;
      auto& values = changed.at(name).values;
      values[values.size() / 2] = value;
      test::write_checkpoint(folder.path(), config, changed, type);
      return refusal(folder.path());
    };
    constexpr float kInfinity = std::numeric_limits<float>::infinity();
    for (const auto& [name, tensor] : tensors) {
      const auto error = with(name, std::numeric_limits<float>::quiet_NaN());
      CHECK(contains(error, "tensor \"" + name + "\": wanted finite"));
      CHECK(error.find((folder.path() / "model.safetensors").string()) == 0);
    }
    CHECK(contains(with("lm_head.weight", kInfinity), "tensor \"lm_head.weight\": wanted finite"));
    CHECK(contains(with("lm_head.weight", -kInfinity), "tensor \"lm_head.weight\": wanted finite"));
    CHECK(with("lm_head.weight", 1e30F).empty());
  }
}

TEST_CASE("float64 weights beyond float32 are refused") {
  const auto config = test::small_config("arm");
  const auto tensors = test::random_tensors(config, test::StoredType::f32, 3);
  const test::TemporaryFolder folder;
  test::write_checkpoint(folder.path(), config, tensors);
  const auto error = [&](double last) {
    test::write_file(folder.path() / "model.safetensors", as_f64(tensors, last));
    return refusal(folder.path());
  };
  CHECK(error(-2.0).empty());
  CHECK(contains(error(-1e39), "wanted finite float32 numbers"));
  CHECK(contains(error(1e300), "wanted finite float32 numbers"));
}

TEST_CASE("the names of a file's tensors are data") {
  std::vector<std::string> texts;
  for (const auto& entry : smdm_tensors()) texts.push_back("other." + std::string(entry.name));
  std::vector<TensorName> names;
  for (std::size_t i = 0; i < texts.size(); ++i)
    names.push_back({.role = smdm_tensors()[i].role, .name = texts[i]});

  const auto json = test::small_config("mdm");
  const auto tensors = test::random_tensors(json, test::StoredType::f32, 3);
  test::TensorMap renamed;
  for (const auto& [name, tensor] : tensors) renamed["other." + name] = tensor;
  const test::TemporaryFolder folder;
  test::write_checkpoint(folder.path(), json, tensors);
  const auto other = folder.path() / "other.safetensors";
  test::write_safetensors(other, renamed, test::StoredType::f32);

  const auto config = read_config(folder.path() / "config.json");
  const auto load = [&](const std::filesystem::path& file, TensorNames table) {
    return load_weights(WeightFiles({file}), table, config, ModelKind::mdm, ComputeType::f32,
                        torch::kCPU);
  };
  const auto own = load(folder.path() / "model.safetensors", smdm_tensors());
  const auto same = load(other, names);
  CHECK(same.parameters == own.parameters);
  CHECK(torch::equal(same.embedding, own.embedding));
  CHECK(torch::equal(same.blocks.back().gate_up, own.blocks.back().gate_up));
  CHECK(
      contains(test::error_text<ErrorKind::checkpoint>([&] { return load(other, smdm_tensors()); }),
               "tensor \"transformer.wte.weight\" is missing"));
}

}  // namespace smdm
