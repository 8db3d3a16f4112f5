// Nothing here looks at a weight: a checkpoint of many gigabytes is described as fast as a small
// one.
#include "models/model_info.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace smdm {
namespace {

class UnloadedModel final : public LanguageModel {
 public:
  using LanguageModel::LanguageModel;

 private:
  [[noreturn]] static void refuse() {
    throw std::logic_error("unloaded model: wanted no numbers of it");
  }
  Prefixes run(const PackedRows& /*rows*/,
               std::span<KvCache* const> /*caches*/,
               const LogitsVisitor& /*visit*/) const override {
    refuse();
  }
  [[nodiscard]] std::unique_ptr<KvCache> new_cache(std::int64_t /*capacity*/) const override {
    refuse();
  }
};

/// A type of the safetensors format as torch calls it.
std::string words_of(const std::string& dtype) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kWords = {
      {{"BF16", "bfloat16"},
       {"F16", "float16"},
       {"F32", "float32"},
       {"F64", "float64"},
       {"I8", "int8"},
       {"U8", "uint8"},
       {"F8_E4M3", "float8_e4m3"},
       {"F8_E5M2", "float8_e5m2"}}};
  const auto* found =
      std::ranges::find(kWords, dtype, &std::pair<std::string_view, std::string_view>::first);
  return found == kWords.end() ? dtype : std::string(found->second);
}

std::string_view without_prefix(const ModelFormat& format, std::string_view name) {
  const auto prefix = format.optional_prefix;
  return !prefix.empty() && name.starts_with(prefix) ? name.substr(prefix.size()) : name;
}

/// Whether a tensor has a role that stands once in a model.
bool is_role(const ModelFormat& format, TensorRole role, std::string_view name) {
  if (!has_role(format.tensors, role)) return false;
  const auto wanted = tensor_name(format.tensors, role);
  return name == wanted || without_prefix(format, name) == wanted;
}

bool is_computed_from(const ModelFormat& format, const ModelConfig& config, std::string_view name) {
  if (config.tied_head && is_role(format, TensorRole::head, name)) return false;
  return std::ranges::none_of(format.skipped, [&](std::string_view pattern) {
    return matches_name(pattern, name) || matches_name(pattern, without_prefix(format, name));
  });
}

std::int64_t elements_of(const TensorEntry& entry) {
  std::int64_t count = 1;
  for (const auto size : entry.shape) count *= size;
  return count;
}

}  // namespace

ModelInfo model_info(const ModelConfig& config,
                     ModelKind kind,
                     ComputeType compute,
                     std::int64_t parameters) {
  ModelInfo info{.objective = Autoregressive{},
                 .vocab_tokens = config.padded_vocab_size,
                 .max_tokens = config.block_size,
                 .parameters = parameters,
                 .compute = compute,
                 .arithmetic = config.arithmetic};
  if (kind == ModelKind::mdm) {
    info.objective = MaskedDiffusion{.mask_id = config.mask(),
                                     .shifted = config.shifted_logits,
                                     .excludes_mask = config.excludes_mask};
  }
  return info;
}

std::unique_ptr<LanguageModel> unloaded_model(const ModelInfo& info) {
  return std::make_unique<UnloadedModel>(info);
}

std::string StoredWeights::storage() const {
  std::string text;
  for (const auto& dtype : dtypes) text += (text.empty() ? "" : ", ") + dtype;
  return text;
}

std::uint64_t StoredWeights::bytes(ComputeType compute) const {
  constexpr std::uint64_t kFloat = 4;
  constexpr std::uint64_t kHalf = 2;
  const auto all = static_cast<std::uint64_t>(parameters);
  if (compute == ComputeType::f32) return kFloat * all;
  return kHalf * all + (kFloat - kHalf) * static_cast<std::uint64_t>(kept_in_float);
}

StoredWeights stored_weights(const ModelFormat& format,
                             const ModelConfig& config,
                             const TensorEntries& entries) {
  StoredWeights stored;
  std::set<std::string> dtypes;
  for (const auto& [name, entry] : entries) {
    if (!is_computed_from(format, config, name)) continue;
    const auto elements = elements_of(entry);
    stored.parameters += elements;
    dtypes.insert(words_of(entry.dtype));
    const bool is_matrix = entry.shape.size() > 1 && !is_role(format, TensorRole::embedding, name);
    if (config.arithmetic == Arithmetic::smdm && !is_matrix) stored.kept_in_float += elements;
  }
  stored.dtypes.assign(dtypes.begin(), dtypes.end());
  return stored;
}

std::int64_t layer_parameters(const ModelConfig& config) {
  const auto queries = config.n_head * config.head_size();
  const auto keys = config.n_query_groups * config.head_size();
  const std::int64_t inner = config.feed_forward == FeedForward::swiglu ? 3 : 2;
  return config.n_layer * config.n_embd *
         (2 * queries + 2 * keys + inner * config.intermediate_size);
}

}  // namespace smdm
