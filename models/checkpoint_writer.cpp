#include "models/checkpoint_writer.hpp"

#include <cstdint>
#include <stdexcept>

#include <nlohmann/json.hpp>

namespace smdm {
namespace {

using Json = nlohmann::ordered_json;

const char* type_name(const std::string& tensor, torch::Dtype type) {
  if (type == torch::kFloat32) return "F32";
  if (type == torch::kBFloat16) return "BF16";
  throw std::invalid_argument("tensor \"" + tensor + "\": wanted float32 or bfloat16 to write");
}

std::string little_endian(std::uint64_t value) {
  std::string bytes;
  for (int i = 0; i < 8; ++i, value >>= 8) bytes += static_cast<char>(value & 0xffU);
  return bytes;
}

}  // namespace

std::string config_text(const ModelConfig& config) {
  Json json = {{"name", config.name},
               {"block_size", config.block_size},
               {"vocab_size", config.vocab_size},
               {"padded_vocab_size", config.padded_vocab_size},
               {"n_layer", config.n_layer},
               {"n_head", config.n_head},
               {"n_embd", config.n_embd},
               {"n_query_groups", config.n_query_groups},
               {"intermediate_size", config.intermediate_size},
               {"rotary_percentage", config.rotary_percentage},
               {"norm_eps", config.norm_eps},
               {"condense_ratio", config.condense_ratio},
               {"parallel_residual", config.parallel_residual},
               {"shared_attention_norm", config.shared_attention_norm},
               {"bias", false},
               {"_norm_class", "RMSNorm"},
               {"_mlp_class", "LLaMAMLP"},
               {"rope_tables", config.rope_tables == RopeTables::f32 ? "f32" : "bf16"}};
  if (config.kind) json["x_model_type"] = to_string(*config.kind);
  return json.dump(2) + "\n";
}

void write_safetensors(const std::vector<std::pair<std::string, torch::Tensor>>& tensors,
                       const std::map<std::string, std::string>& metadata,
                       const ByteSink& sink) {
  auto header = Json::object();
  if (!metadata.empty()) header["__metadata__"] = metadata;
  std::uint64_t begin = 0;
  for (const auto& [name, tensor] : tensors) {
    const auto end = begin + static_cast<std::uint64_t>(tensor.nbytes());
    header[name] = {{"dtype", type_name(name, tensor.scalar_type())},
                    {"shape", tensor.sizes().vec()},
                    {"data_offsets", {begin, end}}};
    begin = end;
  }
  auto text = header.dump();
  while (text.size() % 8 != 0) text += ' ';
  sink(little_endian(text.size()));
  sink(text);
  for (const auto& [name, tensor] : tensors) {
    const auto whole = tensor.contiguous();
    sink({static_cast<const char*>(whole.const_data_ptr()), whole.nbytes()});
  }
}

}  // namespace smdm
