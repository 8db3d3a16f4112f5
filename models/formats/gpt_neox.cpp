// GPT-NeoX's keys and tensors. Rows of its joint matrix lie head by head: each a query, a key and a
// value, which is the order by group where every head is a group.
#include "models/formats/gpt_neox.hpp"

#include <array>

#include "models/formats/hugging_face.hpp"

namespace smdm {
namespace {

constexpr SizeKeys kSizes = {.positions = "max_position_embeddings",
                             .layers = "num_hidden_layers",
                             .heads = "num_attention_heads",
                             .width = "hidden_size"};

constexpr std::string_view kArchitectures[] = {"GPTNeoXForCausalLM"};
constexpr FamilyKeys kKeys = {
    .family = "gpt_neox", .kind = ModelKind::arm, .architectures = kArchitectures};

constexpr std::array<TensorName, 16> kTensors = {{
    {.role = TensorRole::embedding, .name = "gpt_neox.embed_in.weight"},
    {.role = TensorRole::norm_1, .name = "gpt_neox.layers.{layer}.input_layernorm.weight"},
    {.role = TensorRole::norm_1_bias, .name = "gpt_neox.layers.{layer}.input_layernorm.bias"},
    {.role = TensorRole::qkv, .name = "gpt_neox.layers.{layer}.attention.query_key_value.weight"},
    {.role = TensorRole::qkv_bias,
     .name = "gpt_neox.layers.{layer}.attention.query_key_value.bias"},
    {.role = TensorRole::proj, .name = "gpt_neox.layers.{layer}.attention.dense.weight"},
    {.role = TensorRole::proj_bias, .name = "gpt_neox.layers.{layer}.attention.dense.bias"},
    {.role = TensorRole::norm_2, .name = "gpt_neox.layers.{layer}.post_attention_layernorm.weight"},
    {.role = TensorRole::norm_2_bias,
     .name = "gpt_neox.layers.{layer}.post_attention_layernorm.bias"},
    {.role = TensorRole::up, .name = "gpt_neox.layers.{layer}.mlp.dense_h_to_4h.weight"},
    {.role = TensorRole::up_bias, .name = "gpt_neox.layers.{layer}.mlp.dense_h_to_4h.bias"},
    {.role = TensorRole::down, .name = "gpt_neox.layers.{layer}.mlp.dense_4h_to_h.weight"},
    {.role = TensorRole::down_bias, .name = "gpt_neox.layers.{layer}.mlp.dense_4h_to_h.bias"},
    {.role = TensorRole::norm_f, .name = "gpt_neox.final_layer_norm.weight"},
    {.role = TensorRole::norm_f_bias, .name = "gpt_neox.final_layer_norm.bias"},
    {.role = TensorRole::head, .name = "embed_out.weight"},
}};

/// The causal mask, the number that hides by it, and frequencies of rotation.
constexpr std::array<std::string_view, 4> kSkipped = {
    "gpt_neox.layers.{layer}.attention.bias", "gpt_neox.layers.{layer}.attention.masked_bias",
    "gpt_neox.layers.{layer}.attention.rotary_emb.inv_freq", "gpt_neox.rotary_emb.inv_freq"};

ModelConfig read(const ConfigFields& fields) {
  auto config = start_config(fields, kKeys);
  read_sizes(fields, kSizes, config);
  require_whole_heads(fields, kSizes, config);
  config.intermediate_size = fields.positive("intermediate_size");
  config.norm = NormKind::layer;
  config.norm_eps = fields.positive_number("layer_norm_eps");
  config.norm_bias = true;
  config.feed_forward = gelu_of(fields, "hidden_act", "gelu");
  config.feed_forward_bias = true;
  config.qkv_bias = config.proj_bias = fields.flag("attention_bias", true);
  config.parallel_residual = fields.flag("use_parallel_residual", true);
  read_rope(fields, {.base = "rotary_emb_base", .share = "rotary_pct"}, config);
  require_pairs(fields, "rotary_pct", config);
  config.tied_head = fields.flag("tie_word_embeddings", false);
  refuse_unread(fields, kKeys);
  return config;
}

}  // namespace

ModelFormat gpt_neox_format() {
  return {.name = "GPT-NeoX",
          .family = kKeys.family,
          .model_type = "gpt_neox",
          .read = read,
          .kind = kind_of_family,
          .tensors = kTensors,
          .qkv_order = QkvOrder::by_group,
          .skipped = kSkipped,
          .published = none_published};
}

}  // namespace smdm
