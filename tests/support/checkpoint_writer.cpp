#include "tests/support/checkpoint_writer.hpp"

#include <bit>
#include <random>

#include "tests/support/support.hpp"

namespace smdm::test {
namespace {

using Json = nlohmann::json;

std::uint32_t bf16_bits(float value) {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t even = bits >> 16U & 1U;
  return (bits + 0x7FFFU + even) >> 16U;
}

void append_little_endian(std::string& bytes, std::uint64_t value, int count) {
  for (int i = 0; i < count; ++i) bytes += static_cast<char>(value >> (8 * i) & 0xFFU);
}

void append_value(std::string& bytes, float value, StoredType type) {
  if (type == StoredType::bf16) {
    append_little_endian(bytes, bf16_bits(value), 2);
  } else {
    append_little_endian(bytes, std::bit_cast<std::uint32_t>(value), 4);
  }
}

class RandomTensors {
 public:
  RandomTensors(StoredType type, std::uint32_t seed, float scale)
      : type_(type), random_(seed), scale_(scale) {}

  void matrix(const std::string& name, std::int64_t rows, std::int64_t columns) {
    auto& tensor = tensors_[name];
    tensor.shape = {rows, columns};
    for (std::int64_t i = 0; i < rows * columns; ++i) tensor.values.push_back(draw(0.0F, scale_));
  }
  void norm(const std::string& name, std::int64_t width) {
    auto& tensor = tensors_[name];
    tensor.shape = {width};
    for (std::int64_t i = 0; i < width; ++i) tensor.values.push_back(draw(1.0F, 0.1F));
  }
  TensorMap take() { return std::move(tensors_); }

 private:
  float draw(float mean, float deviation) {
    const float value = mean + deviation * normal_(random_);
    return type_ == StoredType::bf16 ? as_bf16(value) : value;
  }

  StoredType type_;
  std::mt19937 random_;
  std::normal_distribution<float> normal_;
  float scale_;
  TensorMap tensors_;
};

}  // namespace

float as_bf16(float value) {
  return std::bit_cast<float>(bf16_bits(value) << 16U);
}

std::string safetensors_bytes(const std::string& header, const std::string& data) {
  std::string bytes;
  append_little_endian(bytes, header.size(), 8);
  return bytes + header + data;
}

void write_safetensors(const std::filesystem::path& path,
                       const TensorMap& tensors,
                       StoredType type,
                       bool misalign) {
  auto header = Json::object();
  std::string data;
  for (const auto& [name, tensor] : tensors) {
    const auto begin = data.size();
    for (const float value : tensor.values) append_value(data, value, type);
    header[name] = {{"dtype", type == StoredType::bf16 ? "BF16" : "F32"},
                    {"shape", tensor.shape},
                    {"data_offsets", {begin, data.size()}}};
  }
  auto text = header.dump();
  const std::size_t remainder = misalign ? 1 : 0;
  while (text.size() % 8 != remainder) text += ' ';
  write_file(path, safetensors_bytes(text, data));
}

Json small_config(const std::string& kind) {
  return {{"name", "test"},
          {"block_size", 64},
          {"vocab_size", 48},
          {"padding_multiple", 16},
          {"padded_vocab_size", 48},
          {"n_layer", 2},
          {"n_head", 4},
          {"n_embd", 32},
          {"n_query_groups", 4},
          {"intermediate_size", 56},
          {"rotary_percentage", 1.0},
          {"parallel_residual", false},
          {"shared_attention_norm", false},
          {"bias", false},
          {"_norm_class", "FusedRMSNorm"},
          {"norm_eps", 1e-5},
          {"_mlp_class", "LLaMAMLP"},
          {"condense_ratio", 1},
          {"x_model_type", kind}};
}

TensorMap random_tensors(const Json& config, StoredType type, std::uint32_t seed, float scale) {
  const auto size = [&](const char* field) { return config.at(field).get<std::int64_t>(); };
  const auto width = size("n_embd");
  const auto inner = size("intermediate_size");
  const auto vocabulary = size("padded_vocab_size");
  const auto joint = (size("n_head") + 2 * size("n_query_groups")) * (width / size("n_head"));
  RandomTensors tensors(type, seed, scale);
  const bool has_mask = config.at("x_model_type") == "mdm";
  tensors.matrix("transformer.wte.weight", vocabulary + (has_mask ? 1 : 0), width);
  tensors.matrix("lm_head.weight", vocabulary, width);
  tensors.norm("transformer.ln_f.weight", width);
  for (std::int64_t layer = 0; layer < size("n_layer"); ++layer) {
    const auto at = "transformer.h." + std::to_string(layer) + ".";
    tensors.norm(at + "norm_1.weight", width);
    if (!config.at("shared_attention_norm").get<bool>()) tensors.norm(at + "norm_2.weight", width);
    tensors.matrix(at + "attn.attn.weight", joint, width);
    tensors.matrix(at + "attn.proj.weight", width, width);
    tensors.matrix(at + "mlp.swiglu.w1.weight", inner, width);
    tensors.matrix(at + "mlp.swiglu.w2.weight", inner, width);
    tensors.matrix(at + "mlp.swiglu.w3.weight", width, inner);
  }
  return tensors.take();
}

void write_checkpoint(const std::filesystem::path& folder,
                      const Json& config,
                      const TensorMap& tensors,
                      StoredType type) {
  write_file(folder / "config.json", config.dump(1));
  write_safetensors(folder / "model.safetensors", tensors, type);
}

}  // namespace smdm::test
