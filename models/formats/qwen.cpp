#include "models/formats/qwen.hpp"

#include "models/formats/llama_block.hpp"

namespace smdm {
namespace {

constexpr std::string_view kQwen2[] = {"Qwen2ForCausalLM"};
constexpr std::string_view kQwen3[] = {"Qwen3ForCausalLM"};

ModelConfig read_2(const ConfigFields& fields) {
  return read_llama_family(fields, {.keys = {.family = "qwen2", .architectures = kQwen2},
                                    .windows = Windows::switched,
                                    .attention_bias = AttentionBias::qkv,
                                    .key_heads_required = true});
}

ModelConfig read_3(const ConfigFields& fields) {
  return read_llama_family(fields, {.keys = {.family = "qwen3", .architectures = kQwen3},
                                    .windows = Windows::switched,
                                    .attention_bias = AttentionBias::as_said,
                                    .qk_norm = true,
                                    .key_heads_required = true,
                                    .head_dim_required = true});
}

}  // namespace

ModelFormat qwen2_format() {
  auto format = llama_block_format();
  format.name = "Qwen2";
  format.family = "qwen2";
  format.fields = "model_type \"qwen2\"";
  format.recognises = [](const ConfigFields& fields) { return has_model_type(fields, "qwen2"); };
  format.read = read_2;
  return format;
}

ModelFormat qwen3_format() {
  auto format = llama_block_format();
  format.name = "Qwen3";
  format.family = "qwen3";
  format.fields = "model_type \"qwen3\"";
  format.recognises = [](const ConfigFields& fields) { return has_model_type(fields, "qwen3"); };
  format.read = read_3;
  return format;
}

}  // namespace smdm
