/// Reading the safetensors format: an 8-byte header length, a JSON header, then raw tensors.
/// Rules checked: those of the format's own documentation (huggingface/safetensors, "Format").
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace at {
class Tensor;
}

namespace smdm {

class MappedFile;

/// Where one tensor lies, as the header says.
struct TensorEntry {
  std::string dtype;  ///< the format's name: "F32", "BF16", ...
  std::vector<std::int64_t> shape;
  std::uint64_t begin = 0;  ///< bytes from the first byte after the header
  std::uint64_t end = 0;
};

/// A file's tensors by name.
using TensorEntries = std::map<std::string, TensorEntry>;

/// Parses and checks a header against the number of bytes that follow it.
/// @param header       the JSON text
/// @param data_bytes   bytes of the file after the header
/// @param file         name for error texts
/// @throws Error(checkpoint)  each fault with its own text: not JSON, duplicate key, unknown dtype,
///                            bad shape, product overflow, offsets out of order or of the file,
///                            size that does not fit the shape, overlap, hole
[[nodiscard]] TensorEntries parse_safetensors_header(const std::string& header,
                                                     std::uint64_t data_bytes,
                                                     const std::string& file);

/// The strings of a header's __metadata__, if it has one.
/// @throws Error(checkpoint)  if the header is no JSON object or the member is something else
[[nodiscard]] std::map<std::string, std::string> parse_safetensors_metadata(
    const std::string& header, const std::string& file);

/// A memory-mapped file. Tensors taken from it keep the mapping alive.
class SafetensorsFile {
 public:
  /// @throws Error(checkpoint)  if the file cannot be read or breaks the format
  explicit SafetensorsFile(const std::filesystem::path& path);

  [[nodiscard]] const TensorEntries& entries() const noexcept { return entries_; }
  [[nodiscard]] const std::map<std::string, std::string>& metadata() const noexcept {
    return metadata_;
  }
  [[nodiscard]] const std::string& name() const noexcept { return name_; }

  /// The stored values, on the CPU, float32, float16, bfloat16 or float64; read-only memory of the
  /// file.
  /// @throws Error(checkpoint)  if there is no such tensor or it holds no floating-point numbers
  [[nodiscard]] at::Tensor tensor(const std::string& name) const;

 private:
  std::string name_;
  std::shared_ptr<const MappedFile> mapping_;
  std::uint64_t data_begin_ = 0;
  TensorEntries entries_;
  std::map<std::string, std::string> metadata_;
};

}  // namespace smdm
