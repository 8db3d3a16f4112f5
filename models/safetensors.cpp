// The file is mapped, not read: a tensor is a view of the mapping and keeps it, or a copy where the
// file's address does not suit its type.
#include "models/safetensors.hpp"

#include <cstring>
#include <optional>

#include <ATen/Functions.h>

#include "base/error.hpp"
#include "base/files/mapping.hpp"

namespace smdm {
namespace {

constexpr std::uint64_t kLengthBytes = 8;
constexpr std::uint64_t kHighestHeader = 100'000'000;  // the format's own limit

std::uint64_t little_endian(const unsigned char* bytes) {
  std::uint64_t value = 0;
  for (int i = 7; i >= 0; --i) value = value << 8 | bytes[i];
  return value;
}

std::optional<at::ScalarType> floating_type(const std::string& dtype) {
  if (dtype == "F32") return at::kFloat;
  if (dtype == "BF16") return at::kBFloat16;
  if (dtype == "F16") return at::kHalf;
  if (dtype == "F64") return at::kDouble;
  return std::nullopt;
}

}  // namespace

SafetensorsFile::SafetensorsFile(const std::filesystem::path& path)
    : name_(path.string()),
      mapping_(std::make_shared<const MappedFile>(path, ErrorKind::checkpoint)) {
  const auto bytes = mapping_->bytes();
  if (bytes < kLengthBytes) {
    throw Error(ErrorKind::checkpoint, name_ +
                                           ": truncated: wanted 8 bytes of header length, got " +
                                           std::to_string(bytes) + " bytes");
  }
  const auto header = little_endian(mapping_->data());
  if (header > kHighestHeader) {
    throw Error(ErrorKind::checkpoint,
                name_ + ": header of " + std::to_string(header) +
                    " bytes is over the format's limit of 100000000: not a safetensors file?");
  }
  if (header > bytes - kLengthBytes) {
    throw Error(ErrorKind::checkpoint, name_ + ": truncated: wanted a header of " +
                                           std::to_string(header) + " bytes, got " +
                                           std::to_string(bytes - kLengthBytes));
  }
  data_begin_ = kLengthBytes + header;
  const std::string text(reinterpret_cast<const char*>(mapping_->data()) + kLengthBytes, header);
  entries_ = parse_safetensors_header(text, bytes - data_begin_, name_);
  metadata_ = parse_safetensors_metadata(text, name_);
}

at::Tensor SafetensorsFile::tensor(const std::string& name) const {
  const auto found = entries_.find(name);
  if (found == entries_.end())
    throw Error(ErrorKind::checkpoint, name_ + ": tensor \"" + name + "\" is missing");
  const auto& entry = found->second;
  const auto type = floating_type(entry.dtype);
  if (!type)
    throw Error(ErrorKind::checkpoint, name_ + ": tensor \"" + name +
                                           "\": wanted floating-point numbers, got " + entry.dtype);
  const unsigned char* begin = mapping_->data() + data_begin_ + entry.begin;
  const auto element = static_cast<std::uintptr_t>(at::elementSize(*type));
  if (reinterpret_cast<std::uintptr_t>(begin) % element != 0) {
    auto copy = at::empty(entry.shape, *type);  // the format does not promise alignment
    std::memcpy(copy.mutable_data_ptr(), begin, entry.end - entry.begin);
    return copy;
  }
  // from_blob wants a mutable pointer; nothing writes through it.
  auto* data = const_cast<unsigned char*>(begin);
  return at::from_blob(data, entry.shape, [keep = mapping_](void*) {}, at::TensorOptions(*type));
}

}  // namespace smdm
