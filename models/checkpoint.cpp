// Which files a checkpoint consists of, which format they are of and which kind of model they hold;
// and the model made from them.
#include "models/checkpoint.hpp"

#include <utility>

#include "base/error.hpp"
#include "base/files/paths.hpp"
#include "models/formats/smdm.hpp"
#include "models/mask_and_shift.hpp"
#include "models/matmul.hpp"
#include "models/text/tokenizer.hpp"
#include "models/transformer.hpp"
#include "models/weight_files.hpp"
#include "models/weights.hpp"

namespace smdm {
namespace {
namespace fs = std::filesystem;

struct Files {
  fs::path folder;
  WeightPlace weights;
  fs::path config;
};

Files locate(const fs::path& model) {
  const auto state = look_at(model);
  if (state.standing == Standing::folder)
    return {.folder = model, .weights = weights_in(model), .config = model / "config.json"};
  if (state.standing != Standing::file) {
    throw Error(
        ErrorKind::checkpoint,
        model.string() + ": wanted a folder or a .safetensors file, found " + in_words(state));
  }
  auto config = model;
  config.replace_extension(".config.json");
  return {
      .folder = model.parent_path(), .weights = {.files = {model}, .index = {}}, .config = config};
}

std::optional<fs::path> find_tokenizer(const CheckpointOptions& options,
                                       const Files& files,
                                       std::string_view family) {
  if (options.tokenizer) {
    if (const auto state = look_at(*options.tokenizer); state.standing != Standing::file) {
      throw Error(
          ErrorKind::checkpoint,
          options.tokenizer->string() + ": wanted a tokenizer's file, found " + in_words(state));
    }
    return options.tokenizer;
  }
  const bool smdm = family == smdm_format().family;
  return tokenizer_file_in(files.folder,
                           smdm ? TokenizerChoice::sentencepiece : TokenizerChoice::json);
}

/// Where the files lie that say a tokenizer's special tokens.
fs::path tokenizer_folder(const CheckpointOptions& options, const Files& files) {
  return options.tokenizer ? options.tokenizer->parent_path() : files.folder;
}

/// The configuration's own word or that of the tensors, else the user's.
ModelKind kind_of(const Checkpoint& checkpoint, std::optional<ModelKind> asked) {
  const WeightFiles file(checkpoint.weights);
  const auto told = checkpoint.format->kind(checkpoint.config, file.entries());
  if (told && asked && told->kind != *asked) {
    throw Error(ErrorKind::checkpoint, file.name() + ": --backend " + to_string(*asked) +
                                           " contradicts the checkpoint, which is \"" +
                                           to_string(told->kind) + "\" by " + told->reason);
  }
  if (told) return told->kind;
  if (asked) return *asked;
  throw Error(
      ErrorKind::checkpoint,
      file.name() + ": cannot tell what kind of model it is: give --backend mdm or --backend arm");
}

/// What was trained beside a model's weights is no model without them.
void refuse_adapter(const CheckpointOptions& options) {
  const auto adapter = options.model / "adapter_config.json";
  if (options.model_size || !is_folder(options.model) ||
      !is_absent(options.model / "config.json") || is_absent(adapter))
    return;
  throw Error(ErrorKind::checkpoint,
              adapter.string() + ": an adapter alone: merge it into its base model");
}

/// @param option  that says something which only checkpoints of SMDM leave open
void require_smdm(const std::string& option, std::string_view family, const fs::path& file) {
  if (family == smdm_format().family) return;
  throw Error(ErrorKind::checkpoint, file.string() + ": " + option +
                                         ": wanted one of SMDM's checkpoints, got one of family " +
                                         std::string(family));
}

FormattedConfig config_of(const CheckpointOptions& options, const Files& files) {
  if (options.model_size) {
    const auto* const format = is_absent(files.config) ? nullptr : format_of_config(files.config);
    if (format != nullptr) require_smdm("--model-size", format->family, files.config);
    return published_config(*options.model_size);
  }
  if (!is_absent(files.config)) return recognise_config(files.config);
  throw Error(ErrorKind::checkpoint,
              files.config.string() +
                  ": wanted the model's configuration, found no such file; published "
                  "checkpoints need --model-size");
}

}  // namespace

Checkpoint find_checkpoint(const CheckpointOptions& options) {
  refuse_adapter(options);
  const auto files = locate(options.model);
  Checkpoint checkpoint;
  checkpoint.folder = files.folder;
  checkpoint.weights = files.weights;
  auto [format, config] = config_of(options, files);
  if (!options.model_size) checkpoint.config_file = files.config;
  checkpoint.format = format;
  checkpoint.config = std::move(config);
  if (options.rope_tables) {
    require_smdm("--rope-tables", format->family, files.config);
    checkpoint.config.rope_tables = *options.rope_tables;
  }
  checkpoint.tokenizer = find_tokenizer(options, files, format->family);
  checkpoint.kind = kind_of(checkpoint, options.backend);
  settle_special_tokens({.mask_id = options.mask_id, .shift = options.shift},
                        {.config = checkpoint.config_file.value_or(files.weights.name()),
                         .weights = files.folder,
                         .tokenizer = tokenizer_folder(options, files)},
                        checkpoint.kind, checkpoint.config);
  return checkpoint;
}

std::unique_ptr<LanguageModel> load_model(const Checkpoint& checkpoint,
                                          ComputeType compute,
                                          c10::Device device) {
  keep_matmul_reproducible();
  const WeightFiles files(checkpoint.weights);
  return std::make_unique<Transformer>(
      checkpoint.config, checkpoint.kind, compute,
      load_weights(files, *checkpoint.format, checkpoint.config, checkpoint.kind, compute, device));
}

std::unique_ptr<LanguageModel> random_model(const ModelConfig& config,
                                            ModelKind kind,
                                            ComputeType compute,
                                            c10::Device device,
                                            std::uint64_t seed) {
  keep_matmul_reproducible();
  return std::make_unique<Transformer>(config, kind, compute,
                                       random_weights(config, kind, compute, device, seed));
}

}  // namespace smdm
