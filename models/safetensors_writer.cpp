#include "models/safetensors_writer.hpp"

#include <cstdint>
#include <stdexcept>

#include <ATen/core/Tensor.h>
#include <nlohmann/json.hpp>

namespace smdm {
namespace {

using Json = nlohmann::ordered_json;

const char* type_name(const std::string& tensor, at::ScalarType type) {
  if (type == at::kFloat) return "F32";
  if (type == at::kBFloat16) return "BF16";
  throw std::invalid_argument("tensor \"" + tensor + "\": wanted float32 or bfloat16 to write");
}

std::string little_endian(std::uint64_t value) {
  std::string bytes;
  for (int i = 0; i < 8; ++i, value >>= 8) bytes += static_cast<char>(value & 0xffU);
  return bytes;
}

}  // namespace

void write_safetensors(const std::vector<std::pair<std::string, at::Tensor>>& tensors,
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
