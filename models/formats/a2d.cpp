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
  return read(
      fields,
      qwen2_block({.family = "a2d-qwen2", .kind = ModelKind::mdm, .architectures = kQwen2}));
}

ModelConfig read_qwen3(const ConfigFields& fields) {
  return read(
      fields,
      qwen3_block({.family = "a2d-qwen3", .kind = ModelKind::mdm, .architectures = kQwen3}));
}

}  // namespace

ModelFormat a2d_llama_format() {
  return llama_block_format("A2D LLaMA", "a2d-llama", "a2d-llama", read_llama);
}

ModelFormat a2d_qwen2_format() {
  return llama_block_format("A2D Qwen2", "a2d-qwen2", "a2d-qwen2", read_qwen2);
}

ModelFormat a2d_qwen3_format() {
  return llama_block_format("A2D Qwen3", "a2d-qwen3", "a2d-qwen3", read_qwen3);
}

}  // namespace smdm
