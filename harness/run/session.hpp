/// A checkpoint opened for work: the model, its tokenizer, and their identities.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "harness/settings/checkpoint_defaults.hpp"
#include "harness/settings/decided.hpp"
#include "models/checkpoint.hpp"
#include "models/language_model.hpp"
#include "models/model_info.hpp"
#include "models/text/text_encoder.hpp"
#include "models/text/tokenizer.hpp"

namespace smdm {

/// Gives the SHA-256 of a file's bytes.
using FileDigest = std::function<std::string(const std::filesystem::path& file)>;

/// Reads the file. @throws Error(checkpoint)  if it cannot
[[nodiscard]] std::string weights_digest(const std::filesystem::path& file);

struct Session {
  Checkpoint checkpoint;
  std::unique_ptr<LanguageModel> model;
  std::unique_ptr<const Tokenizer> tokenizer;  ///< null where there is none

  /// Why the tokenizer that lies beside the weights cannot be used, where it cannot: ids need none,
  /// so that it matters only to who asks for text.
  std::string tokenizer_fault;
  c10::Device device = c10::kCPU;
  EvaluationDefaults defaults;     ///< the checkpoint's own
  StoredWeights stored;            ///< what the headers of the weights say
  std::vector<std::string> notes;  ///< what people should know of how it was opened

  BosChoice bos = BosChoice::automatic;  ///< what --bos says

  /// How the model reads texts.
  [[nodiscard]] TextRule text_rule() const;

  /// Text to ids by that rule, and back.
  /// @throws Error(checkpoint)  saying how to give one, if there is no tokenizer; or why the one
  ///                            there is cannot be used
  [[nodiscard]] TextEncoder text() const;

  /// Ids that end a text: those that the configuration names, which are of other families than
  /// SMDM's; else the tokenizer's, if it has one.
  [[nodiscard]] std::vector<std::int64_t> end_ids() const;

  /// SHA-256 of weights, configuration and tokenizer, and what was computed where.
  /// @param digest_of  gives the digest of a file of weights, which takes long
  /// @throws Error(checkpoint)  if one of the files can no longer be read
  [[nodiscard]] Json identity(const FileDigest& digest_of = weights_digest) const;
};

/// Prints the session's notes on standard error, one a line.
void print_notes(const Session& session);

/// All of a session but the weights' values: its model knows its info and computes nothing.
/// @throws Error(usage)       if the device does not exist
/// @throws Error(checkpoint)  if the checkpoint cannot be used, as far as headers and configuration
///                            say, or tokenizer and vocabulary disagree
[[nodiscard]] Session open_unloaded(const ModelSettings& settings);

/// Loads what the settings name and sets the number of threads.
/// @throws Error(usage)       if the device does not exist
/// @throws Error(checkpoint)  if it cannot be used, or tokenizer and vocabulary disagree
[[nodiscard]] Session open_session(const ModelSettings& settings);

}  // namespace smdm
