/// Reading a checkpoint's configuration file field by field.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace smdm {

/// A configuration file as it stands: an object of fields. It knows its name, so that errors can
/// say it. A field that is null counts as absent. It remembers which values were read, so that the
/// others can be refused: each may change what the model computes.
class ConfigFields {
 public:
  /// @throws Error(checkpoint)  if the file cannot be read or is not a JSON object
  explicit ConfigFields(const std::filesystem::path& path);

  [[nodiscard]] const std::string& file() const noexcept { return file_; }

  /// @throws Error(checkpoint)  always: the file, the field, what was wanted and what came
  [[noreturn]] void reject(const std::string& field, const std::string& wanted) const;

  [[nodiscard]] bool has(const std::string& field) const;

  // Each throws Error(checkpoint) as reject() does if the field is of another type, and gives
  // `otherwise` if it is absent.

  [[nodiscard]] std::int64_t positive(const std::string& field) const;  ///< 1..2^31, required
  [[nodiscard]] std::int64_t positive(const std::string& field, std::int64_t otherwise) const;
  [[nodiscard]] double number(const std::string& field, double otherwise) const;
  [[nodiscard]] bool flag(const std::string& field, bool otherwise) const;
  [[nodiscard]] std::string text(const std::string& field, const std::string& otherwise) const;

  /// A finite number above 0, required.
  [[nodiscard]] double positive_number(const std::string& field) const;

  /// A count, 0..2^31 - 1; nothing if it is absent.
  [[nodiscard]] std::optional<std::int64_t> whole(const std::string& field) const;

  /// A token's id; nothing if it is absent or negative (-1 stands for "none" in some files).
  [[nodiscard]] std::optional<std::int64_t> id(const std::string& field) const;

  /// One id or a list of them; none if it is absent.
  [[nodiscard]] std::vector<std::int64_t> ids(const std::string& field) const;

  /// A list of strings, empty if it is absent.
  [[nodiscard]] std::vector<std::string> texts(const std::string& field) const;

  /// The fields of an object within this one, whose errors say "field.of"; nothing if it is absent.
  /// It keeps its own record of what was read, and empties lists and objects within it.
  [[nodiscard]] std::optional<ConfigFields> object(const std::string& field) const;

  /// Whether the file has the field at all, be it null.
  [[nodiscard]] bool names(const std::string& field) const;

  /// Whether the field's value is `value`; numbers are compared as numbers.
  [[nodiscard]] bool is(const std::string& field, const nlohmann::json& wanted) const;

  /// The fields that hold something (neither null nor false) and that none of the functions that
  /// give values was asked for, in the order of their names.
  [[nodiscard]] std::vector<std::string> unread() const;

  /// @throws Error(checkpoint)  always: that the field is unknown to a family of models
  [[noreturn]] void reject_unknown(const std::string& field, const std::string& family) const;

 private:
  ConfigFields(std::string file, std::string prefix, nlohmann::json json);

  /// The file, and the field's full name in quotes.
  [[nodiscard]] std::string place_of(const std::string& field) const;
  [[nodiscard]] std::string value_text(const std::string& field) const;

  /// The value of a field that is there, which counts as read from here on.
  [[nodiscard]] const nlohmann::json& value(const std::string& field) const;

  nlohmann::json json_;
  std::string file_;
  std::string prefix_;  ///< "rope_scaling." of an object within the file's
  mutable std::set<std::string> read_;
};

}  // namespace smdm
