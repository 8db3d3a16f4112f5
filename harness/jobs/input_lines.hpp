/// Lines that users write: one JSON object each, with an id and text or token ids.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/json.hpp"
#include "harness/run/prompt_part.hpp"

namespace smdm {

/// One line of an input file.
class InputLine {
 public:
  InputLine(Json object, std::string where)
      : object_(std::move(object)), where_(std::move(where)) {}

  [[nodiscard]] const std::string& where() const noexcept { return where_; }  ///< "file:line"
  /// A string, or a number as it is written (json_text.hpp).
  [[nodiscard]] const Json& id() const { return object_.at("id"); }
  [[nodiscard]] bool has(const std::string& field) const { return object_.contains(field); }

  /// What the line belongs to, where it says so: a string or the value of a number.
  [[nodiscard]] std::optional<Json> question() const;

  /// @throws Error(data)  with file and line
  [[nodiscard]] std::string text(const std::string& field) const;
  [[nodiscard]] std::vector<std::int64_t> ids(const std::string& field) const;

  /// The field "masks_behind": how many masks stand behind what is scored; without it none.
  [[nodiscard]] std::size_t masks_behind() const;

  /// The field "parts": a text, a list of ids or {"mask": N} each, one of them at least a mask.
  [[nodiscard]] std::vector<PromptPart> parts() const;

 private:
  [[nodiscard]] PromptPart part_of(const Json& part) const;
  [[nodiscard]] std::int64_t masks_of(const Json& part) const;
  [[noreturn]] void reject(const std::string& field, const std::string& wanted) const;
  [[noreturn]] void reject(const std::string& field,
                           const std::string& wanted,
                           const std::string& came) const;
  Json object_;
  std::string where_;
};

/// Reads all lines; empty ones are skipped.
/// @throws Error(data)  with file:line, for what is not an object with an "id" that is a string or
/// number, or for a file without lines
[[nodiscard]] std::vector<InputLine> read_input_lines(const std::filesystem::path& path);

}  // namespace smdm
