// Three tables: answers, the models they are of, and notes. Rows have digests of their own since
// SQLite finds a damaged page only where its structure suffers.
#include "harness/journal/answer_store.hpp"

#include <chrono>
#include <utility>

#include "base/error.hpp"
#include "base/files/digest.hpp"
#include "base/files/size.hpp"

namespace smdm {
namespace {

constexpr std::int64_t kVersion = 1;

const char* name_of(StoreKind kind) {
  return kind == StoreKind::journal ? "journal" : "cache";
}

std::string way_out(StoreKind kind) {
  if (kind == StoreKind::journal) return "--fresh starts over without it";
  return "move it away, or give --cache another file";
}

Sharing sharing_of(StoreKind kind) {
  return kind == StoreKind::journal ? Sharing::exclusive : Sharing::shared;
}

/// Of both parts, so that a value under another's key is noticed, too.
std::string digest_of(std::string_view key, std::string_view value) {
  Sha256 digest;
  digest.update(key);
  digest.update(value);
  return digest.finish();
}

std::int64_t seconds_now() {
  return std::chrono::duration_cast<std::chrono::seconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

/// The file, unless a log without its database lies there: that is no new file.
std::filesystem::path whole(const std::filesystem::path& file, StoreKind kind) {
  const auto log = store_files(file)[1];
  // The last process that closes a cache takes its log away.
  if (holds_bytes(log) && !holds_bytes(file)) {
    throw Error(ErrorKind::results,
                file.string() + ": is damaged, or no file of ours (empty, with a log beside it): " +
                    way_out(kind));
  }
  return file;
}

}  // namespace

AnswerStore::AnswerStore(const std::filesystem::path& file, StoreKind kind)
    : database_(whole(file, kind), sharing_of(kind), way_out(kind)) {
  if (database_.number("PRAGMA user_version").value_or(0) == 0) {
    // Two processes may make a new cache at the same time.
    Transaction transaction(database_);
    if (database_.number("PRAGMA user_version").value_or(0) == 0) make_tables(kind);
    transaction.commit();
  }
  check_kind(kind);
  find_ = std::make_unique<Statement>(
      database_.prepare("SELECT value, digest FROM answers WHERE key = ?1"));
  put_ = std::make_unique<Statement>(
      database_.prepare("INSERT OR REPLACE INTO answers (key, value, digest, model, created) "
                        "VALUES (?1, ?2, ?3, ?4, ?5)"));
}

void AnswerStore::make_tables(StoreKind kind) {
  database_.execute(
      "CREATE TABLE answers (key BLOB PRIMARY KEY, value BLOB NOT NULL, digest TEXT NOT NULL, "
      "model INTEGER NOT NULL, created INTEGER NOT NULL) WITHOUT ROWID;"
      "CREATE TABLE models (id INTEGER PRIMARY KEY, digest TEXT NOT NULL UNIQUE);"
      "CREATE TABLE notes (name TEXT PRIMARY KEY, value TEXT NOT NULL, digest TEXT NOT NULL) "
      "WITHOUT ROWID;");
  database_.mark_as_ours();
  database_.execute(("PRAGMA user_version = " + std::to_string(kVersion)).c_str());
  set_note_unlocked("kind", name_of(kind));
}

void AnswerStore::check_kind(StoreKind kind) {
  const auto version = database_.number("PRAGMA user_version").value_or(0);
  if (version != kVersion) {
    throw Error(ErrorKind::results, file().string() + ": wanted version " +
                                        std::to_string(kVersion) + " of the file of answers, got " +
                                        std::to_string(version) +
                                        ", of another version of smdm-eval: " + way_out(kind));
  }
  const auto found = note_unlocked("kind");
  if (!found) database_.fail_damaged("it does not say of which kind");
  if (*found == name_of(kind)) return;
  throw Error(ErrorKind::results, file().string() + ": wanted a " + name_of(kind) +
                                      ", found a file of answers of the kind " + found->dump());
}

std::optional<std::string> AnswerStore::find(const std::string& key) {
  const std::scoped_lock lock(mutex_);
  find_->bind_blob(1, key);
  if (!find_->step()) return std::nullopt;
  auto value = find_->bytes(0);
  const auto digest = find_->bytes(1);
  find_->reset();
  if (digest == digest_of(key, value)) return value;
  ++damaged_;
  return std::nullopt;
}

std::int64_t AnswerStore::model_id(const std::string& model) {
  auto insert = database_.prepare("INSERT OR IGNORE INTO models (digest) VALUES (?1)");
  insert.bind_text(1, model).run();
  auto select = database_.prepare("SELECT id FROM models WHERE digest = ?1");
  select.bind_text(1, model);
  if (!select.step()) database_.fail_damaged("a model is missing");
  return select.number(0);
}

void AnswerStore::put(std::span<const StoredAnswer> answers) {
  if (answers.empty()) return;
  const std::scoped_lock lock(mutex_);
  Transaction transaction(database_);
  const auto now = seconds_now();
  std::string model;
  std::int64_t id = 0;
  for (const auto& answer : answers) {
    if (id == 0 || answer.model != model) id = model_id(model = answer.model);
    const auto digest = digest_of(answer.key, answer.value);
    put_->bind_blob(1, answer.key).bind_blob(2, answer.value).bind_text(3, digest);
    put_->bind(4, id).bind(5, now).run();
  }
  transaction.commit();
}

std::int64_t AnswerStore::damaged() const {
  const std::scoped_lock lock(mutex_);
  return damaged_;
}

bool AnswerStore::is_empty() {
  const std::scoped_lock lock(mutex_);
  return !database_.number("SELECT 1 FROM answers LIMIT 1").has_value();
}

std::int64_t AnswerStore::size() {
  const std::scoped_lock lock(mutex_);
  return database_.number("SELECT count(*) FROM answers").value_or(0);
}

std::optional<Json> AnswerStore::note_unlocked(const std::string& name) {
  auto select = database_.prepare("SELECT value, digest FROM notes WHERE name = ?1");
  select.bind_text(1, name);
  if (!select.step()) return std::nullopt;
  const auto value = select.bytes(0);
  if (select.bytes(1) != digest_of(name, value)) database_.fail_damaged("its note '" + name + "'");
  return Json::parse(value);
}

void AnswerStore::set_note_unlocked(const std::string& name, const Json& value) {
  const auto text = value.dump(-1, ' ', false, Json::error_handler_t::replace);
  auto insert =
      database_.prepare("INSERT OR REPLACE INTO notes (name, value, digest) VALUES (?1, ?2, ?3)");
  const auto digest = digest_of(name, text);
  insert.bind_text(1, name).bind_text(2, text).bind_text(3, digest).run();
}

std::optional<Json> AnswerStore::note(const std::string& name) {
  const std::scoped_lock lock(mutex_);
  return note_unlocked(name);
}

void AnswerStore::set_note(const std::string& name, const Json& value) {
  const std::scoped_lock lock(mutex_);
  set_note_unlocked(name, value);
}

void AnswerStore::settle() {
  const std::scoped_lock lock(mutex_);
  database_.execute("PRAGMA wal_checkpoint(TRUNCATE)");
}

std::vector<ModelShare> AnswerStore::shares() {
  const std::scoped_lock lock(mutex_);
  auto select = database_.prepare(
      "SELECT models.digest, count(*), sum(length(key) + length(value) + length(answers.digest)), "
      "min(created), max(created) FROM answers JOIN models ON models.id = answers.model "
      "GROUP BY models.id ORDER BY models.digest");
  std::vector<ModelShare> shares;
  while (select.step()) {
    shares.push_back({.model = select.bytes(0),
                      .answers = select.number(1),
                      .bytes = select.number(2),
                      .oldest = select.number(3),
                      .newest = select.number(4)});
  }
  return shares;
}

std::int64_t AnswerStore::prune(const PruneRule& rule, std::int64_t now) {
  const std::scoped_lock lock(mutex_);
  std::int64_t gone = 0;
  {
    Transaction transaction(database_);
    const auto run = [&](Statement statement) {
      statement.run();
      gone += database_.number("SELECT changes()").value_or(0);
    };
    if (rule.seconds) {
      auto old = database_.prepare("DELETE FROM answers WHERE created < ?1");
      run(std::move(old.bind(1, now - *rule.seconds)));
    }
    if (rule.model) {
      auto of_model = database_.prepare(
          "DELETE FROM answers WHERE model IN "
          "(SELECT id FROM models WHERE substr(digest, 1, length(?1)) = ?1)");
      run(std::move(of_model.bind_text(1, *rule.model)));
    }
    if (rule.bytes) {
      // The newest stay, as many as there is room for.
      auto many = database_.prepare(
          "DELETE FROM answers WHERE key IN (SELECT key FROM (SELECT key, "
          "sum(length(key) + length(value) + length(digest)) OVER (ORDER BY created DESC, key) "
          "AS total FROM answers) WHERE total > ?1)");
      run(std::move(many.bind(1, *rule.bytes)));
    }
    database_.execute("DELETE FROM models WHERE id NOT IN (SELECT model FROM answers)");
    transaction.commit();
  }
  database_.execute("VACUUM");
  database_.execute("PRAGMA wal_checkpoint(TRUNCATE)");
  return gone;
}

std::int64_t AnswerStore::verify() {
  const std::scoped_lock lock(mutex_);
  auto check = database_.prepare("PRAGMA integrity_check(1)");
  if (!check.step() || check.bytes(0) != "ok") database_.fail_damaged(check.bytes(0));
  std::int64_t bad = 0;
  auto select = database_.prepare("SELECT key, value, digest FROM answers");
  while (select.step()) {
    if (select.bytes(2) != digest_of(select.bytes(0), select.bytes(1))) ++bad;
  }
  auto notes = database_.prepare("SELECT name, value, digest FROM notes");
  while (notes.step()) {
    if (notes.bytes(2) != digest_of(notes.bytes(0), notes.bytes(1)))
      database_.fail_damaged("its note '" + notes.bytes(0) + "'");
  }
  return bad;
}

std::vector<std::filesystem::path> store_files(const std::filesystem::path& file) {
  std::vector<std::filesystem::path> files;
  for (const char* end : {"", "-wal", "-shm"}) files.emplace_back(file.string() + end);
  return files;
}

}  // namespace smdm
