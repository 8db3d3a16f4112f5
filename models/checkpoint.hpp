/// From the paths a user gives to a model that is ready to compute.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include <c10/core/Device.h>

#include "models/config.hpp"
#include "models/formats/list.hpp"
#include "models/language_model.hpp"
#include "models/weight_index.hpp"

namespace smdm {

/// What a user says about a checkpoint.
struct CheckpointOptions {
  /// A folder with config.json and model.safetensors, or shards with an index; or one
  /// NAME.safetensors with NAME.config.json beside it.
  std::filesystem::path model;
  std::optional<std::int64_t>
      model_size;  ///< published family's name in millions; replaces a configuration file
  std::optional<ModelKind> backend;
  std::optional<RopeTables> rope_tables;  ///< overrides the configuration; of SMDM's models alone
  std::optional<std::int64_t> mask_id;    ///< of a masked diffusion model whose files do not say it
  std::optional<bool> shift;  ///< of families that leave open whether their logits are shifted
  std::optional<std::filesystem::path> tokenizer;
};

/// A checkpoint's files and architecture, read but not loaded.
struct Checkpoint {
  std::filesystem::path folder;  ///< that everything lies in, as far as nobody says otherwise
  WeightPlace weights;
  std::optional<std::filesystem::path> config_file;
  std::optional<std::filesystem::path>
      tokenizer;                        ///< tokenizer.model beside the weights, or the one given
  const ModelFormat* format = nullptr;  ///< one of all_formats()
  ModelConfig config;
  ModelKind kind = ModelKind::mdm;
};

/// Finds and reads everything but the weights' values.
/// @throws Error(checkpoint)  if a file is missing or malformed, or the kind of model is not known
[[nodiscard]] Checkpoint find_checkpoint(const CheckpointOptions& options);

/// Loads the weights.
/// @throws Error(checkpoint)  for missing, unexpected or misshapen tensors and numbers that are not
///                            finite
[[nodiscard]] std::unique_ptr<LanguageModel> load_model(const Checkpoint& checkpoint,
                                                        ComputeType compute,
                                                        c10::Device device);

/// A model with random weights, for benchmarks and tests.
[[nodiscard]] std::unique_ptr<LanguageModel> random_model(const ModelConfig& config,
                                                          ModelKind kind,
                                                          ComputeType compute,
                                                          c10::Device device,
                                                          std::uint64_t seed);

/// "auto" (the first GPU that this build can use, else the CPU), "cpu", "cuda" or "cuda:1".
/// @throws std::invalid_argument  for any other name, or if there is no such device
[[nodiscard]] c10::Device find_device(const std::string& name);

/// A device's name for people and results files: "cpu" or the GPU's product name.
[[nodiscard]] std::string device_name(c10::Device device);

/// Bytes of a GPU's memory that are free; nothing for the CPU, and in a build without the toolkit.
[[nodiscard]] std::optional<std::uint64_t> free_device_memory(c10::Device device);

}  // namespace smdm
