/// A value of a tokenizer's file together with its place in it, so that every error can name both.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.hpp"

namespace smdm {

/// Reads a file that must be one JSON value.
/// @throws Error(checkpoint)  if it cannot be read, or is a Git LFS pointer or no JSON
[[nodiscard]] Json read_json(const std::filesystem::path& path);

/// Reads a file's text. @throws Error(checkpoint)  if it cannot be read, or is a Git LFS pointer
[[nodiscard]] std::string read_text_of(const std::filesystem::path& path);

/// Does a file begin like a JSON object, behind white space?
/// @throws Error(checkpoint)  if it cannot be read, or is a Git LFS pointer
[[nodiscard]] bool is_json_object(const std::filesystem::path& path);

/// A value and where it stands. It refers to the document, which must outlive it.
class JsonPlace {
 public:
  JsonPlace(std::string_view file, const Json& value, std::string path = {})
      : file_(file), value_(&value), path_(std::move(path)) {}

  [[nodiscard]] const Json& value() const noexcept { return *value_; }
  [[nodiscard]] std::string_view file() const noexcept { return file_; }

  /// The file and the field, as errors begin: FILE: field "NAME".
  [[nodiscard]] std::string name() const;

  /// @throws Error(checkpoint)  always: the file, the field, what was wanted and what came
  [[noreturn]] void reject(const std::string& wanted) const;
  [[noreturn]] void reject(const std::string& wanted, const std::string& came) const;

  // Each throws Error(checkpoint) as reject() does if the value is another one than wanted.

  /// A member that must be there.
  [[nodiscard]] JsonPlace at(const std::string& key) const;
  /// A member, or nothing where it is absent or null.
  [[nodiscard]] std::optional<JsonPlace> find(const std::string& key) const;
  /// All members in their order, for objects that may have many: at() looks at each of them.
  [[nodiscard]] std::vector<std::pair<std::string, JsonPlace>> members() const;
  /// Refuses every member but these.
  void allow(std::span<const std::string_view> keys) const;
  /// Refuses a member that is neither absent nor null.
  void want_null(const std::string& key) const;

  [[nodiscard]] std::size_t size() const;  ///< of a list
  [[nodiscard]] JsonPlace item(std::size_t i) const;
  [[nodiscard]] std::string text() const;
  [[nodiscard]] bool flag() const;
  [[nodiscard]] bool flag(const std::string& key, bool otherwise) const;
  [[nodiscard]] std::int64_t id() const;     ///< 0..2^31 - 1
  [[nodiscard]] std::size_t count() const;   ///< the same as a size
  [[nodiscard]] char32_t character() const;  ///< a text of one character

 private:
  [[nodiscard]] JsonPlace member(const std::string& key, const Json& value) const;

  std::string_view file_;
  const Json* value_;
  std::string path_;
};

}  // namespace smdm
