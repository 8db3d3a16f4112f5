// Opens a checkpoint with everything that belongs to it and checks that the parts fit: a tokenizer
// with more pieces than the vocabulary would only fail at the first rare token.
#include "harness/run/session.hpp"

#include <ATen/Parallel.h>

#include "base/error.hpp"
#include "base/files/digest.hpp"
#include "base/files/read.hpp"

namespace smdm {
namespace {

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

c10::Device device_of(const std::string& name) {
  try {
    return find_device(name);
  } catch (const std::invalid_argument& error) {
    throw Error(ErrorKind::usage, std::string("--device: ") + error.what());
  }
}

/// Floating-point operations that training took, as `smdm-eval train` leaves them beside the
/// weights; null where they are not known.
Json training_flops(const std::filesystem::path& folder) {
  // The record of a training is no part of a checkpoint: without it the model is as good.
  const auto text =
      read_file_if_there(folder / "training.json", ErrorKind::checkpoint).value_or("");
  const auto training = Json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!training.is_object() || !training.contains("flops")) return nullptr;
  return training.at("flops").is_number() ? training.at("flops") : Json(nullptr);
}

}  // namespace

const Tokenizer& Session::text() const {
  if (!tokenizer) {
    throw Error(ErrorKind::checkpoint,
                checkpoint.weights.name() +
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
               {"dtype", name_of(kAllComputeTypes, info.compute)},
               {"rope_tables", name_of(kAllRopeTables, checkpoint.config.rope_tables)},
               {"weights", checkpoint.weights.string()},
               {"weights_sha256", digest(checkpoint.weights)}};
  if (checkpoint.config_file) json["config_sha256"] = digest(*checkpoint.config_file);
  const auto evaluation_file = checkpoint.folder / kEvaluationFile;
  json["training_flops"] = training_flops(checkpoint.folder);
  if (!defaults.empty()) json["evaluation_sha256"] = digest(evaluation_file);
  if (checkpoint.tokenizer) {
    json["tokenizer"] = checkpoint.tokenizer->string();
    json["tokenizer_sha256"] = digest(*checkpoint.tokenizer);
  }
  return json;
}

Session open_session(const ModelSettings& settings) {
  if (settings.threads) at::set_num_threads(*settings.threads);
  Session session;
  session.device = device_of(settings.device);
  session.checkpoint = find_checkpoint(settings.checkpoint);
  session.tokenizer = tokenizer_of(session.checkpoint);
  session.defaults = read_evaluation_defaults(session.checkpoint.folder / kEvaluationFile);
  session.model = load_model(session.checkpoint, settings.compute, session.device);
  return session;
}

}  // namespace smdm
