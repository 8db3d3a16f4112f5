// Converted models have their base's keys and tensors; what is theirs is the mask, the direction of
// attention, and a shift that their files leave open.
#include "models/formats/a2d.hpp"

#include "models/formats/llama_block.hpp"

namespace smdm {
namespace {

constexpr std::string_view kLlama[] = {"A2DLlamaLMHeadModel"};
constexpr std::string_view kQwen2[] = {"A2DQwen2LMHeadModel"};
constexpr std::string_view kQwen3[] = {"A2DQwen3LMHeadModel"};
constexpr HarmlessKey kHarmless[] = {{.key = "pretraining_tp"}, {.key = "is_llama_config"}};

ModelConfig read(const ConfigFields& fields, const LlamaBlock& block) {
  auto config = read_llama_block(fields, block);
  config.mask_id = fields.id("mask_token_id");
  config.shifted_logits = fields.flag("right_shift_logits", false);
  config.shift_is_open = true;
  refuse_unread(fields, block.keys);
  return config;
}

ModelConfig read_llama(const ConfigFields& fields) {
  return read(fields, {.keys = {.family = "a2d-llama",
                                .kind = ModelKind::mdm,
                                .architectures = kLlama,
                                .harmless = kHarmless},
                       .attention_bias = AttentionBias::as_said,
                       .mlp_bias_as_said = true});
}

ModelConfig read_qwen2(const ConfigFields& fields) {
  return read(fields,
              {.keys = {.family = "a2d-qwen2", .kind = ModelKind::mdm, .architectures = kQwen2},
               .windows = Windows::switched,
               .attention_bias = AttentionBias::qkv,
               .key_heads_required = true});
}

ModelConfig read_qwen3(const ConfigFields& fields) {
  return read(fields,
              {.keys = {.family = "a2d-qwen3", .kind = ModelKind::mdm, .architectures = kQwen3},
               .windows = Windows::switched,
               .attention_bias = AttentionBias::as_said,
               .qk_norm = true,
               .key_heads_required = true,
               .head_dim_required = true});
}

}  // namespace

ModelFormat a2d_llama_format() {
  auto format = llama_block_format();
  format.name = "A2D LLaMA";
  format.family = "a2d-llama";
  format.fields = "model_type \"a2d-llama\"";
  format.recognises = [](const ConfigFields& fields) {
    return has_model_type(fields, "a2d-llama");
  };
  format.read = read_llama;
  return format;
}

ModelFormat a2d_qwen2_format() {
  auto format = llama_block_format();
  format.name = "A2D Qwen2";
  format.family = "a2d-qwen2";
  format.fields = "model_type \"a2d-qwen2\"";
  format.recognises = [](const ConfigFields& fields) {
    return has_model_type(fields, "a2d-qwen2");
  };
  format.read = read_qwen2;
  return format;
}

ModelFormat a2d_qwen3_format() {
  auto format = llama_block_format();
  format.name = "A2D Qwen3";
  format.family = "a2d-qwen3";
  format.fields = "model_type \"a2d-qwen3\"";
  format.recognises = [](const ConfigFields& fields) {
    return has_model_type(fields, "a2d-qwen3");
  };
  format.read = read_qwen3;
  return format;
}

}  // namespace smdm
