// The order of the first steps matters: exclusive locking is asked for before the first access,
// since a database that was opened without it needs shared memory, which network file systems lack.
#include "harness/journal/sqlite.hpp"

#include <array>
#include <cerrno>
#include <utility>

#include <sqlite3.h>

#include "base/error.hpp"
#include "base/files/descriptor.hpp"

namespace smdm {
namespace {

constexpr int kWaitForOthersMs = 60'000;
constexpr std::int64_t kApplicationId = 0x534d444d;  // "SMDM"

/// What a code of SQLite is a kind of.
int primary_of(int code) {
  return static_cast<int>(static_cast<unsigned>(code) & 0xffU);
}

/// Whether a code says that the content is not what it should be. A name of the schema that is
/// missing is such a case, too: every database that is opened was made here.
bool is_damage(int code) {
  const auto primary = primary_of(code);
  return primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB || primary == SQLITE_ERROR ||
         primary == SQLITE_MISMATCH || primary == SQLITE_CONSTRAINT || primary == SQLITE_FORMAT;
}

/// Whether the system's own code says more.
bool is_of_system(int code) {
  const auto primary = primary_of(code);
  return primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN || primary == SQLITE_FULL;
}

}  // namespace

void Database::Close::operator()(sqlite3* database) const noexcept {
  sqlite3_close_v2(database);
}

Database::Database(std::filesystem::path file, Sharing sharing, std::string way_out)
    : file_(std::move(file)), way_out_(std::move(way_out)) {
  sqlite3* opened = nullptr;
  const int code = sqlite3_open_v2(
      file_.c_str(), &opened,
      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX | SQLITE_OPEN_EXRESCODE,
      nullptr);
  database_.reset(opened);
  if (code != SQLITE_OK) fail(code, errno);
  sqlite3_busy_timeout(opened, sharing == Sharing::shared ? kWaitForOthersMs : 0);
  // What a damaged schema says is not obeyed.
  sqlite3_db_config(opened, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(opened, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  if (sharing == Sharing::exclusive) execute("PRAGMA locking_mode = EXCLUSIVE");
  execute("PRAGMA cell_size_check = ON");
  refuse_foreign();
  write_ahead(sharing == Sharing::shared ? kWaitForOthersMs : 0);
  execute("PRAGMA synchronous = FULL");
}

void Database::write_ahead(int wait_ms) {
  // SQLite does not wait by itself for another process that does the same.
  constexpr int kPauseMs = 5;
  for (int waited = 0;; waited += kPauseMs) {
    const int code =
        sqlite3_exec(database_.get(), "PRAGMA journal_mode = WAL", nullptr, nullptr, nullptr);
    if (code == SQLITE_OK) return;
    if (primary_of(code) != SQLITE_BUSY || waited >= wait_ms) fail(code, errno);
    sqlite3_sleep(kPauseMs);
  }
}

Database::~Database() = default;

void Database::refuse_foreign() {
  // In this order: another process may make the tables and the mark between the two, both at once.
  const auto schema = number("PRAGMA schema_version").value_or(0);
  const auto id = number("PRAGMA application_id").value_or(0);
  if (id == kApplicationId) return;
  if (id != 0 || schema != 0) fail_damaged("a database of another program");
}

void Database::mark_as_ours() {
  execute(("PRAGMA application_id = " + std::to_string(kApplicationId)).c_str());
}

void Database::execute(const char* sql) {
  const int code = sqlite3_exec(database_.get(), sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(code, errno);
}

void Database::roll_back() noexcept {
  sqlite3_exec(database_.get(), "ROLLBACK", nullptr, nullptr, nullptr);
}

Statement Database::prepare(const char* sql) {
  sqlite3_stmt* statement = nullptr;
  const int code =
      sqlite3_prepare_v3(database_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
  if (code != SQLITE_OK) fail(code);
  return {*this, statement};
}

std::optional<std::int64_t> Database::number(const char* sql) {
  auto statement = prepare(sql);
  if (!statement.step()) return std::nullopt;
  return statement.number(0);
}

void Database::fail(int code, int system) const {
  const auto* said = database_ ? sqlite3_errmsg(database_.get()) : sqlite3_errstr(code);
  if (is_damage(code)) fail_damaged(said);
  const int known = database_ ? sqlite3_system_errno(database_.get()) : 0;
  std::string text = file_.string() + ": " + said;
  if (known != 0) {
    text = because(text, known);
  } else if (is_of_system(code) && system != 0) {
    text = because(text, system);
  }
  throw Error(ErrorKind::results, text);
}

void Database::fail_damaged(const std::string& what) const {
  throw Error(ErrorKind::results,
              file_.string() + ": is damaged, or no file of ours (" + what + "): " + way_out_);
}

void Statement::Finalize::operator()(sqlite3_stmt* statement) const noexcept {
  sqlite3_finalize(statement);
}

Statement::Statement(const Database& database, sqlite3_stmt* statement)
    : database_(&database), statement_(statement) {}

Statement& Statement::bind(int place, std::int64_t value) {
  const int code = sqlite3_bind_int64(statement_.get(), place, value);
  if (code != SQLITE_OK) database_->fail(code);
  return *this;
}

Statement& Statement::bind_blob(int place, std::string_view value) {
  const int code =
      sqlite3_bind_blob64(statement_.get(), place, value.data(), value.size(), SQLITE_STATIC);
  if (code != SQLITE_OK) database_->fail(code);
  return *this;
}

Statement& Statement::bind_text(int place, std::string_view value) {
  const int code = sqlite3_bind_text64(statement_.get(), place, value.data(), value.size(),
                                       SQLITE_STATIC, SQLITE_UTF8);
  if (code != SQLITE_OK) database_->fail(code);
  return *this;
}

bool Statement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  const int system = errno;
  reset();
  if (code != SQLITE_DONE) database_->fail(code, system);
  return false;
}

void Statement::run() {
  while (step()) {
  }
}

void Statement::reset() {
  sqlite3_reset(statement_.get());
}

std::int64_t Statement::number(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

std::string Statement::bytes(int column) const {
  const auto* data = static_cast<const char*>(sqlite3_column_blob(statement_.get(), column));
  const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column));
  return data == nullptr ? std::string() : std::string(data, size);
}

Transaction::Transaction(Database& database) : database_(database) {
  database_.execute("BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
  if (open_) database_.roll_back();
}

void Transaction::commit() {
  database_.execute("COMMIT");
  open_ = false;
}

}  // namespace smdm
