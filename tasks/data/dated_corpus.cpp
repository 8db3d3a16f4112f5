// Documents are sorted into periods while they are read: by the file they stand in, or by a date of
// their own. Beyond --limit they are counted and not kept, so that a large corpus does not have to
// fit into memory.
#include "tasks/data/dated_corpus.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "base/error.hpp"
#include "base/files/lines.hpp"
#include "base/files/paths.hpp"
#include "base/text/json_text.hpp"
#include "base/text/unicode.hpp"
#include "tasks/data/fields.hpp"
#include "tasks/data/json_object.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;

/// A file's name without ".jsonl" and ".gz", or nothing for other files.
std::optional<std::string> stem_of(const fs::path& file) {
  std::string name = file.filename().string();
  if (name.ends_with(".gz")) name.resize(name.size() - 3);
  constexpr std::string_view kLines = ".jsonl";
  if (!name.ends_with(kLines) || name.starts_with('.') || name == kLines) return std::nullopt;
  name.resize(name.size() - kLines.size());
  return name;
}

/// The files of a corpus, by name.
std::vector<fs::path> corpus_files(const std::string& task,
                                   const fs::path& data,
                                   const std::string& folder) {
  const auto state = look_at(data);
  if (state.standing == Standing::nothing || state.standing == Standing::unknown) {
    throw Error(ErrorKind::data,
                task + ": wanted a corpus at " + data.string() + ", got " + in_words(state));
  }
  if (state.standing != Standing::folder) return {data};
  const fs::path inside = data / folder;
  auto files =
      entries_of(look_at(inside).standing == Standing::nothing ? data : inside, ErrorKind::data);
  std::erase_if(files, [](const fs::path& file) { return !stem_of(file); });
  if (files.empty()) {
    throw Error(ErrorKind::data, task + ": wanted files NAME.jsonl[.gz] in " + inside.string() +
                                     " or " + data.string() + ", got none");
  }
  return files;
}

std::vector<std::string> default_text_fields(const Json& document) {
  if (document.contains("text")) return {"text"};
  if (document.contains("title") && document.contains("abstract")) return {"title", "abstract"};
  std::string came;
  for (const auto& member : document.items()) came += " " + member.key();
  throw Error(
      ErrorKind::data,
      "wanted a field \"text\", or \"title\" and \"abstract\", or --text-fields, got the fields" +
          (came.empty() ? " none" : came));
}

DayRange date_of(const Json& document, const std::string& name) {
  const Json& value = field(document, name.c_str());
  const auto text = value.is_string() ? value.get<std::string>() : json_text(value);
  const bool readable = value.is_string() || value.is_number_unsigned();
  const auto days = readable ? parse_days(text) : std::nullopt;
  if (!days) {
    throw Error(ErrorKind::data, "wanted the field \"" + name +
                                     "\" to be a date like 2024-02-29, got " + describe(value));
  }
  return *days;
}

[[noreturn]] void fail_empty(const std::string& task, const std::string& period) {
  throw Error(ErrorKind::data, task + ": wanted documents of the period " + period + ", got none");
}

/// Gathers documents by period.
class Gatherer {
 public:
  Gatherer(const CorpusQuery& query, LoadedCorpus& corpus) : query_(query), corpus_(corpus) {
    corpus.text_fields = query.text_fields;
    if (!query.date_field) return;
    if (const auto* given = std::get_if<std::vector<Period>>(&query.periods)) {
      for (const Period& period : *given) by_name_[period.name].days = period.days;
    }
  }

  /// @param input  Input::stream for a file that the user names
  void read(const fs::path& file, Input input) {
    std::string own;
    if (!query_.date_field) own = open_file_period(file);
    LineReader reader(file, input);
    for (std::string line; reader.next(line);) {
      if (unicode::strip(line).empty()) continue;
      located_errors(reader.where(), [&] { add(parse_object(line), own); });
    }
    files_.push_back({.path = file, .sha256 = reader.sha256()});
    if (!query_.date_field) by_name_.at(own).period.files = {files_.back()};
  }

