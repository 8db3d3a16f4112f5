// LLaMA's layers in the words of the transformers library, for all families that share them.
#include "models/formats/llama_block.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace smdm {
namespace {

constexpr SizeKeys kSizes = {.positions = "max_position_embeddings",
                             .layers = "num_hidden_layers",
                             .heads = "num_attention_heads",
                             .width = "hidden_size"};

constexpr std::array<TensorName, 21> kTensors = {{
    {.role = TensorRole::embedding, .name = "model.embed_tokens.weight"},
    {.role = TensorRole::norm_1, .name = "model.layers.{layer}.input_layernorm.weight"},
    {.role = TensorRole::q, .name = "model.layers.{layer}.self_attn.q_proj.weight"},
    {.role = TensorRole::q_bias, .name = "model.layers.{layer}.self_attn.q_proj.bias"},
    {.role = TensorRole::k, .name = "model.layers.{layer}.self_attn.k_proj.weight"},
    {.role = TensorRole::k_bias, .name = "model.layers.{layer}.self_attn.k_proj.bias"},
    {.role = TensorRole::v, .name = "model.layers.{layer}.self_attn.v_proj.weight"},
    {.role = TensorRole::v_bias, .name = "model.layers.{layer}.self_attn.v_proj.bias"},
    {.role = TensorRole::q_norm, .name = "model.layers.{layer}.self_attn.q_norm.weight"},
    {.role = TensorRole::k_norm, .name = "model.layers.{layer}.self_attn.k_norm.weight"},
    {.role = TensorRole::proj, .name = "model.layers.{layer}.self_attn.o_proj.weight"},
    {.role = TensorRole::proj_bias, .name = "model.layers.{layer}.self_attn.o_proj.bias"},
    {.role = TensorRole::norm_2, .name = "model.layers.{layer}.post_attention_layernorm.weight"},
    {.role = TensorRole::gate, .name = "model.layers.{layer}.mlp.gate_proj.weight"},
    {.role = TensorRole::gate_bias, .name = "model.layers.{layer}.mlp.gate_proj.bias"},
    {.role = TensorRole::up, .name = "model.layers.{layer}.mlp.up_proj.weight"},
    {.role = TensorRole::up_bias, .name = "model.layers.{layer}.mlp.up_proj.bias"},
    {.role = TensorRole::down, .name = "model.layers.{layer}.mlp.down_proj.weight"},
    {.role = TensorRole::down_bias, .name = "model.layers.{layer}.mlp.down_proj.bias"},
    {.role = TensorRole::norm_f, .name = "model.norm.weight"},
    {.role = TensorRole::head, .name = "lm_head.weight"},
}};

/// Frequencies of rotation, which older files store.
constexpr std::array<std::string_view, 2> kSkipped = {
    "model.layers.{layer}.self_attn.rotary_emb.inv_freq", "model.rotary_emb.inv_freq"};

void read_heads(const ConfigFields& fields, const LlamaBlock& block, ModelConfig& config) {
  if (block.key_heads_required && !fields.names("num_key_value_heads"))
    fields.reject("num_key_value_heads", "a positive integer");
  config.n_query_groups = fields.positive("num_key_value_heads", config.n_head);
  if (config.n_head % config.n_query_groups != 0)
    fields.reject("num_key_value_heads", "a divisor of num_attention_heads");
  if (block.head_dim_required || fields.has("head_dim")) {
    config.head_dim = fields.positive("head_dim");
  } else {
    require_whole_heads(fields, kSizes, config);
  }
  require_pairs(fields, fields.has("head_dim") ? "head_dim" : kSizes.width, config);
}

void read_biases(const ConfigFields& fields, const LlamaBlock& block, ModelConfig& config) {
  const bool said =
      block.attention_bias == AttentionBias::as_said && fields.flag("attention_bias", false);
  config.proj_bias = said;
  config.qkv_bias = said || block.attention_bias == AttentionBias::qkv;
  config.feed_forward_bias = block.mlp_bias_as_said && fields.flag("mlp_bias", false);
}

/// How many layers look through a window by layer_types; nothing where the file has none.
std::optional<std::int64_t> windowed_by_types(const ConfigFields& fields,
                                              const ModelConfig& config) {
  if (!fields.has("layer_types")) return std::nullopt;
  const auto types = fields.texts("layer_types");
  if (std::ssize(types) != config.n_layer)
    fields.reject("layer_types", "one type for each of num_hidden_layers");
  const auto sliding = std::ranges::count(types, "sliding_attention");
  if (sliding + std::ranges::count(types, "full_attention") != std::ssize(types))
    fields.reject("layer_types", "full_attention or sliding_attention");
  return sliding;
}

/// How many layers look through a window, and the field that says so.
struct Windowed {
  std::int64_t layers = 0;
  const char* field = "layer_types";
};

/// Mistral's: sliding_window rules, which the library takes for 4096 where it is absent.
Windowed windowed_always(const ConfigFields& fields,
                         std::optional<std::int64_t> by_types,
                         const ModelConfig& config) {
  if (!fields.names("sliding_window")) fields.reject("sliding_window", "a window or null");
  const auto layers = fields.has("sliding_window") ? config.n_layer : 0;
  if (by_types && *by_types != layers)
    fields.reject("layer_types", "types that agree with sliding_window");
  return {.layers = layers, .field = "sliding_window"};
}

/// Qwen's: the layers from max_window_layers on.
Windowed windowed_by_switch(const ConfigFields& fields,
                            std::optional<std::int64_t> by_types,
                            const ModelConfig& config) {
  const bool used = fields.flag("use_sliding_window", false);
  const auto first = fields.whole("max_window_layers");
  if (by_types) return {.layers = *by_types};
  if (!used) return {};
  if (!first) fields.reject("max_window_layers", "the number of layers without a window");
  return {.layers = std::max<std::int64_t>(config.n_layer - *first, 0),
          .field = "max_window_layers"};
}

Windowed windowed_layers(const ConfigFields& fields, Windows windows, const ModelConfig& config) {
  const auto by_types = windowed_by_types(fields, config);
  if (windows == Windows::always) return windowed_always(fields, by_types, config);
  if (windows == Windows::switched) return windowed_by_switch(fields, by_types, config);
  if (by_types.value_or(0) != 0)
    fields.reject("layer_types", "full_attention: the family has no window");
  return {};
}

/// A row that is no longer than the window does not see it, so no longer row is computed.
void read_window(const ConfigFields& fields, Windows windows, ModelConfig& config) {
  const auto windowed = windowed_layers(fields, windows, config);
  if (windows == Windows::none) return;
  if (fields.has("sliding_window")) config.window = fields.positive("sliding_window");
  if (windowed.layers == 0) config.window.reset();
  if (windowed.layers == 0) return;
  if (windowed.layers != config.n_layer)
    fields.reject(windowed.field, "a window in all layers or in none");
  config.window = fields.positive("sliding_window");
  config.block_size = std::min(config.block_size, *config.window);
}

}  // namespace

