// The order in which files come and go: the lock first, then the journal, then answers; at the end
// the run's own files, then progress.json, the journal, and the lock.
#include "harness/journal/run_journal.hpp"

#include <utility>

#include "base/error.hpp"
#include "base/files/atomic.hpp"
#include "base/files/output.hpp"
#include "base/files/paths.hpp"
#include "base/files/read.hpp"

namespace smdm {
namespace {

namespace fs = std::filesystem;

/// A value for people, not longer than a line bears.
std::string shown(const Json& value) {
  constexpr std::size_t kLongest = 80;
  auto text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
  if (text.size() > kLongest) text = text.substr(0, kLongest) + "...";
  return text;
}

/// The member of an object, or nothing as null.
Json member(const Json& json, const std::string& key) {
  const auto found = json.find(key);
  return found == json.end() ? Json() : *found;
}

/// Whether a file can be opened as a cache.
bool is_cache(const fs::path& file) {
  try {
    const AnswerStore cache(file, StoreKind::cache);
    return true;
  } catch (const Error&) {
    return false;
  }
}

/// The run's own files are safe, and a journal that comes back is gone on with.
bool sync_quietly(const fs::path& folder) {
  try {
    sync_folder(folder);
    return true;
  } catch (const Error&) {
    return false;
  }
}

/// @param path  of the member that they are; empty: of no object
std::optional<std::string> difference_at(const std::string& path,
                                         const Json& there,
                                         const Json& here) {
  if (there == here) return std::nullopt;
  if (!there.is_object() || !here.is_object())
    return std::string(path)
        .append(": ")
        .append(shown(there))
        .append(" there, ")
        .append(shown(here))
        .append(" here");
  for (const auto* side : {&here, &there}) {
    for (const auto& [key, value] : side->items()) {
      const auto place = path.empty() ? key : std::string(path).append(".").append(key);
      auto difference = difference_at(place, member(there, key), member(here, key));
      if (difference) return difference;
    }
  }
  return path + ": another order of members";
}

}  // namespace

Json readable(const Json& value) {
  return Json::parse(value.dump(-1, ' ', false, Json::error_handler_t::replace));
}

std::optional<std::string> first_difference(const Json& there, const Json& here) {
  return difference_at("", there, here);
}

RunJournal::RunJournal(JournalPlace place, bool fresh)
    : place_(std::move(place)), lock_(place_.lock, place_.name), fresh_(fresh) {
  if (const auto text = read_file_if_there(place_.progress, ErrorKind::results)) {
    auto json = Json::parse(*text, nullptr, /*allow_exceptions=*/false);
    if (json.is_object()) progress_ = std::move(json);
  }
  if (fresh || is_absent(place_.journal)) return;
  open_store();
  // One whose first start was cut off before it had begun has nothing to go on with.
  resumes_ = store_->note("identity").has_value();
}

RunJournal::~RunJournal() {
  if (complete_ || !begun_) return;
  try {
    if (store_ && !store_->is_empty()) return;
  } catch (const std::exception&) {
    return;  // what cannot be read is not removed
  }
  store_.reset();
  remove_files();
}

void RunJournal::open_store() {
  store_ = std::make_unique<AnswerStore>(place_.journal, StoreKind::journal);
}

/// A damaged journal goes, too; a cache that lies in its place does not.
void RunJournal::start_over() {
  if (!is_absent(place_.journal) && is_cache(place_.journal)) {
    throw Error(ErrorKind::results,
                place_.journal.string() + ": wanted a place for a journal, found a cache");
  }
  remove_files();
}

void RunJournal::remove_files() noexcept {
  remove_quietly(place_.progress);
  for (const auto& file : store_files(place_.journal)) remove_quietly(file);
}

bool RunJournal::has_note(const std::string& name, const Json& value) {
  return note(name) == readable(value);
}

std::optional<Json> RunJournal::note(const std::string& name) {
  return store_ ? store_->note(name) : std::nullopt;
}

void RunJournal::set_note(const std::string& name, const Json& value) {
  store_->set_note(name, value);
}

std::vector<Json> RunJournal::machines() {
  return note("machines").value_or(Json::array()).get<std::vector<Json>>();
}

std::optional<std::string> RunJournal::why_not(const RunIdentity& identity, bool elsewhere) {
  if (const auto other = first_difference(note("identity").value(), readable(identity.rest)))
    return "is of another run: " + *other;
  for (const auto& machine : machines()) {
    const auto other = first_difference(machine, readable(identity.machine));
    if (!other || elsewhere) continue;
    return "was begun on another machine: " + *other +
           "; --resume-elsewhere goes on with its answers, which are then not reproducible to the "
           "bit";
  }
  return std::nullopt;
}

std::vector<Json> RunJournal::begin(const RunIdentity& identity,
                                    const Json& first_notes,
                                    bool elsewhere) {
  if (!resumes_) {
    if (fresh_) start_over();
    begun_ = true;
    if (!store_) open_store();
    for (const auto& [name, value] : first_notes.items()) set_note(name, value);
    set_note("machines", Json::array({identity.machine}));
    set_note("resumes", 0);
    set_note("identity", identity.rest);  // the last one: see the constructor
    store_->settle();
    return {};
  }
  if (const auto other = why_not(identity, elsewhere)) {
    throw Error(ErrorKind::results, place_.name + ": its journal " + *other +
                                        "; --fresh starts over without it, another --output leaves "
                                        "it alone");
  }
  begun_ = true;
  auto all = machines();
  auto others = all;
  std::erase(others, readable(identity.machine));
  if (others.size() == all.size()) {
    all.push_back(identity.machine);
    set_note("machines", all);
  }
  set_note("resumes", resumes_so_far() + 1);
  return others;
}

std::int64_t RunJournal::resumes_so_far() {
  return note("resumes").value_or(0).get<std::int64_t>();
}

bool RunJournal::has_several_machines() {
  return machines().size() > 1;
}

fs::path RunJournal::folder() const {
  return folder_of(place_.journal);
}

fs::path RunJournal::kept_name(const std::string& date) const {
  auto name = place_.journal;
  return name.replace_extension("").string() + "_" + date + ".sqlite";
}

void RunJournal::write_progress(const Json& progress) {
  write_output(place_.progress, progress.dump(2) + "\n", Existing::replace);
}

void RunJournal::complete(const fs::path& kept_as) {
  complete_ = true;
  store_.reset();  // SQLite then puts everything into the one file
  if (!kept_as.empty()) rename_new(place_.journal, kept_as);
  remove_files();
  static_cast<void>(sync_quietly(folder_of(place_.journal)));
}

}  // namespace smdm
