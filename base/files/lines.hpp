/// Lines of a text file that may be compressed with gzip, whatever its name.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "base/files/open.hpp"

namespace smdm {

/// Reads one line after the other, in blocks. Lines end with "\n" or "\r\n", which are taken off;
/// the last line may lack it. A byte order mark at the begin of the text is left out.
class LineReader {
 public:
  /// @throws Error(data)  if the file cannot be opened
  explicit LineReader(std::filesystem::path path, Input input = Input::stream);
  ~LineReader();
  LineReader(LineReader&&) noexcept;
  LineReader& operator=(LineReader&&) noexcept;
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;

  /// Puts the next line into `line`; false at the end of the file.
  /// @throws Error(data)  (file:line) on a read error, a truncated or damaged gzip stream, or
  /// bytes that are not UTF-8
  bool next(std::string& line);

  /// "path:N" of the line read last, for error texts.
  [[nodiscard]] std::string where() const;

  [[nodiscard]] std::int64_t line_number() const noexcept;

  /// SHA-256 of the unpacked text. Meaningful once next() has returned false.
  [[nodiscard]] const std::string& sha256() const noexcept;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace smdm
