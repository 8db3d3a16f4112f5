/// Reading a checkpoint's configuration file field by field.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include <nlohmann/json.hpp>

namespace smdm {

/// A configuration file as it stands: an object of fields. It knows its name, so that errors can
/// say it. A field that is null counts as absent.
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

 private:
  nlohmann::json json_;
  std::string file_;
};

}  // namespace smdm
