/// SQLite with objects that clean up and errors that say what to do.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace smdm {

/// Whether other processes may use a database at the same time.
enum class Sharing : bool {
  exclusive,  ///< locked from the first access on; needs no shared memory, so that it works on
              ///< network file systems
  shared,     ///< others wait for each other
};

class Statement;

/// An open database in write-ahead mode, every commit on the disk before it returns. One thread at
/// a time.
///
/// Everything throws Error(results) with the file's name and SQLite's reason. For a file that is no
/// database, is damaged or was cut, the text says so and ends with `way_out`.
class Database {
 public:
  /// Opens a database of ours; an empty or missing file becomes one. Others are not touched.
  /// @param way_out  what a person can do about a damaged file
  Database(std::filesystem::path file, Sharing sharing, std::string way_out);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  /// Runs SQL without results.
  void execute(const char* sql);

  /// Takes back what a transaction has done; where SQLite has done so by itself, as when a disk is
  /// full, nothing happens.
  void roll_back() noexcept;

  /// @param sql  one statement, with ?1, ?2, ...
  [[nodiscard]] Statement prepare(const char* sql);

  /// The first column of the first row. @return nothing if there is no row
  [[nodiscard]] std::optional<std::int64_t> number(const char* sql);

  /// From now on it is told from those of other programs.
  void mark_as_ours();

  [[nodiscard]] const std::filesystem::path& file() const noexcept { return file_; }

  /// @param code    of SQLite
  /// @param system  of the system, when it came
  [[noreturn]] void fail(int code, int system = 0) const;
  [[noreturn]] void fail_damaged(const std::string& what) const;

 private:
  struct Close {
    void operator()(sqlite3* database) const noexcept;
  };
  void refuse_foreign();
  /// Asks for the write-ahead log, as long as another process is about the same.
  void write_ahead(int wait_ms);

  std::filesystem::path file_;
  std::string way_out_;
  std::unique_ptr<sqlite3, Close> database_;
};

/// A prepared statement. It must not outlive its database.
class Statement {
 public:
  Statement(const Database& database, sqlite3_stmt* statement);

  Statement& bind(int place, std::int64_t value);
  Statement& bind_blob(int place, std::string_view value);  ///< the bytes stay the caller's
  Statement& bind_text(int place, std::string_view value);

  /// @return whether there is a row; the statement starts anew where there is none
  bool step();

  /// Runs it to its end, and makes it ready for the next time.
  void run();
  void reset();

  [[nodiscard]] std::int64_t number(int column) const;
  [[nodiscard]] std::string bytes(int column) const;  ///< a text or a blob

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const noexcept;
  };
  const Database* database_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
};

/// A transaction that is rolled back unless it is committed. It writes from its beginning on.
class Transaction {
 public:
  explicit Transaction(Database& database);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  Database& database_;
  bool open_ = true;
};

}  // namespace smdm
