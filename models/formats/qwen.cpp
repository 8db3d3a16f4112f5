#include "models/formats/qwen.hpp"

#include "models/formats/llama_block.hpp"

namespace smdm {
namespace {

constexpr std::string_view kQwen2[] = {"Qwen2ForCausalLM"};
constexpr std::string_view kQwen3[] = {"Qwen3ForCausalLM"};

ModelConfig read_2(const ConfigFields& fields) {
  return read_llama_family(fields, qwen2_block({.family = "qwen2", .architectures = kQwen2}));
}

ModelConfig read_3(const ConfigFields& fields) {
  return read_llama_family(fields, qwen3_block({.family = "qwen3", .architectures = kQwen3}));
}

}  // namespace

ModelFormat qwen2_format() {
  return llama_block_format("Qwen2", "qwen2", "qwen2", read_2);
}

ModelFormat qwen3_format() {
  return llama_block_format("Qwen3", "qwen3", "qwen3", read_3);
}

}  // namespace smdm
