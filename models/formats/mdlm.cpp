// MDLM's configuration says little: the mask's id is always the last one, the feed-forward layer
// four times as wide as the model, the rotary base 10000.
#include "models/formats/mdlm.hpp"

#include <array>

#include "models/formats/hugging_face.hpp"

namespace smdm {
namespace {

constexpr SizeKeys kSizes = {
    .positions = "model_length", .layers = "n_blocks", .heads = "n_heads", .width = "hidden_dim"};

constexpr std::string_view kArchitectures[] = {"MDLM"};
constexpr FamilyKeys kKeys = {
    .family = "mdlm", .kind = ModelKind::mdm, .architectures = kArchitectures};

constexpr std::array<TensorName, 20> kTensors = {{
    {.role = TensorRole::embedding, .name = "backbone.vocab_embed.embedding"},
    {.role = TensorRole::norm_1, .name = "backbone.blocks.{layer}.norm1.weight"},
    {.role = TensorRole::qkv, .name = "backbone.blocks.{layer}.attn_qkv.weight"},
    {.role = TensorRole::proj, .name = "backbone.blocks.{layer}.attn_out.weight"},
    {.role = TensorRole::norm_2, .name = "backbone.blocks.{layer}.norm2.weight"},
    {.role = TensorRole::up, .name = "backbone.blocks.{layer}.mlp.0.weight"},
    {.role = TensorRole::up_bias, .name = "backbone.blocks.{layer}.mlp.0.bias"},
    {.role = TensorRole::down, .name = "backbone.blocks.{layer}.mlp.2.weight"},
    {.role = TensorRole::down_bias, .name = "backbone.blocks.{layer}.mlp.2.bias"},
    {.role = TensorRole::norm_f, .name = "backbone.output_layer.norm_final.weight"},
    {.role = TensorRole::head, .name = "backbone.output_layer.linear.weight"},
    {.role = TensorRole::head_bias, .name = "backbone.output_layer.linear.bias"},
    {.role = TensorRole::time_in, .name = "backbone.sigma_map.mlp.0.weight"},
    {.role = TensorRole::time_in_bias, .name = "backbone.sigma_map.mlp.0.bias"},
    {.role = TensorRole::time_out, .name = "backbone.sigma_map.mlp.2.weight"},
    {.role = TensorRole::time_out_bias, .name = "backbone.sigma_map.mlp.2.bias"},
    {.role = TensorRole::modulation, .name = "backbone.blocks.{layer}.adaLN_modulation.weight"},
    {.role = TensorRole::modulation_bias, .name = "backbone.blocks.{layer}.adaLN_modulation.bias"},
    {.role = TensorRole::final_modulation, .name = "backbone.output_layer.adaLN_modulation.weight"},
    {.role = TensorRole::final_modulation_bias,
     .name = "backbone.output_layer.adaLN_modulation.bias"},
}};

constexpr std::array<std::string_view, 1> kSkipped = {"backbone.rotary_emb.inv_freq"};

/// The last id, which no file says; one that says another is not understood.
void set_mask(const ConfigFields& fields, ModelConfig& config) {
  config.mask_id = config.padded_vocab_size - 1;
  const auto said = fields.id("mask_token_id");
  if (said && said != config.mask_id)
    fields.reject("mask_token_id", "vocab_size - 1, which MDLM's rule makes the mask");
}

ModelConfig read(const ConfigFields& fields) {
  auto config = start_config(fields, kKeys);
  if (fields.flag("time_conditioning", false))
    fields.reject("time_conditioning", "false: the time of a step is not looked at");
  read_sizes(fields, kSizes, config);
  require_whole_heads(fields, kSizes, config);
  require_pairs(fields, kSizes.width, config);
  constexpr std::int64_t kWider = 4;
  config.intermediate_size = kWider * config.n_embd;
  config.cond_dim = fields.positive("cond_dim");
  config.norm = NormKind::layer;
  config.feed_forward = FeedForward::gelu_tanh;
  config.feed_forward_bias = true;
  config.head_bias = true;
  config.excludes_mask = true;
  set_mask(fields, config);
  refuse_unread(fields, kKeys);
  return config;
}

}  // namespace

ModelFormat mdlm_format() {
  return {.name = "MDLM",
          .family = kKeys.family,
          .model_type = "mdlm",
          .read = read,
          .kind = kind_of_family,
          .tensors = kTensors,
          .qkv_order = QkvOrder::in_turn,
          .skipped = kSkipped,
          .published = none_published};
}

}  // namespace smdm
