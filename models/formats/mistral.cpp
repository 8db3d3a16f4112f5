#include "models/formats/mistral.hpp"

#include "models/formats/llama_block.hpp"

namespace smdm {
namespace {

constexpr std::string_view kArchitectures[] = {"MistralForCausalLM"};

ModelConfig read(const ConfigFields& fields) {
  return read_llama_family(fields, {.keys = {.family = "mistral", .architectures = kArchitectures},
                                    .windows = Windows::always,
                                    .key_heads_required = true});
}

}  // namespace

ModelFormat mistral_format() {
  return llama_block_format("Mistral", "mistral", "mistral", read);
}

}  // namespace smdm
