/// A format of checkpoints as data: how its configuration is told and read, and under which names
/// its tensors are stored. Whatever differs between models of one format, such as the id of the
/// mask, the base of the rotary embedding, or whether the logits are shifted, is a field of the
/// ModelConfig that `read` gives.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "models/config.hpp"
#include "models/formats/config_fields.hpp"
#include "models/formats/tensor_names.hpp"
#include "models/safetensors.hpp"

namespace smdm {

/// A kind of model that a checkpoint's files tell.
struct ToldKind {
  ModelKind kind = ModelKind::mdm;
  std::string reason;  ///< what tells it, for errors: "x_model_type of its configuration"
};

/// One format.
struct ModelFormat {
  std::string_view name;    ///< as people call it
  std::string_view family;  ///< as results record it: "smdm", "llama", "dream", ...

  /// What "model_type" of its configurations says; empty where `told_by` tells the format.
  std::string_view model_type = {};

  /// Whether the fields of a configuration tell the format, and their names, for errors.
  bool (*told_by)(const ConfigFields& fields) = nullptr;
  std::string_view fields = {};

  /// Whether a configuration is one of this format, right or wrong in its values. At most one
  /// format may say so.
  [[nodiscard]] bool recognises(const ConfigFields& configuration) const;

  /// @throws Error(checkpoint)  naming the file and the field: what was wanted and what came
  ModelConfig (*read)(const ConfigFields& fields);

  /// The kind of model; nothing where neither the configuration nor the tensors tell.
  std::optional<ToldKind> (*kind)(const ModelConfig& config, const TensorEntries& tensors);

  TensorNames tensors;
  QkvOrder qkv_order = QkvOrder::by_group;  ///< of the role qkv, where the table has it

  /// What the names of all tensors but the head's may begin with besides ("transformer." of some
  /// GPT-2 files): in a file where one does, all do.
  std::string_view optional_prefix = {};

  /// Tensors that published files hold and nothing is computed from, such as buffers with the
  /// frequencies of rotation; patterns for matches_name(), without optional_prefix.
  std::span<const std::string_view> skipped = {};

  /// Configurations of models published without one, by the number that --model-size takes;
  /// mostly none.
  std::map<std::int64_t, ModelConfig> (*published)();
};

}  // namespace smdm
