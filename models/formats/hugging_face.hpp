/// What the configurations of the transformers library have in common, whatever the family: which
/// keys say nothing about what is computed, how rotary parameters are spelled, and that a key that
/// nobody has read is refused, because a model computed without it may be another model.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "models/formats/format.hpp"

namespace smdm {

/// A key that a family's files may hold and that changes no logit. Keys of all families stand in
/// hugging_face.cpp.
struct HarmlessKey {
  std::string_view key;
  std::string_view only = {};  ///< the only value it may have, as JSON; empty: any
};

/// A key that must be absent, null, false or 0, because it asks for what is not computed here.
struct RefusedKey {
  std::string_view key;
  std::string_view wanted;  ///< for the error: "none: quantized weights are not read"
};

/// What a family's files must and may say besides its sizes.
struct FamilyKeys {
  std::string_view family;  ///< ModelFormat::family
  ModelKind kind = ModelKind::arm;
  std::span<const std::string_view> architectures;  ///< the heads that are computed here
  std::span<const HarmlessKey> harmless = {};
  std::span<const RefusedKey> refused = {};
};

/// A configuration with all that the family alone decides, and with the ids of special tokens.
/// @throws Error(checkpoint)  if the file names another head than a language model's, a direction
///                            of attention that is not the family's, or a refused key
[[nodiscard]] ModelConfig start_config(const ConfigFields& fields, const FamilyKeys& keys);

/// To be called when all is read.
/// @throws Error(checkpoint)  naming the first key that was not read and may change a logit
void refuse_unread(const ConfigFields& fields, const FamilyKeys& keys);

/// The keys that count heads and widths, of which each family has its own.
struct SizeKeys {
  const char* positions;
  const char* layers;
  const char* heads;
  const char* width;
};

/// Sets block_size, n_layer, n_head, n_embd and both sizes of the vocabulary ("vocab_size"); and
/// n_query_groups to n_head.
/// @throws Error(checkpoint)  if one is missing or no positive integer
void read_sizes(const ConfigFields& fields, const SizeKeys& keys, ModelConfig& config);

/// @throws Error(checkpoint)  unless the width can be shared out among the heads
void require_whole_heads(const ConfigFields& fields,
                         const SizeKeys& keys,
                         const ModelConfig& config);

/// @throws Error(checkpoint)  unless an even number of a head's dimensions rotate
void require_pairs(const ConfigFields& fields, const char* field, const ModelConfig& config);

/// How a family's files spell rotary parameters.
struct RopeKeys {
  /// The key of the base beside those that are read for all ("rope_theta", and "rope_theta" within
  /// "rope_parameters"); may be null.
  const char* base = nullptr;

  /// The key of the share of a head's dimensions that rotates; null: all do.
  const char* share = nullptr;

  /// The release of transformers before which files had no base, which was 10000; 0.0: none.
  int base_since_major = 0;
  int base_since_minor = 0;
};

/// Sets rotary_base, rotary_percentage and rope_scaling from either spelling: rope_theta with
/// rope_scaling, or rope_parameters of transformers 5.
/// @throws Error(checkpoint)  if no key says the base, two keys disagree, or the scaling is neither
///                            the default nor Llama-3's
void read_rope(const ConfigFields& fields, const RopeKeys& keys, ModelConfig& config);

/// The activation of a feed-forward layer without a gate.
/// @throws Error(checkpoint)  unless it is GELU in one of its two forms
[[nodiscard]] FeedForward gelu_of(const ConfigFields& fields,
                                  const char* field,
                                  const std::string& otherwise);

/// @throws Error(checkpoint)  unless the activation is SiLU, the gate's
void require_silu(const ConfigFields& fields);

/// @throws Error(checkpoint)  unless the flag is `wanted`; `otherwise` is what it is when absent
void require_flag(const ConfigFields& fields, const char* field, bool wanted, bool otherwise);

/// @throws Error(checkpoint)  unless the text is `wanted`, also when it is absent
void require_text(const ConfigFields& fields, const char* field, const std::string& wanted);

/// ModelFormat::kind of families that are of one kind each.
[[nodiscard]] std::optional<ToldKind> kind_of_family(const ModelConfig& config,
                                                     const TensorEntries& tensors);

/// ModelFormat::published of families whose files always have a configuration.
[[nodiscard]] std::map<std::int64_t, ModelConfig> none_published();

}  // namespace smdm
