#include "models/formats/llama.hpp"

#include "models/formats/llama_block.hpp"

namespace smdm {
namespace {

constexpr std::string_view kArchitectures[] = {"LlamaForCausalLM", "LLaMAForCausalLM"};
constexpr HarmlessKey kHarmless[] = {
    {.key = "pretraining_tp"},       // splits a product into parts, with the same sum
    {.key = "is_llama_config"},      // written by nanotron's converter
    {.key = "max_sequence_length"},  // of early conversions; max_position_embeddings is read
};

ModelConfig read(const ConfigFields& fields) {
  // Files of releases before 4.32 have no rope_theta, because every model's was 10000.
  constexpr int kMajor = 4;
  constexpr int kMinor = 32;
  return read_llama_family(
      fields, {.keys = {.family = "llama", .architectures = kArchitectures, .harmless = kHarmless},
               .rope = {.base_since_major = kMajor, .base_since_minor = kMinor},
               .attention_bias = AttentionBias::as_said,
               .mlp_bias_as_said = true});
}

}  // namespace

ModelFormat llama_format() {
  return llama_block_format("LLaMA", "llama", "llama", read);
}

}  // namespace smdm
