#include "models/weight_files.hpp"

#include <stdexcept>

#include <ATen/core/Tensor.h>

#include "base/error.hpp"

namespace smdm {

WeightFiles::WeightFiles(const std::vector<std::filesystem::path>& files) {
  if (files.empty()) throw std::invalid_argument("weight files: wanted one or more, got none");
  name_ = files.size() == 1 ? files.front().string() : files.front().parent_path().string();
  files_.reserve(files.size());
  for (const auto& path : files) add(path);
}

WeightFiles::WeightFiles(const WeightPlace& place) : WeightFiles(place.files) {
  if (!place.index) return;
  name_ = place.name();
  const WeightIndex index(*place.index);
  for (std::size_t i = 0; i < files_.size(); ++i) index.check(place.files[i], files_[i].entries());
}

void WeightFiles::add(const std::filesystem::path& path) {
  const auto& file = files_.emplace_back(path);
  for (const auto& [tensor, entry] : file.entries()) {
    const auto [found, is_new] = file_of_.try_emplace(tensor, files_.size() - 1);
    if (!is_new) {
      throw Error(ErrorKind::checkpoint, file.name() + ": tensor \"" + tensor + "\" stands in " +
                                             files_[found->second].name() + " too");
    }
    entries_.emplace(tensor, entry);
    bytes_ += entry.end - entry.begin;
  }
}

const std::string& WeightFiles::file_of(const std::string& tensor) const {
  const auto found = file_of_.find(tensor);
  return found == file_of_.end() ? name_ : files_[found->second].name();
}

at::Tensor WeightFiles::tensor(const std::string& name) const {
  const auto found = file_of_.find(name);
  if (found == file_of_.end())
    throw Error(ErrorKind::checkpoint, name_ + ": tensor \"" + name + "\" is missing");
  return files_[found->second].tensor(name);
}

}  // namespace smdm
