/// The rows that a model learns from, as token ids.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "models/text/text_encoder.hpp"

namespace smdm::training {

/// What becomes a row.
enum class RowKind : std::uint8_t {
  document,  ///< each line
  stream,    ///< texts end to end, cut into rows of the context's length
};

struct CorpusOptions {
  std::vector<std::filesystem::path> files;
  RowKind rows = RowKind::document;
  std::int64_t context = 0;  ///< most tokens of a row
  std::int64_t vocabulary = 0;
  std::int64_t fill = 0;    ///< shorter rows get end-of-text tokens up to this length; 0: none
  bool end_of_text = true;  ///< one such token behind every text and answer
};

/// A row among all ids of a corpus.
struct CorpusRow {
  std::int64_t begin = 0;
  std::int64_t length = 0;
  std::int64_t prompt = 0;  ///< the first so many tokens are given, never learnt
  std::int64_t file = 0;
  std::int64_t line = 0;
};

/// Rows of all files, in the order of lines.
class Corpus {
 public:
  /// Reads JSON lines, plain or compressed with gzip: {"text"}, {"prompt", "answer"}, or with ids
  /// {"text_ids"}, {"prompt_ids", "answer_ids"}, which are taken as they are. A text begins with
  /// the beginning-of-text token; an answer's ids are those that the whole has behind the prompt's.
  /// Empty lines are skipped.
  /// @param tokenizer  null: rows must be ids
  /// @throws Error(data)  (file:line) for a line that is malformed, empty or too long, and for a
  /// file without rows
  Corpus(CorpusOptions options, const Tokenizer* tokenizer);

  /// Rows that are already at hand, without prompts; where() tells their number.
  explicit Corpus(const std::vector<std::vector<std::int64_t>>& rows);

  [[nodiscard]] std::size_t size() const noexcept { return rows_.size(); }
  [[nodiscard]] const CorpusRow& row(std::size_t index) const { return rows_[index]; }
  [[nodiscard]] std::span<const std::int32_t> ids(std::size_t index) const;
  [[nodiscard]] std::int64_t tokens() const noexcept {
    return static_cast<std::int64_t>(ids_.size());
  }

  /// "file:line" of a row; of a stream's row, where it begins.
  [[nodiscard]] std::string where(std::size_t index) const;

  /// SHA-256 of the rows as they are learnt: tokenizer, filling and cutting included.
  [[nodiscard]] std::string ids_digest() const;

  /// SHA-256 of every file's unpacked text, in order.
  [[nodiscard]] const std::vector<std::string>& digests() const noexcept { return digests_; }

 private:
  friend class CorpusReader;

  CorpusOptions options_;
  std::vector<std::int32_t> ids_;
  std::vector<CorpusRow> rows_;
  std::vector<std::string> digests_;
};

}  // namespace smdm::training