  /// Puts the periods into the corpus, in time order.
  void finish(const std::string& task) {
    std::vector<std::pair<std::string, Gathered>> all(by_name_.begin(), by_name_.end());
    if (all.empty()) throw Error(ErrorKind::data, task + ": wanted documents, got none");
    const bool dated =
        std::ranges::all_of(all, [](const auto& one) { return one.second.days.has_value(); });
    if (dated) {
      std::ranges::stable_sort(all, {}, [](const auto& one) { return one.second.days->first; });
    } else {
      corpus_.warnings.push_back(
          task +
          ": not every file is named by a date: its periods are in the order of their names");
    }
    for (auto& [name, gathered] : all) {
      if (gathered.period.found == 0) {
        fail_empty(task, name);
      }
      gathered.period.name = name;
      if (query_.date_field) gathered.period.files = files_;
      corpus_.periods.push_back(std::move(gathered.period));
    }
    if (outside_ > 0) {
      corpus_.warnings.push_back(task + ": " + std::to_string(outside_) +
                                 " documents lie outside the periods and are left out");
    }
  }

 private:
  struct Gathered {
    std::optional<DayRange> days;  ///< empty for a file whose name is no date
    CorpusPeriod period;
  };

  std::string open_file_period(const fs::path& file) {
    const auto name = stem_of(file).value_or(file.filename().string());
    const auto period = parse_period(name);
    auto [entry, is_new] = by_name_.try_emplace(name);
    if (!is_new) {
      throw Error(ErrorKind::data, "wanted one file for the period " + name + ", got " +
                                       entry->second.period.files.front().path.string() + " and " +
                                       file.string());
    }
    if (period) entry->second.days = period->days;
    return name;
  }

  void add(Json document, const std::string& own) {
    if (corpus_.text_fields.empty()) corpus_.text_fields = default_text_fields(document);
    auto text = corpus_text(document, corpus_.text_fields);
    if (unicode::strip(text).empty()) {
      throw Error(ErrorKind::data, "wanted text, got an empty document");
    }
    auto* gathered = query_.date_field ? dated(document, *query_.date_field) : &by_name_.at(own);
    if (gathered == nullptr) {
      ++outside_;
      return;
    }
    auto& period = gathered->period;
    ++period.found;
    if (!query_.most || period.found <= *query_.most) {
      period.documents.push_back(std::move(document));
      period.texts.push_back(std::move(text));
    }
  }

  Gathered* dated(const Json& document, const std::string& date_field) {
    const auto period = period_of(date_of(document, date_field), query_.periods);
    if (!period) return nullptr;
    auto& gathered = by_name_[period->name];
    gathered.days = period->days;
    return &gathered;
  }

  const CorpusQuery& query_;
  LoadedCorpus& corpus_;
  std::map<std::string, Gathered> by_name_;
  std::vector<LoadedFile> files_;
  std::size_t outside_ = 0;
};

}  // namespace

std::string corpus_text(const Json& document, const std::vector<std::string>& fields) {
  if (fields.empty()) return corpus_text(document, default_text_fields(document));
  std::string text;
  for (const std::string& name : fields) {
    if (&name != &fields.front()) text += '\n';
    text += text_field(document, name.c_str());
  }
  return text;
}

LoadedCorpus load_corpus(const std::string& task,
                         const fs::path& data,
                         const std::string& folder,
                         const CorpusQuery& query) {
  LoadedCorpus corpus;
  Gatherer gatherer(query, corpus);
  const auto input = is_folder(data) ? Input::file : Input::stream;
  for (const fs::path& file : corpus_files(task, data, folder)) gatherer.read(file, input);
  gatherer.finish(task);
  return corpus;
}

}  // namespace smdm
