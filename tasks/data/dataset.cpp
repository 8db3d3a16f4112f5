// Finds the first form of a data set that is there, reads it line by line, and brings its rows into
// the fields of the Hugging Face data set. Every error is given the file and line it comes from; a
// file whose digest is not that of the published data is only warned about, since it may be meant.
#include "tasks/data/dataset.hpp"

#include <algorithm>
#include <map>
#include <span>
#include <string_view>
#include <utility>

#include "base/error.hpp"
#include "base/files/lines.hpp"
#include "base/files/paths.hpp"
#include "base/text/unicode.hpp"
#include "tasks/data/fields.hpp"
#include "tasks/data/json_object.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;

struct Row {
  Json value;
  std::string where;  // "path:line"
};

/// The file as it is named, or with ".gz", or nothing. One that cannot be read counts as there:
/// reading it gives the reason.
std::optional<fs::path> locate_plain(const fs::path& plain) {
  for (const fs::path& path : {plain, fs::path(plain.string() + ".gz")}) {
    if (look_at(path).standing != Standing::nothing) return path;
  }
  return std::nullopt;
}

/// The same, with "*" in the path for a folder of any name.
std::optional<fs::path> locate(const fs::path& root, const DataFile& file) {
  constexpr std::string_view kAnyFolder = "*/";
  const std::size_t star = file.path.find(kAnyFolder);
  if (star == std::string::npos) return locate_plain(root / file.path);
  const fs::path above = root / file.path.substr(0, star);
  const fs::path below = file.path.substr(star + kAnyFolder.size());
  std::vector<fs::path> found;
  if (look_at(above).standing == Standing::nothing) return std::nullopt;
  for (const auto& folder : entries_of(above, ErrorKind::data)) {
    if (!is_folder(folder)) continue;
    if (auto path = locate_plain(folder / below)) found.push_back(std::move(*path));
  }
  if (found.empty()) return std::nullopt;
  if (found.size() > 1) {
    throw Error(ErrorKind::data, "wanted one file " + (root / file.path).string() + ", got " +
                                     found[0].string() + " and " + found[1].string() +
                                     ": give the folder that is meant");
  }
  return found.front();
}

std::string shown(const fs::path& root, const DataFile& file) {
  return (root / file.path).string() + "[.gz]";
}

struct Located {
  const Source* source;
  fs::path documents;
  std::optional<fs::path> labels;
};

Located locate_source(const std::string& task, const DatasetInfo& info, const fs::path& root) {
  if (info.may_be_file && is_file(root))
    return {.source = &info.sources.front(), .documents = root, .labels = std::nullopt};
  std::string looked_for;
  for (const Source& source : info.sources) {
    auto documents = locate(root, source.documents);
    if (!documents) {
      looked_for += looked_for.empty() ? "" : ", ";
      looked_for += shown(root, source.documents);
      continue;
    }
    if (!source.labels) {
      return {.source = &source, .documents = std::move(*documents), .labels = std::nullopt};
    }
    auto labels = locate(root, source.labels->file);
    if (!labels) {
      throw Error(ErrorKind::data, task + ": wanted the labels " +
                                       shown(root, source.labels->file) + " of " +
                                       documents->string() + ", got no such file");
    }
    return {.source = &source, .documents = std::move(*documents), .labels = std::move(labels)};
  }
  throw Error(ErrorKind::data,
              task + ": wanted one of the files " + looked_for + ", got none of them");
}

Json parse_row(const std::string& line, RowFormat format) {
  switch (format) {
    case RowFormat::json:
      return parse_object(line);
    case RowFormat::plain:
      return Json{{"text", line}};
    case RowFormat::two_bars:
      break;
  }
  const std::size_t bars = line.find("||");
  if (bars == std::string::npos) {
    throw Error(ErrorKind::data, "wanted \"question||answer\", got a line without ||");
  }
  return Json{{"question", line.substr(0, bars)}, {"answer", line.substr(bars + 2)}};
}

LoadedFile loaded(const LineReader& reader, const fs::path& path, const DataFile& file) {
  const bool known =
      std::ranges::find(file.known_sha256, reader.sha256()) != file.known_sha256.end();
  return {.path = path,
          .sha256 = reader.sha256(),
          .checksum = known                       ? Checksum::known
                      : file.known_sha256.empty() ? Checksum::unchecked
                                                  : Checksum::differs};
}

std::vector<Row> read_rows(const fs::path& path,
                           const DataFile& file,
                           RowFormat format,
                           LoadedDataset& into) {
  LineReader reader(path, Input::file);
  std::vector<Row> rows;
  for (std::string line; reader.next(line);) {
    if (unicode::strip(line).empty()) continue;
    const std::string where = reader.where();
    rows.push_back(
        {.value = located_errors(where, [&] { return parse_row(line, format); }), .where = where});
  }
  into.files.push_back(loaded(reader, path, file));
  return rows;
}

std::vector<Json> to_documents(const DatasetInfo& info, const std::vector<Row>& rows) {
  std::vector<Json> documents;
  documents.reserve(rows.size());
  for (const Row& row : rows) {
    documents.push_back(located_errors(row.where, [&] { return info.to_document(row.value); }));
  }
  return documents;
}

/// @param documents  of the rows
void check_unique(const DatasetInfo& info,
                  const std::vector<Row>& rows,
                  std::span<const Json> documents) {
  if (info.unique == nullptr) return;
  std::map<std::string, std::size_t> first;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const auto name = info.unique(documents[i]);
    const auto [place, is_new] = first.emplace(name, i);
    if (is_new) continue;
    throw Error(ErrorKind::data, rows[i].where + ": wanted one document of " + name +
                                     ", got a second one after " + rows[place->second].where);
  }
}