ModelConfig read_llama_block(const ConfigFields& fields, const LlamaBlock& block) {
  auto config = start_config(fields, block.keys);
  read_sizes(fields, kSizes, config);
  config.intermediate_size = fields.positive("intermediate_size");
  config.norm_eps = fields.positive_number("rms_norm_eps");
  config.qk_norm = block.qk_norm;
  require_silu(fields);
  read_rope(fields, block.rope, config);
  read_heads(fields, block, config);
  read_biases(fields, block, config);
  config.tied_head = fields.flag("tie_word_embeddings", false);
  read_window(fields, block.windows, config);
  return config;
}

ModelConfig read_llama_family(const ConfigFields& fields, const LlamaBlock& block) {
  auto config = read_llama_block(fields, block);
  refuse_unread(fields, block.keys);
  return config;
}

TensorNames llama_block_tensors() {
  return kTensors;
}

LlamaBlock qwen2_block(const FamilyKeys& keys) {
  return {.keys = keys,
          .windows = Windows::switched,
          .attention_bias = AttentionBias::qkv,
          .key_heads_required = true};
}

LlamaBlock qwen3_block(const FamilyKeys& keys) {
  return {.keys = keys,
          .windows = Windows::switched,
          .attention_bias = AttentionBias::as_said,
          .qk_norm = true,
          .key_heads_required = true,
          .head_dim_required = true};
}

ModelFormat llama_block_format(std::string_view name,
                               std::string_view family,
                               std::string_view model_type,
                               ModelConfig (*read)(const ConfigFields& fields)) {
  return {.name = name,
          .family = family,
          .model_type = model_type,
          .read = read,
          .kind = kind_of_family,
          .tensors = kTensors,
          .skipped = kSkipped,
          .published = none_published};
}

}  // namespace smdm
