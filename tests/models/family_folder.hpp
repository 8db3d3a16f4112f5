/// A checkpoint's folder of which all but the weights' values is there: enough to find and read it.
#pragma once

#include <filesystem>
#include <string>

#include <nlohmann/json.hpp>

#include "models/checkpoint.hpp"
#include "tests/support/support.hpp"

namespace smdm::test {

/// The configuration of a small checkpoint in tests/golden/hf.
[[nodiscard]] nlohmann::json golden_config(const std::string& name);

class FamilyFolder {
 public:
  /// With this configuration, and weights without a tensor.
  explicit FamilyFolder(const nlohmann::json& config);

  /// With the configuration and the tokenizer's files of a small checkpoint in tests/golden/hf.
  explicit FamilyFolder(const std::string& golden);
  explicit FamilyFolder(const char* golden);

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return folder_.path(); }
  [[nodiscard]] std::filesystem::path config() const { return path() / "config.json"; }

  void write(const std::string& name, const nlohmann::json& json) const;
  void remove(const std::string& name) const;

  /// Puts a field of config.json, or takes it away where it is null.
  void set(const std::string& field, const nlohmann::json& value) const;

  /// Its configuration alone.
  [[nodiscard]] ModelConfig read() const;

  /// Its configuration, completed by its other files and by options.
  [[nodiscard]] ModelConfig found(const CheckpointOptions& options = {}) const;

  /// The one line that refuses it, or "".
  [[nodiscard]] std::string refusal(const CheckpointOptions& options = {}) const;

 private:
  TemporaryFolder folder_;
};

}  // namespace smdm::test
