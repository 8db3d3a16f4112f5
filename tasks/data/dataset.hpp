/// Where a task's documents lie under the data root, and how they are read.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/json.hpp"

namespace smdm {

/// A file under the data root. A folder named "*" in its path stands for any one folder. With ".gz"
/// after its name it is found too, and a gzip stream is recognised by its content.
struct DataFile {
  std::string path;
  std::vector<std::string> known_sha256;  ///< of the unpacked text; empty where none is known
};

/// What one line of a document file is.
enum class RowFormat : std::uint8_t {
  json,      ///< a JSON object
  plain,     ///< text, which becomes {"text": line}
  two_bars,  ///< "question||answer", which becomes {"question", "answer"}
};

/// A file with one label a line, in the order of the documents.
struct LabelFile {
  DataFile file;
  std::vector<std::string> allowed;  ///< every label is one of these
};

/// One form in which a task's documents may lie on disk.
struct Source {
  DataFile documents;
  RowFormat format = RowFormat::json;
  std::optional<LabelFile> labels = {};  ///< added to each row as the string "label"
  /// Read as the documents are, from the same folder, for WholeSet.
  std::optional<DataFile> companion = {};
  /// Likewise for DatasetInfo::cluster, but only where it is there and can be read.
  std::optional<DataFile> subjects = {};
};

/// How a document gets what only the whole set can tell.
struct WholeSet {
  /// @param companions  documents of the source's companion file
  Json (*gather)(std::span<const Json> documents, std::span<const Json> companions) = nullptr;
  /// The document with what it gets of `gathered`.
  /// @throws Error(data)  if it does not fit the others; the loader adds file and line
  Json (*complete)(const Json& document, const Json& gathered) = nullptr;
};

/// What tells which documents depend on each other.
struct ClusterSource {
  const Json& row;                 ///< as it lies on disk
  const Json& document;            ///< what was made of it
  std::span<const Json> subjects;  ///< documents of Source::subjects; none where it is not there
};

struct DatasetInfo {
  std::vector<Source> sources;  ///< the first one that is there is read
  std::int64_t documents = 0;   ///< number in the whole split; 0: not known

  /// A row of any of the sources in the field names and types of the Hugging Face data set.
  /// @throws Error(data)  saying which field was wanted and what came
  Json (*to_document)(const Json& row) = nullptr;

  std::optional<WholeSet> whole_set = {};

  /// What no two documents may share, in words for an error: "question_id 81". Null: nothing.
  std::string (*unique)(const Json& document) = nullptr;

  /// Whether the data root may itself be the file of documents, as the first source has it.
  bool may_be_file = false;

  /// What a document is about, as a text: answers to documents of one text depend on each other, so
  /// that errors are computed over these clusters. Empty where a row does not say: the document
  /// then stands alone, as all do where this is null. It never throws, and is no part of the
  /// document.
  std::string (*cluster)(const ClusterSource& of) = nullptr;
};

enum class Checksum : std::uint8_t { known, differs, unchecked };

[[nodiscard]] const char* to_string(Checksum checksum) noexcept;

/// A file that was read.
struct LoadedFile {
  std::filesystem::path path;
  std::string sha256;  ///< of the unpacked text
  Checksum checksum = Checksum::unchecked;
};

struct LoadedDataset {
  std::vector<Json> documents;  ///< in file order, in Hugging Face field names
  /// One for each document, see DatasetInfo::cluster; empty: it stands alone. A dated corpus has
  /// none.
  std::vector<std::string> clusters;
  std::vector<LoadedFile> files;
  std::vector<std::string> warnings;  ///< one line each: a checksum or a count that differs,
                                      ///< documents that do not say what they are about
};

/// Reads all documents of a task.
/// @param task   its name, for error texts
/// @param root   the folder, or the file where the set may be one, that --data names
/// @param check  called with every document; an Error(data) that it throws gets file and line
/// @throws Error(data)  if no source is there (naming every path looked for) or a "*" stands for
/// several, or with file:line if one is malformed or shares what is unique with another, or if it
/// holds no document
[[nodiscard]] LoadedDataset load_dataset(const std::string& task,
                                         const DatasetInfo& info,
                                         const std::filesystem::path& root,
                                         const std::function<void(const Json&)>& check);

}  // namespace smdm
