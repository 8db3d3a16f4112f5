#include "models/formats/dream.hpp"

#include "models/formats/llama_block.hpp"

namespace smdm {
namespace {

constexpr std::string_view kArchitectures[] = {"DreamModel"};

ModelConfig read(const ConfigFields& fields) {
  const LlamaBlock block = {
      .keys = {.family = "dream", .kind = ModelKind::mdm, .architectures = kArchitectures},
      .windows = Windows::switched,
      .attention_bias = AttentionBias::qkv,
      .key_heads_required = true};
  auto config = read_llama_block(fields, block);
  config.mask_id = fields.id("mask_token_id");
  config.shifted_logits = true;
  refuse_unread(fields, block.keys);
  return config;
}

}  // namespace

ModelFormat dream_format() {
  auto format = llama_block_format();
  format.name = "Dream";
  format.family = "dream";
  format.fields = "model_type \"Dream\"";
  format.recognises = [](const ConfigFields& fields) { return has_model_type(fields, "Dream"); };
  format.read = read;
  return format;
}

}  // namespace smdm
