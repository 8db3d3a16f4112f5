// The files of one run: made in memory, compared with what is there, written under temporary names,
// and renamed together.
#include "results/export/run_files.hpp"

#include <memory>
#include <stdexcept>
#include <utility>

#include "base/error.hpp"
#include "base/files/atomic.hpp"
#include "base/files/lock.hpp"
#include "base/files/output.hpp"
#include "base/files/paths.hpp"
#include "base/files/read.hpp"
#include "results/run/committed.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;

RunTexts texts_of(const std::string& format) {
  for (const ExportFormat& one : export_formats()) {
    const auto* texts = std::get_if<RunTexts>(&one.text);
    if (texts != nullptr && one.name == format) return *texts;
  }
  throw std::invalid_argument("export_run: wanted a format of runs, got " + format);
}

/// Whether the file is there as it would be written.
bool is_known(const fs::path& path, const std::string& content) {
  if (!is_taken(path)) return false;
  if (is_file(path) && read_file(path, ErrorKind::results) == content) return true;
  throw Error(ErrorKind::results,
              path.string() + ": wanted no file or the one that is exported, got another one");
}

/// A file that is complete under another name.
struct Staged {
  fs::path path;
  OutputFile file;
};

std::vector<Staged> staged(std::vector<ExportedFile> files, const fs::path& folder) {
  std::vector<Staged> all;
  for (ExportedFile& file : files) {
    const auto path = folder / file.path;
    if (is_known(path, file.content)) continue;
    make_folder(path.parent_path());
    all.push_back({.path = path, .file = OutputFile(path)});
    all.back().file.write(file.content);
    all.back().file.close();
    file.content.clear();
  }
  return all;
}

}  // namespace

std::vector<std::string> run_format_names() {
  std::vector<std::string> names;
  for (const ExportFormat& format : export_formats()) {
    if (std::holds_alternative<RunTexts>(format.text)) names.emplace_back(format.name);
  }
  return names;
}

RunExport export_run(const Facts& run,
                     const std::string& format,
                     const RunExportSettings& settings,
                     const fs::path& folder) {
  auto files = texts_of(format)(run, settings);
  const std::size_t count = files.size();
  const MissingFolders missing(folder);
  check_writable(folder);
  const FolderLock lock(folder, FolderLock::Others::wait);
  std::vector<std::unique_ptr<const MissingFolders>> below;
  below.reserve(files.size());
  for (const ExportedFile& file : files)
    below.push_back(std::make_unique<const MissingFolders>(folder / file.path.parent_path()));
  auto all = staged(std::move(files), folder);
  Committed committed;
  for (Staged& one : all) {
    one.file.finish();
    committed.add(one.path);
  }
  committed.keep();
  return {.written = all.size(), .known = count - all.size()};
}

}  // namespace smdm