std::vector<Json> read_companions(const std::string& task,
                                  const DatasetInfo& info,
                                  const Located& found,
                                  const DataFile& file,
                                  LoadedDataset& into) {
  const fs::path folder = found.documents.parent_path();
  const auto path = locate_plain(folder / file.path);
  if (!path) {
    throw Error(ErrorKind::data, task + ": wanted the file " + shown(folder, file) + " beside " +
                                     found.documents.string() + ", got no such file");
  }
  return to_documents(info, read_rows(*path, file, found.source->format, into));
}

/// What documents may be about. A file that is not there, or no such file, is as good as none: all
/// that is lost is the knowledge which documents depend on each other.
std::vector<Json> read_subjects(const DatasetInfo& info, const Located& found) {
  const auto& file = found.source->subjects;
  if (!file) return {};
  try {
    const auto path = locate_plain(found.documents.parent_path() / file->path);
    if (!path) return {};
    LoadedDataset apart;  // no part of the task's data: no answer depends on it
    return to_documents(info, read_rows(*path, *file, found.source->format, apart));
  } catch (const Error&) {
    return {};
  }
}

void add_clusters(const DatasetInfo& info,
                  const Located& found,
                  const std::vector<Row>& rows,
                  LoadedDataset& into) {
  into.clusters.resize(rows.size());
  if (info.cluster == nullptr) return;
  const auto subjects = read_subjects(info, found);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    into.clusters[i] =
        info.cluster({.row = rows[i].value, .document = into.documents[i], .subjects = subjects});
  }
}

/// Said of data of one's own. What the published files do not have, nobody can add.
void warn_of_missing_clusters(const std::string& task,
                              const DatasetInfo& info,
                              const Located& found,
                              LoadedDataset& into) {
  const auto missing = static_cast<std::size_t>(std::ranges::count(into.clusters, ""));
  if (info.cluster == nullptr || missing == 0) return;
  const bool published = into.files.front().checksum != Checksum::differs;
  if (published && !found.source->subjects && missing == into.clusters.size()) return;
  into.warnings.push_back(task + ": " + std::to_string(missing) + " of " +
                          std::to_string(into.clusters.size()) +
                          " documents do not say what they are about: each of them counts as "
                          "independent of all others");
}

void add_labels(const LabelFile& labels,
                const fs::path& path,
                const fs::path& documents,
                std::vector<Row>& rows,
                LoadedDataset& into) {
  LineReader reader(path, Input::file);
  std::size_t count = 0;
  for (std::string line; reader.next(line);) {
    const std::string label = unicode::strip(line);
    if (label.empty()) continue;
    const Json holder{{"label", label}};
    located_errors(reader.where(), [&] { return label_field(holder, "label", labels.allowed); });
    if (count < rows.size()) rows[count].value["label"] = label;
    ++count;
  }
  if (count != rows.size()) {
    throw Error(ErrorKind::data, reader.where() + ": wanted " + std::to_string(rows.size()) +
                                     " labels, one for each document of " + documents.string() +
                                     ", got " + std::to_string(count));
  }
  into.files.push_back(loaded(reader, path, labels.file));
}

void add_warnings(const std::string& task, const DatasetInfo& info, LoadedDataset& into) {
  for (const LoadedFile& file : into.files) {
    if (file.checksum != Checksum::differs) continue;
    into.warnings.push_back(task + ": " + file.path.string() + " has sha256 " + file.sha256 +
                            ", which is not that of the published data");
  }
  const auto got = static_cast<std::int64_t>(into.documents.size());
  if (info.documents > 0 && got != info.documents) {
    into.warnings.push_back(task + ": wanted the split's " + std::to_string(info.documents) +
                            " documents, got " + std::to_string(got));
  }
}

}  // namespace

const char* to_string(Checksum checksum) noexcept {
  switch (checksum) {
    case Checksum::known:
      return "known";
    case Checksum::differs:
      return "differs";
    case Checksum::unchecked:
      return "unchecked";
  }
  return "";
}

LoadedDataset load_dataset(const std::string& task,
                           const DatasetInfo& info,
                           const fs::path& root,
                           const std::function<void(const Json&)>& check) {
  const auto state = look_at(root);
  const bool is_set = info.may_be_file && state.standing == Standing::file;
  if (state.standing != Standing::folder && !is_set) {
    throw Error(ErrorKind::data, task + ": wanted a folder of data at " + root.string() + ", got " +
                                     in_words(state));
  }
  const Located found = locate_source(task, info, root);
  LoadedDataset into;
  std::vector<Row> rows =
      read_rows(found.documents, found.source->documents, found.source->format, into);
  if (rows.empty()) {
    throw Error(ErrorKind::data,
                found.documents.string() + ": wanted documents of " + task + ", got none");
  }
  if (found.source->labels && found.labels) {
    add_labels(*found.source->labels, *found.labels, found.documents, rows, into);
  }
  into.documents = to_documents(info, rows);
  check_unique(info, rows, into.documents);
  Json gathered;
  if (info.whole_set) {
    std::vector<Json> companions;
    const auto& file = found.source->companion;
    if (file) companions = read_companions(task, info, found, *file, into);
    gathered = info.whole_set->gather(into.documents, companions);
  }
  for (std::size_t i = 0; i < rows.size(); ++i) {
    located_errors(rows[i].where, [&] {
      Json& document = into.documents[i];
      if (info.whole_set) document = info.whole_set->complete(document, gathered);
      check(document);
    });
  }
  add_clusters(info, found, rows, into);
  add_warnings(task, info, into);
  warn_of_missing_clusters(task, info, found, into);
  return into;
}

}  // namespace smdm
