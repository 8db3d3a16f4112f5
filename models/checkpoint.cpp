#include "models/checkpoint.hpp"

#include <utility>

#include "base/error.hpp"
#include "models/matmul.hpp"
#include "models/safetensors.hpp"
#include "models/transformer.hpp"
#include "models/weights.hpp"

namespace smdm {
namespace {
namespace fs = std::filesystem;

struct Files {
  fs::path weights;
  fs::path config;
};

Files locate(const fs::path& model) {
  if (fs::is_directory(model))
    return {.weights = model / "model.safetensors", .config = model / "config.json"};
  if (!fs::exists(model)) {
    throw Error(ErrorKind::checkpoint,
                model.string() + ": wanted a folder or a .safetensors file, found nothing there");
  }
  auto config = model;
  config.replace_extension(".config.json");
  return {.weights = model, .config = config};
}

std::optional<fs::path> find_tokenizer(const CheckpointOptions& options, const Files& files) {
  if (options.tokenizer) {
    if (!fs::is_regular_file(*options.tokenizer)) {
      throw Error(ErrorKind::checkpoint, options.tokenizer->string() +
                                             ": wanted a SentencePiece model, found no such file");
    }
    return options.tokenizer;
  }
  const auto beside = files.weights.parent_path() / "tokenizer.model";
  if (fs::is_regular_file(beside)) return std::optional(beside);
  return std::nullopt;
}

}  // namespace

Checkpoint find_checkpoint(const CheckpointOptions& options) {
  const auto files = locate(options.model);
  if (!fs::exists(files.weights)) {
    throw Error(ErrorKind::checkpoint,
                files.weights.string() + ": wanted the model's weights, found no such file");
  }
  Checkpoint checkpoint;
  checkpoint.weights = files.weights;
  if (options.model_size) {
    checkpoint.config = family_config(*options.model_size);
  } else if (fs::exists(files.config)) {
    checkpoint.config_file = files.config;
    checkpoint.config = read_config(files.config);
  } else {
    throw Error(ErrorKind::checkpoint,
                files.config.string() +
                    ": wanted the model's configuration, found no such file; published "
                    "checkpoints need --model-size");
  }
  if (options.rope_tables) checkpoint.config.rope_tables = *options.rope_tables;
  checkpoint.tokenizer = find_tokenizer(options, files);
  checkpoint.kind = model_kind(SafetensorsFile(files.weights), checkpoint.config, options.backend);
  return checkpoint;
}

std::unique_ptr<LanguageModel> load_model(const Checkpoint& checkpoint,
                                          ComputeType compute,
                                          torch::Device device) {
  keep_matmul_reproducible();
  const SafetensorsFile file(checkpoint.weights);
  return std::make_unique<Transformer>(
      checkpoint.config, checkpoint.kind, compute,
      load_weights(file, checkpoint.config, checkpoint.kind, compute, device));
}

std::unique_ptr<LanguageModel> random_model(const ModelConfig& config,
                                            ModelKind kind,
                                            ComputeType compute,
                                            torch::Device device,
                                            std::uint64_t seed) {
  keep_matmul_reproducible();
  return std::make_unique<Transformer>(config, kind, compute,
                                       random_weights(config, kind, compute, device, seed));
}

}  // namespace smdm
