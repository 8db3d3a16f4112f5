#include "models/formats/dream.hpp"

#include "models/formats/llama_block.hpp"

namespace smdm {
namespace {

constexpr std::string_view kArchitectures[] = {"DreamModel"};

ModelConfig read(const ConfigFields& fields) {
  const auto block =
      qwen2_block({.family = "dream", .kind = ModelKind::mdm, .architectures = kArchitectures});
  auto config = read_llama_block(fields, block);
  config.mask_id = fields.id("mask_token_id");
  config.shifted_logits = true;
  config.bos_in_front = true;
  refuse_unread(fields, block.keys);
  return config;
}

}  // namespace

ModelFormat dream_format() {
  return llama_block_format("Dream", "dream", "Dream", read);
}

}  // namespace smdm
