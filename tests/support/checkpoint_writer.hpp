/// Writes checkpoints for tests: safetensors files of any tensors, and random models of any
/// configuration. Independent of the code that reads them.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace smdm::test {

/// Values of one tensor, row-major.
struct TensorData {
  std::vector<std::int64_t> shape;
  std::vector<float> values;
};

using TensorMap = std::map<std::string, TensorData>;

enum class StoredType : std::uint8_t { f32, bf16 };

/// The value nearest to `value` (ties to even) that bfloat16 can hold.
float as_bf16(float value);

/// A file's bytes: header length, header (spaces before it ends as given), data.
std::string safetensors_bytes(const std::string& header, const std::string& data);

/// @param misalign  puts every tensor at an address that no element size divides
void write_safetensors(const std::filesystem::path& path,
                       const TensorMap& tensors,
                       StoredType type,
                       bool misalign = false);

/// A small configuration in the reference's field names; change what a test is about.
nlohmann::json small_config(const std::string& kind);

/// Random tensors of a configuration with x_model_type: matrices N(0, scale^2), norms near 1.
/// Values are already rounded to `type`.
TensorMap random_tensors(const nlohmann::json& config,
                         StoredType type,
                         std::uint32_t seed,
                         float scale = 0.2F);

/// folder/config.json and folder/model.safetensors
void write_checkpoint(const std::filesystem::path& folder,
                      const nlohmann::json& config,
                      const TensorMap& tensors,
                      StoredType type = StoredType::f32);

}  // namespace smdm::test
