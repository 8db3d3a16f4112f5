/// Where a checkpoint's folder keeps its weights: in one file, or in shards that an index names.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "models/safetensors.hpp"

namespace smdm {

/// The names that published checkpoints have in their folders.
inline constexpr const char* kWeightsFile = "model.safetensors";
inline constexpr const char* kWeightsIndex = "model.safetensors.index.json";

/// An index: {"weight_map": {TENSOR: FILE}}, other fields aside.
class WeightIndex {
 public:
  /// @throws Error(checkpoint)  if the file cannot be read, is no index, names no tensor, names one
  ///                            twice, or a shard is named by anything but a plain name
  explicit WeightIndex(const std::filesystem::path& path);

  /// The shards, in order of name, each once. @throws Error(checkpoint)  if one is missing
  [[nodiscard]] std::vector<std::filesystem::path> shards() const;

  /// Whether a shard holds the tensors that the index says, and no other.
  /// @param shard    one of shards()
  /// @param entries  what it holds
  /// @throws Error(checkpoint)  naming the tensor and the shard, if not
  void check(const std::filesystem::path& shard, const TensorEntries& entries) const;

 private:
  std::filesystem::path path_;
  std::map<std::string, std::string> file_of_;  ///< the shard's name, by tensor
};

/// Where the weights of a checkpoint lie.
struct WeightPlace {
  /// One file, or all shards in order of name.
  std::vector<std::filesystem::path> files;
  std::optional<std::filesystem::path> index;  ///< of shards

  /// What errors and results call the weights: the file, or the shards' folder.
  [[nodiscard]] std::string name() const;
};

/// Looks into a checkpoint's folder: the index decides, where there is one.
/// @throws Error(checkpoint)  if there is neither an index nor model.safetensors, naming what lies
///                            there in other formats; and as WeightIndex
[[nodiscard]] WeightPlace weights_in(const std::filesystem::path& folder);

/// Files in a checkpoint's folder, and in `original` in it, that look like weights as well but are
/// not read: of other formats, or beside the index. Names as they stand in the folder, sorted.
/// @param read  the files that are
/// @throws Error(checkpoint)  if the folder cannot be listed
[[nodiscard]] std::vector<std::string> other_weights_in(
    const std::filesystem::path& folder, const std::vector<std::filesystem::path>& read);

}  // namespace smdm
