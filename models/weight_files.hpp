/// The tensors of a checkpoint, wherever its files keep them: in one safetensors file, or in shards
/// with an index.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "models/safetensors.hpp"
#include "models/weight_index.hpp"

namespace smdm {

/// Memory-mapped safetensors files that hold a checkpoint's tensors together. Tensors taken from it
/// keep the mapping of their file alive.
class WeightFiles {
 public:
  /// @param files  one or more; where they are shards, those that their index names
  /// @throws Error(checkpoint)  if a file cannot be read or breaks the format, or a tensor stands
  ///                            in two of them
  explicit WeightFiles(const std::vector<std::filesystem::path>& files);

  /// Those of a checkpoint.
  /// @throws Error(checkpoint)  besides, if a tensor does not stand where the index says, or the
  ///                            index does not name it
  explicit WeightFiles(const WeightPlace& place);

  /// Of all files; `begin` and `end` count within a tensor's own file.
  [[nodiscard]] const TensorEntries& entries() const noexcept { return entries_; }

  /// What errors call the checkpoint's weights as a whole: the file, or the shards' folder.
  [[nodiscard]] const std::string& name() const noexcept { return name_; }

  /// The file that holds a tensor; name() where none does.
  [[nodiscard]] const std::string& file_of(const std::string& tensor) const;

  /// As SafetensorsFile::tensor().
  /// @throws Error(checkpoint)  if there is no such tensor or it holds no floating-point numbers
  [[nodiscard]] at::Tensor tensor(const std::string& name) const;

  [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }  ///< of all tensors

 private:
  void add(const std::filesystem::path& path);

  std::string name_;
  std::vector<SafetensorsFile> files_;
  std::map<std::string, std::size_t> file_of_;
  TensorEntries entries_;
  std::uint64_t bytes_ = 0;
};

}  // namespace smdm
