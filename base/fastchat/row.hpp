/// Lines of FastChat's files: one JSON object each, whose fields are asked for by their type.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/json.hpp"

namespace smdm {

/// One line. Errors name the file, the line and the field.
class FastChatRow {
 public:
  /// @param line  JSON text of one object
  /// @param kind  whose fault it is if the line is not what is wanted
  /// @throws Error(kind)  if it is no object
  FastChatRow(std::string_view line, std::string where, ErrorKind kind);

  [[nodiscard]] const std::string& where() const noexcept { return where_; }  ///< "file:line"
  [[nodiscard]] const Json& object() const noexcept { return object_; }

  /// Whether the field is there and not null.
  [[nodiscard]] bool has(const std::string& field) const;

  /// @throws Error(kind)  if the field is of another type, here and below
  [[nodiscard]] std::string text(const std::string& field) const;
  [[nodiscard]] std::vector<std::string> texts(const std::string& field) const;
  [[nodiscard]] double number(const std::string& field) const;

  /// A whole number or a text: what FastChat calls a question by. 81 and "81" are two questions.
  [[nodiscard]] Json id(const std::string& field) const;

  /// A field of any type. @throws Error(kind)  if it is missing
  [[nodiscard]] const Json& value(const std::string& field) const;

  /// @throws Error(kind)  always
  [[noreturn]] void reject(const std::string& field, const std::string& wanted) const;

 private:
  Json object_;
  std::string where_;
  ErrorKind kind_;
};

/// All lines of a file; empty ones are skipped.
/// @throws Error(data)  with file:line, for what is no object, or for a file without lines
[[nodiscard]] std::vector<FastChatRow> read_rows(const std::filesystem::path& path);

}  // namespace smdm
