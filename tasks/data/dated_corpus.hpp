/// A corpus whose documents belong to periods of time: which files it has, which text of a line is
/// read, and which period a document falls into.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "tasks/data/dataset.hpp"
#include "tasks/data/period.hpp"

namespace smdm {

/// What the user says about a corpus.
struct CorpusQuery {
  /// Joined by a line end. Empty: "text", or "title" and "abstract" where the first document has
  /// these.
  std::vector<std::string> text_fields = {};
  /// The field with a document's date. Empty: every file is a period, named as the file.
  std::optional<std::string> date_field = {};
  PeriodRule periods = CalendarUnit::month;  ///< read only with a date field
  /// Documents kept per period, the first ones; the others are only counted.
  std::optional<std::size_t> most = {};
};

struct CorpusPeriod {
  std::string name;
  std::vector<Json> documents;     ///< in file order; each has text
  std::vector<std::string> texts;  ///< of the documents, see corpus_text()
  std::size_t found = 0;           ///< with those that were not kept
  std::vector<LoadedFile> files;   ///< read for it
};

struct LoadedCorpus {
  std::vector<std::string> text_fields;  ///< those that were read
  std::vector<CorpusPeriod> periods;     ///< in time order
  std::vector<std::string> warnings;     ///< one line each
};

/// The text of a document: its fields, joined by a line end; without fields the default ones of
/// CorpusQuery.
/// @throws Error(data)  if a field is missing or no string
[[nodiscard]] std::string corpus_text(const Json& document, const std::vector<std::string>& fields);

/// Reads JSON lines, compressed or not.
/// @param task    its name, for error texts
/// @param data    a data root in which `folder` lies, or a folder of files NAME.jsonl[.gz], or one
///                such file
/// @throws Error(data)  with file:line, if a line is not an object, has no text or no date; if a
///                       period has no document, or two files name the same one; if there is no
///                       file
[[nodiscard]] LoadedCorpus load_corpus(const std::string& task,
                                       const std::filesystem::path& data,
                                       const std::string& folder,
                                       const CorpusQuery& query);

}  // namespace smdm
