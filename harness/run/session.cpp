#include "harness/run/session.hpp"

#include <fstream>
#include <sstream>

#include <ATen/Parallel.h>

#include "base/error.hpp"
#include "base/files/digest.hpp"

namespace smdm {
namespace {

CheckpointOptions checkpoint_options(const Settings& settings) {
  CheckpointOptions options;
  options.model = settings.model.value();
  options.model_size = settings.model_size;
  if (settings.backend)
    options.backend = *settings.backend == "mdm" ? ModelKind::mdm : ModelKind::arm;
  if (settings.rope_tables)
    options.rope_tables = *settings.rope_tables == "f32" ? RopeTables::f32 : RopeTables::bf16;
  if (settings.tokenizer) options.tokenizer = *settings.tokenizer;
  return options;
}

std::unique_ptr<const Tokenizer> tokenizer_of(const Checkpoint& checkpoint) {
  if (!checkpoint.tokenizer) return nullptr;
  auto tokenizer = open_tokenizer(*checkpoint.tokenizer);
  if (tokenizer->pieces() > checkpoint.config.padded_vocab_size) {
    throw Error(ErrorKind::checkpoint,
                checkpoint.tokenizer->string() + ": tokenizer and model disagree: it has " +
                    std::to_string(tokenizer->pieces()) + " pieces, the model's vocabulary " +
                    std::to_string(checkpoint.config.padded_vocab_size));
  }
  return tokenizer;
}

c10::Device device_of(const Settings& settings) {
  try {
    return find_device(settings.device.value_or("auto"));
  } catch (const std::invalid_argument& error) {
    throw Error(ErrorKind::usage, std::string("--device: ") + error.what());
  }
}

/// Floating-point operations that training took, as `smdm-eval train` leaves them beside the
/// weights; null where they are not known.
Json training_flops(const std::filesystem::path& folder) {
  const std::ifstream file(folder / "training.json");
  std::ostringstream text;
  text << file.rdbuf();
  const auto training = Json::parse(text.str(), nullptr, /*allow_exceptions=*/false);
  if (!training.is_object() || !training.contains("flops")) return nullptr;
  return training.at("flops").is_number() ? training.at("flops") : Json(nullptr);
}

}  // namespace

const Tokenizer& Session::text() const {
  if (!tokenizer) {
    throw Error(ErrorKind::checkpoint,
                checkpoint.weights.string() +
                    ": wanted a tokenizer for text: put tokenizer.model beside the weights "
                    "or give --tokenizer FILE");
  }
  return *tokenizer;
}

Json Session::identity() const {
  const auto digest = [](const std::filesystem::path& file) {
    return sha256_of_file(file, ErrorKind::checkpoint);
  };
  const auto& info = model->info();
  Json json = {{"kind", to_string(checkpoint.kind)},
               {"name", checkpoint.config.name},
               {"parameters", info.parameters},
               {"vocab_tokens", info.vocab_tokens},
               {"max_tokens", info.max_tokens},
               {"dtype", info.compute == ComputeType::bf16 ? "bf16" : "f32"},
               {"rope_tables", checkpoint.config.rope_tables == RopeTables::bf16 ? "bf16" : "f32"},
               {"weights", checkpoint.weights.string()},
               {"weights_sha256", digest(checkpoint.weights)}};
  if (checkpoint.config_file) json["config_sha256"] = digest(*checkpoint.config_file);
  const auto evaluation_file = checkpoint.weights.parent_path() / kEvaluationFile;
  json["training_flops"] = training_flops(checkpoint.weights.parent_path());
  if (!defaults.empty()) json["evaluation_sha256"] = digest(evaluation_file);
  if (checkpoint.tokenizer) {
    json["tokenizer"] = checkpoint.tokenizer->string();
    json["tokenizer_sha256"] = digest(*checkpoint.tokenizer);
  }
  return json;
}

Session open_session(const Settings& settings) {
  if (!settings.model)
    throw Error(ErrorKind::usage,
                "wanted --model: a folder, or NAME.safetensors with NAME.config.json beside it");
  if (settings.threads) {
    if (*settings.threads < 1)
      throw Error(ErrorKind::usage,
                  "--threads: wanted at least 1, got " + std::to_string(*settings.threads));
    at::set_num_threads(*settings.threads);
  }
  Session session;
  session.device = device_of(settings);
  session.checkpoint = find_checkpoint(checkpoint_options(settings));
  session.tokenizer = tokenizer_of(session.checkpoint);
  const auto compute =
      settings.dtype.value_or("f32") == "bf16" ? ComputeType::bf16 : ComputeType::f32;
  session.defaults =
      read_evaluation_defaults(session.checkpoint.weights.parent_path() / kEvaluationFile);
  session.model = load_model(session.checkpoint, compute, session.device);
  return session;
}

}  // namespace smdm
