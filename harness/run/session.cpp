// Opens a checkpoint with everything that belongs to it and checks that the parts fit: a tokenizer
// with more pieces than the vocabulary would only fail at the first rare token.
#include "harness/run/session.hpp"

#include <algorithm>
#include <iostream>
#include <utility>

#include <ATen/Parallel.h>

#include "base/error.hpp"
#include "base/files/digest.hpp"
#include "base/files/paths.hpp"
#include "base/files/read.hpp"
#include "base/files/size.hpp"
#include "base/text/visible.hpp"
#include "harness/run/auto_dtype.hpp"
#include "models/weight_files.hpp"

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

/// What is not a SentencePiece model was found by its name and may be of a kind that is not read.
void open_tokenizer_of(Session& session, bool given) {
  const auto& file = session.checkpoint.tokenizer;
  try {
    session.tokenizer = tokenizer_of(session.checkpoint);
  } catch (const Error& error) {
    if (given || file->filename() == "tokenizer.model") throw;
    session.tokenizer_fault = error.what();
  }
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

/// Only a folder is a checkpoint as a whole: beside NAME.safetensors any others may lie.
void note_other_weights(const std::filesystem::path& model, Session& session) {
  if (!is_folder(model)) return;
  constexpr std::size_t kShown = 6;
  const auto others = other_weights_in(model, session.checkpoint.weights.files);
  if (others.empty()) return;
  std::string names;
  for (std::size_t i = 0; i < std::min(others.size(), kShown); ++i)
    names += (i == 0 ? "" : ", ") + others[i];
  if (others.size() > kShown) names += " and " + std::to_string(others.size() - kShown) + " more";
  session.notes.push_back("beside the weights lie " + names + ", which are not read");
}

ComputeType decided_compute(const ModelSettings& settings, Session& session) {
  if (settings.compute) return *settings.compute;
  auto choice =
      chosen_dtype(session.checkpoint.config, session.stored, session.device, settings.sharers);
  if (!choice.line.empty()) session.notes.push_back(std::move(choice.line));
  return choice.compute;
}

/// The digest of the weights. Of shards it is one over their digests and names, as sha256sum
/// prints them, and each stands beside it.
void add_weights(const WeightPlace& weights, const FileDigest& digest_of, Json& json) {
  json["weights"] = weights.name();
  if (!weights.index) {
    json["weights_sha256"] = digest_of(weights.files.front());
    return;
  }
  std::string lines;
  auto files = Json::array();
  for (const auto& file : weights.files) {
    const auto name = file.filename().string();
    const auto digest = digest_of(file);
    lines.append(digest).append("  ").append(name).append("\n");
    files.push_back(
        {{"name", name}, {"sha256", digest}, {"bytes", file_bytes(file, ErrorKind::checkpoint)}});
  }
  json["weights_sha256"] = sha256(lines);
  json["weights_files"] = std::move(files);
}

}  // namespace

std::string weights_digest(const std::filesystem::path& file) {
  return sha256_of_file(file, ErrorKind::checkpoint);
}

TextRule Session::text_rule() const {
  auto rule = smdm::text_rule(checkpoint.config, checkpoint.kind);
  if (bos == BosChoice::on) rule.bos = BosRule::in_front;
  if (bos == BosChoice::off) rule.bos = BosRule::none;
  return rule;
}

TextEncoder Session::text() const {
  if (!tokenizer && !tokenizer_fault.empty()) throw Error(ErrorKind::checkpoint, tokenizer_fault);
  if (!tokenizer) {
    throw Error(ErrorKind::checkpoint, checkpoint.weights.name() +
                                           ": wanted a tokenizer for text: put tokenizer.model or "
                                           "tokenizer.json beside the weights "
                                           "or give --tokenizer FILE");
  }
  try {
    return {*tokenizer, text_rule()};
  } catch (const Error& error) {
    throw Error(error.kind(), checkpoint.tokenizer.value_or("").string() + ": " + error.what());
  }
}

std::vector<std::int64_t> Session::end_ids() const {
  if (!checkpoint.config.eos_ids.empty()) return checkpoint.config.eos_ids;
  if (tokenizer == nullptr || tokenizer->eos_id() < 0) return {};
  return {tokenizer->eos_id()};
}

Json Session::identity(const FileDigest& digest_of) const {
  const auto& info = model->info();
  const bool diffusion = checkpoint.kind == ModelKind::mdm;
  Json json = {{"kind", to_string(checkpoint.kind)},
               {"name", checkpoint.config.name},
               {"parameters", info.parameters},
               {"vocab_tokens", info.vocab_tokens},
               {"max_tokens", info.max_tokens},
               {"dtype", name_of(kAllComputeTypes, info.compute)},
               {"family", checkpoint.config.family},
               {"mask_id", diffusion ? Json(checkpoint.config.mask()) : Json(nullptr)},
               {"shifted", diffusion ? Json(checkpoint.config.shifted_logits) : Json(nullptr)},
               {"bos", tokenizer ? Json(to_string(text_rule().bos)) : Json(nullptr)},
               {"rope_tables", name_of(kAllRopeTables, checkpoint.config.rope_tables)},
               {"storage", stored.storage()}};
  add_weights(checkpoint.weights, digest_of, json);
  if (checkpoint.config_file) json["config_sha256"] = weights_digest(*checkpoint.config_file);
  const auto evaluation_file = checkpoint.folder / kEvaluationFile;
  json["training_flops"] = training_flops(checkpoint.folder);
  if (!defaults.empty()) json["evaluation_sha256"] = weights_digest(evaluation_file);
  if (checkpoint.tokenizer) {
    json["tokenizer"] = checkpoint.tokenizer->string();
    json["tokenizer_sha256"] = weights_digest(*checkpoint.tokenizer);
  }
  return json;
}

void print_notes(const Session& session) {
  for (const auto& note : session.notes) std::cerr << visible(note) << "\n";
}

Session open_unloaded(const ModelSettings& settings) {
  if (settings.threads) at::set_num_threads(*settings.threads);
  Session session;
  session.bos = settings.bos;
  session.device = device_of(settings.device);
  session.checkpoint = find_checkpoint(settings.checkpoint);
  const auto& checkpoint = session.checkpoint;
  open_tokenizer_of(session, settings.checkpoint.tokenizer.has_value());
  session.defaults = read_evaluation_defaults(checkpoint.folder / kEvaluationFile);
  session.stored = stored_weights(*checkpoint.format, checkpoint.config,
                                  WeightFiles(checkpoint.weights).entries());
  note_other_weights(settings.checkpoint.model, session);
  session.model =
      unloaded_model(model_info(checkpoint.config, checkpoint.kind,
                                decided_compute(settings, session), session.stored.parameters));
  return session;
}

Session open_session(const ModelSettings& settings) {
  auto session = open_unloaded(settings);
  session.model = load_model(session.checkpoint, session.model->info().compute, session.device);
  return session;
}

}  // namespace smdm
