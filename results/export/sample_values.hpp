/// What the documents of leaderboard entries contributed to their metrics, out of the samples files
/// that the entries name: each file is read once.
#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "base/json.hpp"

namespace smdm {

/// The documents of an entry, in the order of the samples file.
struct DocumentValues {
  std::size_t width = 1;       ///< numbers of a document
  std::vector<double> values;  ///< [documents, width], row-major
  /// [documents]: which documents belong together; empty where each stands for itself.
  std::vector<std::size_t> clusters = {};
};

/// The samples files of a leaderboard.
class SampleValues {
 public:
  /// @param folder  that the paths of samples files are relative to
  explicit SampleValues(std::filesystem::path folder);

  /// The documents of an entry, or null where the entry cannot be compared: its samples file is not
  /// there, is another one than it was, or has no finite numbers. The pointer is good while this
  /// object is.
  [[nodiscard]] const DocumentValues* of(const Json& entry);

  /// A line for every samples file that entries could not be compared by, with the reason, by path.
  [[nodiscard]] std::vector<std::string> unusable() const;

 private:
  /// Documents by metric ("acc,none"), and why there are none.
  struct File {
    std::map<std::string, DocumentValues> metrics;
    std::string reason;
  };

  const File& file_of(const std::string& path, const std::string& digest);

  std::filesystem::path folder_;
  std::map<std::pair<std::string, std::string>, File> files_;  ///< by path and digest
};

}  // namespace smdm
