/// Answers on the disk, by key: the tables that a run's journal and a user's cache are made of.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "harness/journal/sqlite.hpp"

namespace smdm {

/// What a file of answers is for.
enum class StoreKind : std::uint8_t {
  journal,  ///< of one run, which has it for itself
  cache,    ///< of many runs, some of them at the same time
};

/// One answer as it is kept.
struct StoredAnswer {
  std::string key;    ///< of 32 bytes
  std::string value;  ///< see answer_codec.hpp
  std::string model;  ///< the digest of the weights, for people who clear up
};

/// What a store holds of one model.
struct ModelShare {
  std::string model;
  std::int64_t answers = 0;
  std::int64_t bytes = 0;
  std::int64_t oldest = 0;  ///< seconds since 1970
  std::int64_t newest = 0;
};

/// What is to go from a cache; what is empty bounds nothing.
struct PruneRule {
  std::optional<std::int64_t> bytes = {};    ///< answers are to take at most so many; the oldest go
  std::optional<std::int64_t> seconds = {};  ///< those that are older go
  std::optional<std::string> model = {};     ///< those of models whose digest begins so go
};

/// A file of answers. Every row carries a digest over its key and its value, and one that does not
/// match is never given back. Calls from several threads are taken one by one.
///
/// Everything throws Error(results) as Database does.
class AnswerStore {
 public:
  /// Opens a store; an empty or missing file becomes one.
  /// @throws Error(results)  for a file of a newer version, or of the other kind
  AnswerStore(const std::filesystem::path& file, StoreKind kind);

  /// The value of a key. @return nothing if there is none, or if it is damaged
  [[nodiscard]] std::optional<std::string> find(const std::string& key);

  /// Puts answers in, all or none, in the place of those of equal keys.
  void put(std::span<const StoredAnswer> answers);

  /// How many rows find() had to leave out.
  [[nodiscard]] std::int64_t damaged() const;

  [[nodiscard]] bool is_empty();
  [[nodiscard]] std::int64_t size();

  /// What else the store knows, by name. A damaged note is an error. Bytes of texts that are no
  /// UTF-8 are replaced.
  [[nodiscard]] std::optional<Json> note(const std::string& name);
  void set_note(const std::string& name, const Json& value);

  /// Puts everything so far into the database file itself, out of the log beside it, so that damage
  /// to the log cannot take it away.
  void settle();

  [[nodiscard]] std::vector<ModelShare> shares();

  /// @return how many answers went
  std::int64_t prune(const PruneRule& rule, std::int64_t now);

  /// Reads everything. @return how many rows are damaged
  /// @throws Error(results)  if the file as a whole is
  [[nodiscard]] std::int64_t verify();

  [[nodiscard]] const std::filesystem::path& file() const noexcept { return database_.file(); }

 private:
  void make_tables(StoreKind kind);
  void check_kind(StoreKind kind);
  std::int64_t model_id(const std::string& model);
  std::optional<Json> note_unlocked(const std::string& name);
  void set_note_unlocked(const std::string& name, const Json& value);

  mutable std::mutex mutex_;
  Database database_;
  std::unique_ptr<Statement> find_, put_;
  std::int64_t damaged_ = 0;
};

/// The files of a store: the database itself, and those that SQLite puts beside it.
[[nodiscard]] std::vector<std::filesystem::path> store_files(const std::filesystem::path& file);

}  // namespace smdm
