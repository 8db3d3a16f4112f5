/// The course of a training, as JSON lines.
#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "base/files/descriptor.hpp"
#include "base/json.hpp"

namespace smdm::training {

inline constexpr const char* kLogFile = "log.jsonl";

/// Records with a field "step", appended to folder/kLogFile one by one and kept in memory.
class Log {
 public:
  /// Keeps the records up to a step that an interrupted training left; later ones will come again.
  /// @throws Error(results)  if the file cannot be written
  Log(const std::filesystem::path& folder, std::int64_t last_step);

  /// @throws Error(results)  with the system's reason: a full disk, say
  void add(const Json& record);

  [[nodiscard]] const std::vector<Json>& records() const noexcept { return records_; }

 private:
  std::filesystem::path path_;
  std::vector<Json> records_;
  Descriptor file_;
};

}  // namespace smdm::training
